package io.repfold.precision.half;

import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.precision.FloatValues;
import io.repfold.precision.Range;
import io.repfold.precision.half.HalfReport.Cause;
import java.util.Map;
import java.util.Optional;

/**
 * Functions that make large relative errors of small ones: the exponential turns an absolute error
 * of its input into a relative one, a logarithm and a quotient have no bound where their input
 * vanishes.
 */
final class SensitiveFunctions {
  private SensitiveFunctions() {}

  static Optional<KeepReason> of(
      FloatValues ports, Node node, Map<String, Range> ranges, HalfFormat format) {
    if (grows(node.op())) {
      return Optional.of(
          KeepReason.of(
              Cause.FUNCTION,
              "it makes large relative errors of the small ones of %s",
              format.type()));
    }
    String divisor = divisor(node.op(), node);
    if (divisor.isEmpty() || ports.isConstant(divisor) || !ports.isReal(divisor)) {
      return Optional.empty();
    }
    Range range = ranges.get(divisor);
    if (range == null) {
      return Optional.of(
          KeepReason.of(
              Cause.FUNCTION,
              "it divides by '%s', of which no range is known: it may vanish in %s",
              divisor,
              format.type()));
    }
    return range.smallest() < format.smallestNormal()
        ? Optional.of(
            KeepReason.of(
                Cause.FUNCTION,
                "it divides by '%s', which gets as small as %.3g, and below %.2g %s loses digits",
                divisor,
                range.smallest(),
                format.smallestNormal(),
                format.type()))
        : Optional.empty();
  }

  private static boolean grows(Op op) {
    if (op instanceof Op.Unary unary) {
      return unary.function().errors() == Op.Unary.Function.Errors.GROW;
    }
    return op instanceof Op.Softmax
        || op instanceof Op.LogSoftmax
        || (op instanceof Op.Binary binary && binary.function() == Op.Binary.Function.POW);
  }

  /** The value by which a node divides; empty if it does not. */
  private static String divisor(Op op, Node node) {
    if (op instanceof Op.Binary binary && binary.function() == Op.Binary.Function.DIV) {
      return node.input(1);
    }
    return op instanceof Op.Unary unary
            && unary.function().errors() == Op.Unary.Function.Errors.DIVIDED
        ? node.input(0)
        : "";
  }
}
