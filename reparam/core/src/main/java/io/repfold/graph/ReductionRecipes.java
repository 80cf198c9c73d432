package io.repfold.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Sums over axes, of a function of the elements and with a function of the sum. */
final class ReductionRecipes {
  private ReductionRecipes() {}

  static Map<String, Recipe> all() {
    Map<String, Recipe> all = new HashMap<>();
    all.put("ReduceL1", reduction(ReductionRecipes::l1));
    all.put("ReduceL2", reduction(ReductionRecipes::l2));
    all.put("ReduceLogSum", reduction(ReductionRecipes::logSum));
    all.put("ReduceLogSumExp", reduction(ReductionRecipes::logSumExp));
    all.put("ReduceSumSquare", reduction(ReductionRecipes::sumSquare));
    return all;
  }

  private static Recipe reduction(Recipe.Single body) {
    return Recipe.of(1, 1, 2, 1, body);
  }

  /** The axes of a node, as its opset has them. */
  private record Axes(Composer c, Op.Reduce form) {
    /** Reads attributes and inputs; without axes and with {@code noop}, nothing is summed up. */
    static Axes of(Composer c) {
      boolean input = c.opset() >= 18;
      Check.that(input || !c.has(1), "before opset 18 it has no second input");
      Optional<List<Integer>> axes = input ? Optional.empty() : c.integers("axes");
      boolean noop = input && c.flag("noop_with_empty_axes", false);
      boolean keeps = c.flag("keepdims", true);
      return new Axes(c, new Op.Reduce(Op.Reduce.Function.SUM, axes, keeps, noop));
    }

    String sum(String x) {
      return reduced(x, Op.Reduce.Function.SUM, form.keepsDims());
    }

    String largest(String x) {
      return reduced(x, Op.Reduce.Function.MAX, true);
    }

    private String reduced(String x, Op.Reduce.Function function, boolean keeps) {
      Op op = new Op.Reduce(function, form.axes(), keeps, form.noopWithoutAxes());
      return c.has(1) ? c.add(op, x, c.input(1)) : c.add(op, x);
    }
  }

  private static String l1(Composer c) {
    return Axes.of(c).sum(c.unary(Op.Unary.Function.ABS, c.input(0)));
  }

  private static String l2(Composer c) {
    c.requireReal();
    return c.squareRoot(sumSquare(c));
  }

  private static String sumSquare(Composer c) {
    return Axes.of(c).sum(c.times(c.input(0), c.input(0)));
  }

  private static String logSum(Composer c) {
    c.requireReal();
    return c.unary(Op.Unary.Function.LOG, Axes.of(c).sum(c.input(0)));
  }

  /** {@code m + log(sum(exp(x - m)))}, where m is the largest element. */
  private static String logSumExp(Composer c) {
    c.requireReal();
    Axes axes = Axes.of(c);
    String largest = finite(c, axes.largest(c.input(0)));
    String sum = axes.sum(c.unary(Op.Unary.Function.EXP, c.minus(c.input(0), largest)));
    return c.plus(c.unary(Op.Unary.Function.LOG, sum), axes.sum(largest));
  }

  /** {@code x - m - log(sum(exp(x - m)))}; up to opset 12 over all axes from one on. */
  static String logSoftmax(Composer c, Op.LogSoftmax op) {
    int rank = c.rank(0);
    int from = op.flattens() && op.axis() == rank ? rank : Layout.axis(op.axis(), rank);
    List<Integer> axes = Composer.range(from, op.flattens() ? rank : from + 1);
    String largest = finite(c, c.reduce(Op.Reduce.Function.MAX, c.input(0), axes));
    String shifted = c.minus(c.input(0), largest);
    String exponentials = c.unary(Op.Unary.Function.EXP, shifted);
    String sum = c.reduce(Op.Reduce.Function.SUM, exponentials, axes);
    return c.minus(shifted, c.unary(Op.Unary.Function.LOG, sum));
  }

  /** An infinity as the largest number, so that it can be subtracted from itself. */
  private static String finite(Composer c, String x) {
    double most = c.type(0) == ElementType.DOUBLE ? Double.MAX_VALUE : Float.MAX_VALUE;
    return c.add(new Op.Clip(OptionalDouble.of(-most), OptionalDouble.of(most)), x);
  }
}
