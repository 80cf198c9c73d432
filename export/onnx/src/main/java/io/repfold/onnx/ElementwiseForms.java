package io.repfold.onnx;

import io.repfold.graph.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The forms of the ops that work element by element, and of the products. */
final class ElementwiseForms {
  private static final List<String> GELUS = List.of("none", "tanh");

  private ElementwiseForms() {}

  static Map<String, OpForm> all() {
    Map<String, OpForm> forms = new HashMap<>();
    for (Op.Unary.Function f : Op.Unary.Function.values()) {
      forms.put(f.type(), OpForm.of(f.since(), 1, 1, n -> new Op.Unary(f)));
    }
    // Without the attributes broadcast and axis, opset 6 and below ask for equal shapes.
    for (Op.Binary.Function f : Op.Binary.Function.values()) {
      forms.put(f.type(), OpForm.of(f.since(), 2, 2, n -> new Op.Binary(f)));
    }
    for (Op.Variadic.Function f : Op.Variadic.Function.values()) {
      forms.put(f.type(), OpForm.of(Op.Variadic.SINCE, 1, OpForm.ANY_NUMBER, n -> variadic(n, f)));
    }
    forms.put("LeakyRelu", OpForm.of(1, 1, 1, n -> new Op.LeakyRelu(n.real("alpha", 0.01f))));
    forms.put("Elu", OpForm.of(1, 1, 1, n -> new Op.Elu(n.real("alpha", 1))));
    forms.put("Gelu", OpForm.of(20, 1, 1, ElementwiseForms::gelu));
    forms.put(
        "Selu",
        OpForm.of(
            6, 1, 1, n -> new Op.Selu(n.real("alpha", 1.6732632f), n.real("gamma", 1.050701f))));
    forms.put("Celu", OpForm.of(12, 1, 1, ElementwiseForms::celu));
    forms.put(
        "ThresholdedRelu", OpForm.of(10, 1, 1, n -> new Op.ThresholdedRelu(n.real("alpha", 1))));
    forms.put("PRelu", OpForm.of(7, 2, 2, n -> new Op.PRelu()));
    forms.put(
        "HardSigmoid",
        OpForm.of(1, 1, 1, n -> new Op.HardSigmoid(n.real("alpha", 0.2f), n.real("beta", 0.5f))));
    forms.put("Clip", OpForm.of(6, 1, 3, ElementwiseForms::clip));
    forms.put("Dropout", new OpForm(6, 1, 3, 2, ElementwiseForms::dropout));
    forms.put("Identity", OpForm.of(1, 1, 1, n -> new Op.Identity()));
    forms.put("Where", OpForm.of(9, 3, 3, n -> new Op.Where()));
    forms.put("MatMul", OpForm.of(1, 2, 2, n -> new Op.MatMul()));
    forms.put("Einsum", OpForm.of(12, 1, OpForm.ANY_NUMBER, ElementwiseForms::einsum));
    forms.put("Gemm", OpForm.of(6, 2, 3, ElementwiseForms::gemm));
    return forms;
  }

  private static void requireAll(NodeView node) {
    for (int i = 0; i < node.inputCount(); i++) {
      node.require(node.hasInput(i));
    }
  }

  private static Op einsum(NodeView node) {
    requireAll(node);
    String equation = node.requiredText("equation");
    node.require(Op.Einsum.isEquation(equation, node.inputCount()));
    return new Op.Einsum(equation);
  }

  private static Op variadic(NodeView node, Op.Variadic.Function function) {
    requireAll(node);
    return new Op.Variadic(function);
  }

  private static Op clip(NodeView node) {
    if (node.opset() >= 11) {
      return new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty());
    }
    node.require(node.inputCount() == 1);
    // The defaults are finite: they clip an infinity.
    return new Op.Clip(
        OptionalDouble.of(node.real("min", -Float.MAX_VALUE)),
        OptionalDouble.of(node.real("max", Float.MAX_VALUE)));
  }

  private static Op gelu(NodeView node) {
    return new Op.Gelu(node.choice("approximate", "none", GELUS).equals("tanh"));
  }

  private static Op celu(NodeView node) {
    float alpha = node.real("alpha", 1);
    node.require(alpha > 0);
    return new Op.Celu(alpha);
  }

  /** Before opset 7 a Dropout drops unless {@code is_test}. */
  private static Op dropout(NodeView node) {
    if (node.opset() >= 12) {
      return new Op.Dropout(OptionalDouble.empty());
    }
    node.require(node.inputCount() == 1);
    if (node.opset() < 7) {
      node.require(node.flag("is_test", false));
    }
    return new Op.Dropout(OptionalDouble.of(node.real("ratio", 0.5f)));
  }

  private static Op gemm(NodeView node) {
    node.require(node.opset() >= 11 || node.hasInput(2));
    return new Op.Gemm(
        node.real("alpha", 1),
        node.real("beta", 1),
        node.flag("transA", false),
        node.flag("transB", false));
  }
}
