package io.repfold.precision.half;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.precision.FloatValues;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The nodes that compute sizes, scales, indices or positions in float32. float16 counts whole
 * numbers up to 2048 only, bfloat16 up to 256.
 */
final class SizeNodes {
  /** Ops that are not modeled, and which of their inputs holds positions in an image. */
  private static final Map<String, Integer> POSITIONS =
      Map.of("GridSample", 1, "RoiAlign", 1, "MaxRoiPool", 1, "NonMaxSuppression", 0);

  private final Graph graph;
  private final FloatValues ports;
  private final Set<Node> found = Collections.newSetFromMap(new IdentityHashMap<>());

  private SizeNodes(FloatValues ports) {
    this.graph = ports.graph();
    this.ports = ports;
  }

  static Set<Node> of(FloatValues ports) {
    SizeNodes sizes = new SizeNodes(ports);
    sizes.followShapes();
    sizes.traceIndices();
    return sizes.found;
  }

  /** What is computed from shapes and constants alone. */
  private void followShapes() {
    Set<String> sizes = new HashSet<>();
    for (Node node : graph.nodes()) {
      boolean starts = OpKind.MEASURES.includes(node.op());
      if (starts || continues(node, sizes)) {
        sizes.addAll(node.outputs());
        add(node);
      }
    }
  }

  private boolean continues(Node node, Set<String> sizes) {
    if (node.op() instanceof Op.ConstantOfShape || node.op() instanceof Op.Opaque) {
      return false;
    }
    List<String> variable =
        node.inputs().stream().filter(v -> !v.isEmpty() && !ports.isConstant(v)).toList();
    return !variable.isEmpty() && sizes.containsAll(variable);
  }

  /**
   * What leads to an index, a position, a scale or a range, back to the next op that mixes
   * elements.
   */
  private void traceIndices() {
    Deque<String> open = new ArrayDeque<>();
    for (Node node : graph.nodes()) {
      for (int i = 0; i < node.inputs().size(); i++) {
        if (needsEveryDigit(node.op(), i)) {
          open.add(node.input(i));
        }
      }
    }
    while (!open.isEmpty()) {
      graph.producer(open.remove()).filter(this::isElementwise).filter(this::add).stream()
          .flatMap(node -> ports.reads(node).stream())
          .forEach(open::add);
    }
  }

  private static boolean needsEveryDigit(Op op, int input) {
    if (op instanceof Op.Cast cast) {
      return isWide(cast.to());
    }
    if (op instanceof Op.Opaque opaque) {
      return POSITIONS.getOrDefault(opaque.type(), -1) == input;
    }
    return op instanceof Op.Range || (op instanceof Op.Resize && input > 0);
  }

  private boolean isElementwise(Node node) {
    return !FloatValues.isHeavy(node.op())
        && !(node.op() instanceof Op.Opaque)
        && ReductionSizes.of(ports, node).isEmpty();
  }

  private boolean add(Node node) {
    return ports.chooses(node) && found.add(node);
  }

  /** Whether it is an integer type with numbers that half types do not hold exactly. */
  static boolean isWide(ElementType type) {
    return switch (type) {
      case INT16, INT32, INT64, UINT16, UINT32, UINT64 -> true;
      default -> false;
    };
  }
}
