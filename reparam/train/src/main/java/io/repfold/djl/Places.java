package io.repfold.djl;

import io.repfold.graph.Decomposition;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import java.util.stream.IntStream;

/** What the inputs of a node are to it. */
final class Places {
  private Places() {}

  /** The inputs that the first output has a gradient by. */
  static IntStream differentiable(Node node) {
    Op op = node.op();
    if (op instanceof Op.Conv
        || op instanceof Op.ConvTranspose
        || op instanceof Op.BatchNormalization
        || op instanceof Op.Gemm
        || op instanceof Op.Where) {
      return IntStream.range(op instanceof Op.Where ? 1 : 0, Math.min(3, node.inputs().size()));
    }
    if (op instanceof Op.Variadic
        || op instanceof Op.Concat
        || op instanceof Op.PRelu
        || op instanceof Op.MatMul) {
      return IntStream.range(0, node.inputs().size());
    }
    if (op instanceof Op.Binary binary) {
      return switch (binary.function().result()) {
        case NUMBER -> IntStream.of(0, 1);
        case CONDITION -> IntStream.empty();
      };
    }
    if (op instanceof Op.ScatterND) {
      return IntStream.of(0, 2);
    }
    if (op instanceof Op.Opaque || Decomposition.isKnown(op)) {
      return Decomposition.floatInputs(node).stream().mapToInt(Integer::intValue);
    }
    return isConstant(op) ? IntStream.empty() : IntStream.of(0);
  }

  /** Whether the output does not change with small changes of the input, or is none of it. */
  private static boolean isConstant(Op op) {
    if (op instanceof Op.Unary unary) {
      return unary.function().result() == Op.Unary.Function.Result.WHOLE;
    }
    return switch (OpKind.of(op)) {
      case MEASURES, GENERATES -> true;
      default -> op instanceof Op.ArgMax || op instanceof Op.Hardmax;
    };
  }

  /** The inputs whose numbers are in the output, and do not only tell its shape or place. */
  static IntStream values(Node node) {
    Op op = node.op();
    boolean first =
        LearnedTensors.moves(op)
            || op instanceof Op.Resize
            || op instanceof Op.Gather
            || op instanceof Op.Reduce
            || op instanceof Op.Dropout;
    if (op instanceof Op.ConstantOfShape) {
      return IntStream.empty();
    }
    return first ? IntStream.of(0) : IntStream.range(0, node.inputs().size());
  }
}
