package io.repfold.nets;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.List;

/** Transposed convolutions that interpolate bilinearly, with weights that are no parameters. */
final class BilinearKernel {
  private BilinearKernel() {}

  /**
   * Resizes each channel by itself.
   *
   * @param factor by which the image grows
   * @param pad rows and columns that are cut off at each side; {@code factor / 2} leaves {@code
   *     factor} times the size
   */
  static String append(GraphBuilder b, String word, String x, int factor, int pad) {
    int channels = b.channels(x);
    Kernel kernel = Kernel.of(2 * factor).withStride(factor).withPads(pad, pad, pad, pad);
    Op op = new Op.ConvTranspose(kernel.window(), channels, List.of(0, 0), List.of());
    return b.op(word, op, List.of(x, b.constant(of(channels, 2 * factor))), channels);
  }

  /**
   * The same kernel for each channel by itself.
   *
   * @param size at least 1; twice the factor by which the image grows
   * @return {@code [channels, 1, size, size]}
   */
  private static Tensor of(int channels, int size) {
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
