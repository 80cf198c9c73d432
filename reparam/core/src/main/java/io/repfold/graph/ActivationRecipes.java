package io.repfold.graph;

import java.util.HashMap;
import java.util.Map;

/** Functions of single elements. */
final class ActivationRecipes {
  private ActivationRecipes() {}

  static Map<String, Recipe> all() {
    Map<String, Recipe> all = new HashMap<>();
    all.put("Swish", Recipe.of(24, 1, 1, ActivationRecipes::swish));
    all.put("Shrink", Recipe.of(9, 1, 1, ActivationRecipes::shrink));
    all.put("Sign", Recipe.of(9, 1, 0, ActivationRecipes::sign));
    all.put("Round", Recipe.of(11, 1, 0, ActivationRecipes::round));
    all.put("Mod", Recipe.of(10, 2, 0, ActivationRecipes::mod));
    all.put("CastLike", Recipe.of(15, 2, 1, ActivationRecipes::castLike));
    return all;
  }

  /** {@code gamma elu(x)}. */
  static String selu(Composer c, Op.Selu op) {
    return c.times(c.add(new Op.Elu(op.alpha()), c.input(0)), op.gamma());
  }

  /** {@code alpha elu(x / alpha)}. */
  static String celu(Composer c, Op.Celu op) {
    String scaled = c.over(c.input(0), c.number(op.alpha()));
    return c.times(c.add(new Op.Elu(1), scaled), op.alpha());
  }

  /** {@code x sigmoid(alpha x)}. */
  private static String swish(Composer c) {
    String scaled = c.times(c.input(0), c.real("alpha", 1));
    return c.times(c.input(0), c.unary(Op.Unary.Function.SIGMOID, scaled));
  }

  /**
   * {@code x/2 (1 + erf(x / sqrt(2)))}, or {@code tanh} of a polynomial in place of {@code erf}.
   */
  static String gelu(Composer c, Op.Gelu op) {
    String x = c.input(0);
    String gate;
    if (op.tanh()) {
      String cube = c.times(c.times(c.times(x, x), x), 0.044715);
      gate = c.unary(Op.Unary.Function.TANH, c.times(c.plus(cube, x), Math.sqrt(2 / Math.PI)));
    } else {
      gate = c.unary(Op.Unary.Function.ERF, c.times(x, Math.sqrt(0.5)));
    }
    return c.times(c.times(x, 0.5), c.plus(gate, 1));
  }

  /** {@code x} above alpha, else 0. */
  static String thresholdedRelu(Composer c, Op.ThresholdedRelu op) {
    return c.add(new Op.Where(), above(c, c.input(0), op.alpha()), c.input(0), c.number(0));
  }

  /** {@code x + bias} below -lambd, {@code x - bias} above lambd, else 0. */
  private static String shrink(Composer c) {
    c.requireReal();
    String x = c.input(0);
    double bias = c.real("bias", 0);
    double bound = c.real("lambd", 0.5);
    String high = c.add(new Op.Where(), above(c, x, bound), c.plus(x, -bias), c.number(0));
    return c.add(new Op.Where(), below(c, x, -bound), c.plus(x, bias), high);
  }

  private static String above(Composer c, String x, double bound) {
    return c.binary(Op.Binary.Function.GREATER, x, c.number(bound));
  }

  private static String below(Composer c, String x, double bound) {
    return c.binary(Op.Binary.Function.LESS, x, c.number(bound));
  }

  private static String sign(Composer c) {
    String x = c.input(0);
    return c.minus(c.indicator(above(c, x, 0)), c.indicator(below(c, x, 0)));
  }

  /** {@code floor(x)}, and 1 more if what is left exceeds 1/2, or is 1/2 and the floor is odd. */
  private static String round(Composer c) {
    c.requireReal();
    String floor = c.unary(Op.Unary.Function.FLOOR, c.input(0));
    String rest = c.minus(c.input(0), floor);
    String half = c.times(floor, 0.5);
    String odd = c.binary(Op.Binary.Function.GREATER, half, c.unary(Op.Unary.Function.FLOOR, half));
    String tie = c.binary(Op.Binary.Function.EQUAL, rest, c.number(0.5));
    String up =
        c.binary(
            Op.Binary.Function.OR, above(c, rest, 0.5), c.binary(Op.Binary.Function.AND, tie, odd));
    return c.plus(floor, c.indicator(up));
  }

  /** {@code x - y trunc(x / y)}, and y more if that has not the sign of y, unless fmod is set. */
  private static String mod(Composer c) {
    Check.that(!c.type(0).isFloat(), "it is computed of integers only, not of %s", c.type(0));
    String y = c.input(1);
    String rest = c.minus(c.input(0), c.times(c.over(c.input(0), y), y));
    if (c.flag("fmod", false)) {
      return rest;
    }
    String below = c.binary(Op.Binary.Function.AND, below(c, rest, 0), above(c, y, 0));
    String above = c.binary(Op.Binary.Function.AND, above(c, rest, 0), below(c, y, 0));
    String other = c.binary(Op.Binary.Function.OR, below, above);
    return c.add(new Op.Where(), other, c.plus(rest, y), rest);
  }

  /** The attributes are for 8-bit floats, to which nothing is cast here. */
  private static String castLike(Composer c) {
    c.ignore("saturate");
    c.ignore("round_mode");
    return c.add(new Op.Cast(c.type(1)), c.input(0));
  }
}
