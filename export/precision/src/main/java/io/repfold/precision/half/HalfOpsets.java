package io.repfold.precision.half;

import io.repfold.graph.ElementType;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.precision.FloatValues;
import java.util.IdentityHashMap;

/**
 * From which opset on an op takes a half type, by ONNX's list of changes (docs/Changelog.md):
 * float16 from the first, but for Celu; bfloat16 most from 13, those that look at windows of an
 * image and the rarer activations from 22.
 */
final class HalfOpsets {
  private static final int FIRST = 13;
  private static final int CONDITIONS = 16;
  private static final int FILLS = 20;
  private static final int WINDOWS = 22;
  private static final int ORDERS = 24;
  private static final int CELU = 28;

  private HalfOpsets() {}

  /**
   * The opset that a graph must have, at least.
   *
   * @param islands the nodes that stay float32
   * @param type the half type; float16 needs none in particular
   */
  static int needed(
      FloatValues ports, IdentityHashMap<Node, KeepReason> islands, ElementType type) {
    if (type != ElementType.BFLOAT16) {
      return 1;
    }
    return ports.graph().nodes().stream()
        .filter(node -> ports.chooses(node) && !islands.containsKey(node))
        .mapToInt(node -> bfloat16Since(node.op()))
        .reduce(FIRST, Math::max);
  }

  /** The first opset in which the op takes this half type. */
  static int since(Op op, ElementType type) {
    if (type == ElementType.BFLOAT16) {
      return bfloat16Since(op);
    }
    return op instanceof Op.Celu ? CELU : 1;
  }

  private static int bfloat16Since(Op op) {
    if (op instanceof Op.Celu) {
      return CELU;
    }
    if (op instanceof Op.TopK) {
      return ORDERS;
    }
    if (op instanceof Op.Conv
        || op instanceof Op.ConvTranspose
        || op instanceof Op.MaxPool
        || op instanceof Op.MaxUnpool
        || op instanceof Op.AveragePool
        || op instanceof Op.GlobalAveragePool
        || op instanceof Op.Dropout
        || op instanceof Op.Elu
        || op instanceof Op.Selu
        || op instanceof Op.ThresholdedRelu
        || op instanceof Op.HardSigmoid) {
      return WINDOWS;
    }
    if (op instanceof Op.Unary unary) {
      return Math.max(FIRST, unary.function().bfloat16Since());
    }
    if (op instanceof Op.Binary binary) {
      return Math.max(FIRST, binary.function().bfloat16Since());
    }
    if (op instanceof Op.LeakyRelu
        || op instanceof Op.PRelu
        || op instanceof Op.Where
        || op instanceof Op.Clip) { // a runtime without a kernel makes it of Where
      return CONDITIONS;
    }
    return op instanceof Op.ConstantOfShape ? FILLS : FIRST;
  }
}
