package io.repfold.fold;

import java.util.Map;

/**
 * How to fold.
 *
 * @param growth by what factor the multiply-adds of a region may grow; 1 for never, which is the
 *     default
 * @param shapes input shapes to fix, by input name; the folded graph then has them
 * @param product the matrix product to compute with
 * @param fusesOps whether Gelu, HardSwish, Mish and LayerNormalization that are written out are
 *     written as the one op that the graph's opset has for them
 */
public record FoldOptions(
    double growth, Map<String, long[]> shapes, MatrixProduct product, boolean fusesOps) {
  static final double LARGEST_GROWTH = 1000;

  public FoldOptions {
    if (!(growth >= 1) || growth > LARGEST_GROWTH) {
      throw new IllegalArgumentException(
          "Growth must be a factor between 1 (kernels never grow) and 1000, got " + growth);
    }
    shapes = Map.copyOf(shapes);
  }

  public static final FoldOptions DEFAULT =
      new FoldOptions(1, Map.of(), MatrixProduct.inJava(), false);

  public FoldOptions withGrowth(double factor) {
    return new FoldOptions(factor, shapes, product, fusesOps);
  }

  public FoldOptions withShapes(Map<String, long[]> fixed) {
    return new FoldOptions(growth, fixed, product, fusesOps);
  }

  public FoldOptions withProduct(MatrixProduct faster) {
    return new FoldOptions(growth, shapes, faster, fusesOps);
  }

  public FoldOptions withFusedOps() {
    return new FoldOptions(growth, shapes, product, true);
  }
}
