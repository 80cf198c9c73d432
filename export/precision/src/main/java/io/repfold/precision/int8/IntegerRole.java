package io.repfold.precision.int8;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** What a node without weights does with integers, in the runtimes that we write for. */
public enum IntegerRole {
  /** It computes integers in a grid of their own. */
  OWN_GRID,
  /** It moves integers, or picks some of them: its result has its input's grid. */
  SAME_GRID,
  /** It needs real numbers. */
  NONE;

  static IntegerRole of(Graph graph, Node node, QuantizationTarget target) {
    if (node.outputs().stream().filter(o -> !o.isEmpty()).count() != 1) {
      return NONE;
    }
    Op op = node.op();
    boolean constant = operands(node).stream().anyMatch(v -> graph.constant(v).isPresent());
    if (constant && (target != QuantizationTarget.CPU || !takesConstant(graph, node))) {
      return NONE;
    }
    if (op instanceof Op.Resize resize) {
      // ONNX Runtime's integer interpolation on a CPU cuts off what is behind the point.
      boolean exact = resize.mode().equals("nearest");
      boolean interpolates =
          target == QuantizationTarget.TENSORRT && resize.mode().equals("linear");
      return exact || interpolates ? SAME_GRID : NONE;
    }
    if (op instanceof Op.MaxPool || op instanceof Op.Transpose || OpKind.RESHAPES.includes(op)) {
      return SAME_GRID;
    }
    boolean cpu = target == QuantizationTarget.CPU;
    boolean own =
        op instanceof Op.Concat
            || op instanceof Op.AveragePool
            || op instanceof Op.GlobalAveragePool
            || isAdd(op)
            || cpu && op instanceof Op.LeakyRelu
            || cpu && op.equals(new Op.Unary(Op.Unary.Function.SIGMOID))
            || cpu && op.equals(new Op.Binary(Op.Binary.Function.MUL));
    return own ? OWN_GRID : NONE;
  }

  /** An Add or Mul of something and a float32 constant, which can be integers too. */
  private static boolean takesConstant(Graph graph, Node node) {
    List<Tensor> constants =
        operands(node).stream().flatMap(v -> graph.constant(v).stream()).toList();
    return node.op() instanceof Op.Binary
        && constants.size() == 1
        && constants.get(0).type() == ElementType.FLOAT
        && Arrays.stream(constants.get(0).toDoubles()).allMatch(Double::isFinite);
  }

  /** The inputs that hold the numbers and differ from run to run. */
  static List<String> variables(Graph graph, Node node) {
    return operands(node).stream().filter(v -> graph.constant(v).isEmpty()).toList();
  }

  public static boolean isAdd(Op op) {
    return op.equals(new Op.Binary(Op.Binary.Function.ADD));
  }

  /** The inputs that hold the numbers, not sizes or bounds. */
  private static List<String> operands(Node node) {
    boolean all = node.op() instanceof Op.Binary || node.op() instanceof Op.Concat;
    return all
        ? IntStream.range(0, node.inputs().size()).mapToObj(node::input).toList()
        : List.of(node.input(0));
  }
}
