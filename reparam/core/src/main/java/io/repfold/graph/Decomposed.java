package io.repfold.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes an opaque node part by part. */
final class Decomposed {
  private static final NdArray UNWANTED = NdArray.of(new double[0], 0);

  private Decomposed() {}

  /**
   * The node's outputs, whose parts are not rounded in between.
   *
   * @throws InvalidGraphException if it has no parts; says why
   */
  static List<NdArray> evaluated(
      Node node, List<@Nullable NdArray> inputs, Rounding rounding, int opset) {
    List<@Nullable Value> known = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      NdArray input = inputs.get(i);
      known.add(input == null ? null : value(node.input(i), Fact.of(input)));
    }
    Decomposition decomposition = Decomposition.of(node, known, opset);
    if (decomposition instanceof Decomposition.Refused refused) {
      throw new InvalidGraphException(
          refused.because() + "; fold or run the parts of the graph before it");
    }
    Map<String, NdArray> values = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      values.put(node.input(i), inputs.get(i));
    }
    for (Node part : ((Decomposition.Parts) decomposition).nodes()) {
      List<@Nullable NdArray> read = new ArrayList<>();
      part.inputs().forEach(name -> read.add(values.get(name)));
      values.put(part.output(), Interpreter.evaluate(part, read, rounding).get(0));
    }
    return node.outputs().stream().map(name -> values.getOrDefault(name, UNWANTED)).toList();
  }

  /** What is known of the node's outputs; what {@link OpaqueShapes} knows if it has no parts. */
  static List<Fact> inferred(Node node, Op.Opaque op, List<@Nullable Fact> inputs, int opset) {
    List<@Nullable Value> known = new ArrayList<>();
    Map<String, Fact> facts = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      Fact input = inputs.get(i);
      known.add(input == null ? null : value(node.input(i), input));
      if (input != null) {
        facts.put(node.input(i), input);
      }
    }
    if (!(Decomposition.of(node, known, opset) instanceof Decomposition.Parts parts)) {
      return OpaqueShapes.of(node, op, inputs, opset);
    }
    for (Node part : parts.nodes()) {
      List<@Nullable Fact> read = new ArrayList<>();
      part.inputs().forEach(name -> read.add(facts.get(name)));
      facts.put(part.output(), ShapeInference.computed(part, read).get(0));
    }
    return node.outputs().stream().map(name -> facts.getOrDefault(name, Fact.NOTHING)).toList();
  }

  private static Value value(String name, Fact fact) {
    return new Value(name, fact.type(), fact.shape());
  }
}
