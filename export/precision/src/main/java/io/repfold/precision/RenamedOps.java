package io.repfold.precision;

import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Ops that opset 13 has under another name, or with an input in the place of an attribute, by
 * ONNX's list of changes (docs/Changelog.md).
 */
final class RenamedOps {
  private static final int SCALES_ARE_INPUT = 9;
  private static final int K_IS_INPUT = 10;

  private RenamedOps() {}

  /**
   * The node in the words of opset 13; empty if its op has not been renamed, or means something
   * that has no such words.
   *
   * @param opset of its graph
   * @param store makes an initializer and gives its name
   */
  static Optional<Node> restate(
      Node node, Op.Opaque op, int opset, Function<Tensor, String> store) {
    if (!op.domain().isEmpty()) {
      return Optional.empty();
    }
    return switch (op.type()) {
      case "Upsample" -> upsample(node, op, opset, store);
      case "Scatter" -> Optional.of(scatter(node, op));
      case "TopK" ->
          opset < K_IS_INPUT && op.attributes().get("k") instanceof Long count
              ? Optional.of(topK(node, op, count, store))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Its pixels lie as those of an {@code asymmetric} Resize do, which rounds down. */
  private static Optional<Node> upsample(
      Node node, Op.Opaque op, int opset, Function<Tensor, String> store) {
    String mode = (String) op.attributes().getOrDefault("mode", "nearest");
    if (!mode.equals("nearest") && !mode.equals("linear")) {
      return Optional.empty();
    }
    String scales;
    if (opset >= SCALES_ARE_INPUT) {
      scales = node.input(1);
    } else if (op.attributes().get("scales") instanceof List<?> numbers) {
      scales = store.apply(Tensor.ofFloats(floats(numbers), numbers.size()));
    } else {
      return Optional.empty();
    }
    Op resize =
        new Op.Resize(
            mode, "asymmetric", "floor", -0.75f, false, 0, false, List.of(), "stretch", false);
    return Optional.of(
        new Node(node.name(), resize, List.of(node.input(0), "", scales), node.outputs()));
  }

  private static float[] floats(List<?> numbers) {
    float[] floats = new float[numbers.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = ((Number) numbers.get(i)).floatValue();
    }
    return floats;
  }

  private static Node scatter(Node node, Op.Opaque op) {
    Op elements = new Op.Opaque("", "ScatterElements", op.attributes(), op.captures());
    return new Node(node.name(), elements, node.inputs(), node.outputs());
  }

  private static Node topK(Node node, Op.Opaque op, long count, Function<Tensor, String> store) {
    long axis = ((Number) op.attributes().getOrDefault("axis", -1L)).longValue();
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.add(store.apply(Tensor.ofLongs(new long[] {count}, 1)));
    Op best = new Op.TopK(Math.toIntExact(axis), true, true);
    return new Node(node.name(), best, inputs, node.outputs());
  }
}
