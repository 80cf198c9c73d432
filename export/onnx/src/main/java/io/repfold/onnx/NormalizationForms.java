package io.repfold.onnx;

import io.repfold.graph.Op;
import java.util.Map;

/**
 * The forms of the ops that compare an element with those beside it: softmaxes, normalizations by
 * the input's own statistics, and what sorts or adds up along an axis.
 */
final class NormalizationForms {
  /** ONNX's code of float32, in which statistics are kept. */
  private static final int STASH = 1;

  private static final float EPSILON = 1e-5f;

  private NormalizationForms() {}

  static Map<String, OpForm> all() {
    return Map.of(
        "Softmax", OpForm.of(1, 1, 1, n -> new Op.Softmax(axis(n), flattens(n))),
        "LogSoftmax", OpForm.of(1, 1, 1, n -> new Op.LogSoftmax(axis(n), flattens(n))),
        "Hardmax", OpForm.of(1, 1, 1, n -> new Op.Hardmax(axis(n), flattens(n))),
        "LayerNormalization", OpForm.of(17, 2, 3, NormalizationForms::layer),
        "InstanceNormalization",
            OpForm.of(6, 3, 3, n -> new Op.InstanceNormalization(n.real("epsilon", EPSILON))),
        "GroupNormalization", OpForm.of(18, 3, 3, NormalizationForms::group),
        "LpNormalization", OpForm.of(1, 1, 1, NormalizationForms::lp),
        "TopK", new OpForm(10, 2, 2, 2, NormalizationForms::topK),
        "CumSum",
            OpForm.of(
                11,
                2,
                2,
                n -> new Op.CumSum(n.flag("exclusive", false), n.flag("reverse", false))));
  }

  private static boolean flattens(NodeView node) {
    return node.opset() < 13;
  }

  private static int axis(NodeView node) {
    return node.integer("axis", flattens(node) ? 1 : -1);
  }

  private static Op layer(NodeView node) {
    node.require(node.integer("stash_type", STASH) == STASH);
    return new Op.LayerNormalization(node.integer("axis", -1), node.real("epsilon", EPSILON));
  }

  private static Op group(NodeView node) {
    if (node.opset() >= 21) {
      node.require(node.integer("stash_type", STASH) == STASH);
    }
    int groups = node.requiredInteger("num_groups");
    node.require(groups >= 1);
    return new Op.GroupNormalization(groups, node.real("epsilon", EPSILON), node.opset() < 21);
  }

  private static Op lp(NodeView node) {
    int p = node.integer("p", 2);
    node.require(p == 1 || p == 2);
    return new Op.LpNormalization(node.integer("axis", -1), p);
  }

  private static Op topK(NodeView node) {
    node.require(node.outputCount() == 2);
    boolean asked = node.opset() >= 11;
    return new Op.TopK(
        node.integer("axis", -1),
        !asked || node.flag("largest", true),
        !asked || node.flag("sorted", true));
  }
}
