package io.repfold.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Ops on the pixels or channels of {@code [N, C, D...]}. */
final class ImageRecipes {
  private ImageRecipes() {}

  static Map<String, Recipe> all() {
    Map<String, Recipe> all = new HashMap<>();
    all.put("GlobalMaxPool", Recipe.of(1, 1, 1, ImageRecipes::globalMaxPool));
    all.put("GlobalLpPool", Recipe.of(2, 1, 1, ImageRecipes::globalLpPool));
    all.put("LRN", Recipe.of(1, 1, 1, ImageRecipes::responses));
    all.put("Upsample", Recipe.of(7, 1, 2, 1, ImageRecipes::upsample));
    return all;
  }

  private static List<Integer> pixels(Composer c) {
    int rank = c.rank(0);
    Check.that(rank >= 3, "the input must be [N, C, D...], got %d axes", rank);
    return Composer.range(2, rank);
  }

  private static String globalMaxPool(Composer c) {
    return c.reduce(Op.Reduce.Function.MAX, c.input(0), pixels(c));
  }

  /** {@code (sum |x|^p)^(1/p)} over the pixels. */
  private static String globalLpPool(Composer c) {
    c.requireReal();
    List<Integer> pixels = pixels(c);
    double p = (double) c.integer("p", 2);
    Check.that(p >= 1, "p must be at least 1, got %s", p);
    String size = c.unary(Op.Unary.Function.ABS, c.input(0));
    if (p == 1) {
      return c.reduce(Op.Reduce.Function.SUM, size, pixels);
    }
    String power = p == 2 ? c.times(size, size) : power(c, size, p);
    String sum = c.reduce(Op.Reduce.Function.SUM, power, pixels);
    return p == 2 ? c.squareRoot(sum) : c.rooted(sum, s -> power(c, s, 1.0 / p));
  }

  private static String power(Composer c, String x, double exponent) {
    return c.binary(Op.Binary.Function.POW, x, c.number(exponent));
  }

  /**
   * {@code x / (bias + alpha m)^beta}, where m is the mean square of the {@code size} channels
   * around, of which those that do not exist count as 0: an average over axis 2 of {@code [N, 1, C,
   * pixels]}.
   */
  private static String responses(Composer c) {
    c.requireReal();
    Check.that(c.rank(0) >= 2, "the input must be [N, C, D...], got %d axes", c.rank(0));
    int size = Math.toIntExact(c.integer("size", 0));
    Check.that(size >= 1, "size must be at least 1, got %d", size);
    String x = c.input(0);
    String planes = c.concat(c.sizes(x, 0, 1), c.longs(1), c.sizes(x, 1, 2), c.longs(-1));
    Window window = Window.of(List.of(), List.of(), List.of((size - 1) / 2, 0, size / 2, 0));
    Op average = new Op.AveragePool(List.of(size, 1), window, false, true);
    String mean = c.add(average, c.reshape(c.times(x, x), planes));
    double alpha = c.real("alpha", 1e-4f);
    String base = c.plus(c.times(c.reshapeLike(mean, x), alpha), c.real("bias", 1));
    return c.over(x, power(c, base, c.real("beta", 0.75)));
  }

  /** A Resize of opset 10; the scales are an attribute up to opset 8. */
  private static String upsample(Composer c) {
    Check.that(c.opset() < 10, "it exists up to opset 9");
    String mode = c.text("mode", "nearest");
    Check.that(
        mode.equals("nearest") || mode.equals("linear"), "mode %s has no meaning here", mode);
    Op resize =
        new Op.Resize(
            mode, "asymmetric", "floor", -0.75f, false, 0, false, List.of(), "stretch", true);
    return c.add(resize, c.input(0), c.opset() < 9 ? scales(c) : c.input(1));
  }

  private static String scales(Composer c) {
    float[] scales =
        c.reals("scales").orElseThrow(() -> new InvalidGraphException("scales are missing"));
    return c.add(new Op.Constant(Tensor.ofFloats(scales, scales.length)));
  }
}
