package io.repfold.precision.half;

import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
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

  /** Of each kind, so that a new one is asked about; sums and products are not the question. */
  private static boolean grows(Op op) {
    return switch (OpKind.of(op)) {
      case MAPS ->
          op instanceof Op.Unary unary
              && unary.function().errors() == Op.Unary.Function.Errors.GROW;
      case COMBINES -> op.equals(new Op.Binary(Op.Binary.Function.POW));
      case COMPETES -> !(op instanceof Op.Hardmax); // which gives 0 and 1
      case CONTRACTS,
          NORMALIZES,
          POOLS,
          RESIZES,
          REDUCES,
          ACCUMULATES,
          RESHAPES,
          MOVES,
          REARRANGES,
          JOINS,
          PICKS,
          PASSES,
          DROPS,
          CONVERTS,
          QUANTIZES,
          MEASURES,
          GENERATES,
          OPAQUE ->
          false;
    };
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
