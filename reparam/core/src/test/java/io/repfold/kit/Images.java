package io.repfold.kit;

import io.repfold.graph.NdArray;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Seeded random images of any dims, [N, C, H, W] as a rule. */
public final class Images {
  private Images() {}

  /** Numbers from {@code -magnitude} to {@code magnitude}, in double. */
  public static NdArray random(long seed, double magnitude, int... dims) {
    long count = Tensor.count(Arrays.stream(dims).asLongStream().toArray());
    double[] data = new SplittableRandom(seed).doubles(count, -magnitude, magnitude).toArray();
    return NdArray.of(data, dims);
  }

  /**
   * The pixels of an image whose numbers from {@code -magnitude} to {@code magnitude} are float32.
   */
  public static float[] pixels(long seed, double magnitude, long... dims) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] pixels = new float[Math.toIntExact(Tensor.count(dims))];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextDouble(-magnitude, magnitude);
    }
    return pixels;
  }
}
