package io.repfold.precision.half;

import io.repfold.graph.ElementType;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.precision.FloatValues;
import java.util.IdentityHashMap;

/** From which opset on an op or a graph takes a half type; {@link HalfOpsetRules} knows of ops. */
final class HalfOpsets {
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
        .mapToInt(node -> since(node.op(), type))
        .reduce(HalfOpsetRules.FIRST, Math::max);
  }

  /** The first opset in which the op takes this half type. */
  static int since(Op op, ElementType type) {
    HalfOpsetRules.Since since = op.accept(HalfOpsetRules.INSTANCE);
    return type == ElementType.BFLOAT16 ? since.bfloat16() : since.float16();
  }
}
