package io.repfold.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Normalizations by the statistics of the input itself. */
final class NormalizationRecipes {
  private static final double DEFAULT_EPSILON = 1e-5f;

  private NormalizationRecipes() {}

  static Map<String, Recipe> all() {
    Map<String, Recipe> all = new HashMap<>();
    all.put("GroupNormalization", Recipe.of(18, 3, 3, NormalizationRecipes::group));
    all.put("LayerNormalization", new Recipe(17, 2, 3, 3, NormalizationRecipes::layer));
    all.put("RMSNormalization", Recipe.of(23, 2, 2, NormalizationRecipes::rootMeanSquare));
    all.put("MeanVarianceNormalization", Recipe.of(9, 1, 1, NormalizationRecipes::meanVariance));
    return all;
  }

  /** Deviations from the mean over axes, and their mean square. */
  private record Moments(String mean, String deviation, String variance) {
    static Moments of(Composer c, String x, List<Integer> axes) {
      String mean = c.reduce(Op.Reduce.Function.MEAN, x, axes);
      String deviation = c.minus(x, mean);
      String square = c.times(deviation, deviation);
      return new Moments(mean, deviation, c.reduce(Op.Reduce.Function.MEAN, square, axes));
    }

    String deviations(Composer c, double epsilon) {
      return root(c, variance, epsilon);
    }
  }

  private static String root(Composer c, String variance, double epsilon) {
    return c.unary(Op.Unary.Function.SQRT, c.plus(variance, epsilon));
  }

  private static String normalized(Composer c, String x, List<Integer> axes, double epsilon) {
    Moments moments = Moments.of(c, x, axes);
    return c.over(moments.deviation(), moments.deviations(c, epsilon));
  }

  /** One number a channel, for {@code [N, C, D...]}. */
  private static String perChannel(Composer c, String x, int rank) {
    List<Integer> shape = new ArrayList<>(List.of(-1));
    while (shape.size() < rank - 1) {
      shape.add(1);
    }
    return c.reshape(x, c.longs(shape));
  }

  /** Scale and shift, inputs 1 and 2, of each channel. */
  private static String affine(Composer c, String x, int rank) {
    String scaled = c.times(x, perChannel(c, c.input(1), rank));
    return c.plus(scaled, perChannel(c, c.input(2), rank));
  }

  /** Over all pixels of a channel. */
  static String instance(Composer c, Op.InstanceNormalization op) {
    int rank = c.rank(0);
    Check.that(rank >= 3, "the input must be [N, C, D...], got %d axes", rank);
    return affine(c, normalized(c, c.input(0), Composer.range(2, rank), op.epsilon()), rank);
  }

  /** Over all pixels of a group of channels; scale and shift are a group's up to opset 20. */
  private static String group(Composer c) {
    c.ignore("stash_type");
    int groups = Math.toIntExact(c.integer("num_groups", 0));
    float epsilon = (float) c.real("epsilon", DEFAULT_EPSILON);
    return group(c, new Op.GroupNormalization(groups, epsilon, c.opset() < 21));
  }

  static String group(Composer c, Op.GroupNormalization op) {
    int rank = c.rank(0);
    Check.that(rank >= 2, "the input must be [N, C, D...], got %d axes", rank);
    String grouped = c.reshape(c.input(0), c.longs(0, op.groups(), -1));
    String y = normalized(c, grouped, List.of(2), op.epsilon());
    return op.scalesGroups()
        ? c.reshapeLike(affine(c, y, 3), c.input(0))
        : affine(c, c.reshapeLike(y, c.input(0)), rank);
  }

  static String layer(Composer c, Op.LayerNormalization op) {
    int rank = c.rank(0);
    List<Integer> axes = Composer.range(Layout.axis(op.axis(), rank), rank);
    String y = c.times(normalized(c, c.input(0), axes, op.epsilon()), c.input(1));
    return c.has(2) ? c.plus(y, c.input(2)) : y;
  }

  /** Over an axis and all that follow. Outputs: the result, mean, 1 / deviation. */
  private static List<String> layer(Composer c) {
    Moments moments = Moments.of(c, c.input(0), fromAxis(c));
    String deviations = moments.deviations(c, c.real("epsilon", DEFAULT_EPSILON));
    String y = c.times(c.over(moments.deviation(), deviations), c.input(1));
    // Says in which type a runtime may compute; here only of which type the statistics are.
    Op stash = new Op.Cast(ElementType.ofCode(Math.toIntExact(c.integer("stash_type", 1))));
    String shifted = c.has(2) ? c.plus(y, c.input(2)) : y;
    if (!c.wants(1) && !c.wants(2)) {
      return List.of(shifted);
    }
    String inverse = c.unary(Op.Unary.Function.RECIPROCAL, deviations);
    return List.of(shifted, c.add(stash, moments.mean()), c.add(stash, inverse));
  }

  private static List<Integer> fromAxis(Composer c) {
    int rank = c.rank(0);
    return Composer.range(Layout.axis(c.integer("axis", -1), rank), rank);
  }

  /** By the norm, or by 1 where it is 0. */
  static String lp(Composer c, Op.LpNormalization op) {
    List<Integer> axis = List.of(Layout.axis(op.axis(), c.rank(0)));
    String x = c.input(0);
    String sizes = op.p() == 1 ? c.unary(Op.Unary.Function.ABS, x) : c.times(x, x);
    String sum = c.reduce(Op.Reduce.Function.SUM, sizes, axis);
    String zero = c.indicator(c.binary(Op.Binary.Function.EQUAL, sum, c.number(0)));
    String divisor = c.plus(sum, zero);
    return c.over(x, op.p() == 1 ? divisor : c.unary(Op.Unary.Function.SQRT, divisor));
  }

  private static String rootMeanSquare(Composer c) {
    c.ignore("stash_type");
    List<Integer> axes = fromAxis(c);
    String square = c.reduce(Op.Reduce.Function.MEAN, c.times(c.input(0), c.input(0)), axes);
    String divisor = root(c, square, c.real("epsilon", DEFAULT_EPSILON));
    return c.times(c.over(c.input(0), divisor), c.input(1));
  }

  /** ONNX adds 1e-9 to the deviation, not to the variance. */
  private static String meanVariance(Composer c) {
    List<Integer> axes = c.integers("axes").orElse(List.of(0, 2, 3));
    Moments moments = Moments.of(c, c.input(0), axes);
    String deviation = c.squareRoot(moments.variance());
    return c.over(moments.deviation(), c.plus(deviation, 1e-9));
  }
}
