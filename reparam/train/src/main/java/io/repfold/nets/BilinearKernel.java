package io.repfold.nets;

import io.repfold.graph.Tensor;

/** Kernels of transposed convolutions that interpolate bilinearly. */
final class BilinearKernel {
  private BilinearKernel() {}

  /**
   * The same kernel for each channel by itself.
   *
   * @param size at least 1; twice the factor by which the image grows
   * @return {@code [channels, 1, size, size]}
   */
  static Tensor of(int channels, int size) {
    int factor = (size + 1) / 2;
    double center = size % 2 == 1 ? factor - 1 : factor - 0.5;
    float[] values = new float[channels * size * size];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          (float) (weight(i / size % size, center, factor) * weight(i % size, center, factor));
    }
    return Tensor.ofFloats(values, channels, 1, size, size);
  }

  private static double weight(int place, double center, int factor) {
    return 1 - Math.abs(place - center) / factor;
  }
}
