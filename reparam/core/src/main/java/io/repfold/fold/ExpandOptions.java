package io.repfold.fold;

import io.repfold.blocks.RepKind;
import io.repfold.graph.WeightSource;

/**
 * How to expand.
 *
 * @param kind of the blocks; {@link RepKind#PLAIN} gives each convolution a batch normalization
 * @param match the convolutions to expand, as a pattern of node names in which {@code *} stands for
 *     any characters and {@code ?} for one; a node without name goes by its first output
 * @param weights what the branches start from, but for the one that takes the remainder
 * @param scale how much each of those branches contributes at first: the standard deviation of its
 *     output as a fraction of that of the whole convolution, for independent input channels of
 *     variance 1; above 0, at most 10
 * @param pointwise whether 1 x 1 convolutions are expanded too
 * @param product the matrix product to compute with
 */
public record ExpandOptions(
    RepKind kind,
    String match,
    WeightSource weights,
    double scale,
    boolean pointwise,
    MatrixProduct product) {
  private static final double USUAL_SCALE = 0.1;
  private static final double LARGEST_SCALE = 10;

  public ExpandOptions {
    if (!(scale > 0) || scale > LARGEST_SCALE) {
      throw new IllegalArgumentException(
          "Scale must be above 0, where branches learn nothing, and at most %s, where the remainder loses digits; got %s"
              .formatted(LARGEST_SCALE, scale));
    }
  }

  /**
   * All convolutions but 1 x 1 ones; branches start with the {@linkplain WeightSource#he usual
   * weights} of seed 0 and a tenth of the convolution's deviation.
   */
  public static ExpandOptions of(RepKind kind) {
    return new ExpandOptions(
        kind, "*", WeightSource.he(0), USUAL_SCALE, false, MatrixProduct.inJava());
  }

  public ExpandOptions withMatch(String pattern) {
    return new ExpandOptions(kind, pattern, weights, scale, pointwise, product);
  }

  /** The usual weights of another seed. */
  public ExpandOptions withSeed(long seed) {
    return withWeights(WeightSource.he(seed));
  }

  public ExpandOptions withWeights(WeightSource source) {
    return new ExpandOptions(kind, match, source, scale, pointwise, product);
  }

  public ExpandOptions withScale(double factor) {
    return new ExpandOptions(kind, match, weights, factor, pointwise, product);
  }

  public ExpandOptions withPointwise(boolean too) {
    return new ExpandOptions(kind, match, weights, scale, too, product);
  }

  public ExpandOptions withProduct(MatrixProduct faster) {
    return new ExpandOptions(kind, match, weights, scale, pointwise, faster);
  }
}
