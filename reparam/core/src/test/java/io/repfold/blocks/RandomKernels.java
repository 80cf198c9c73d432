package io.repfold.blocks;

import io.repfold.graph.Kernel;
import java.util.SplittableRandom;

/** Geometry that hurts: even and non-square kernels, any stride, dilation and pads. */
final class RandomKernels {
  private static final int LARGEST_IMAGE_OF_CHOICE = 8;

  private RandomKernels() {}

  /** Sizes 1 to 7, strides 1 to 3, dilations 1 to 6; half of each kind are the usual ones. */
  static Kernel kernel(SplittableRandom r) {
    int height = r.nextBoolean() ? 1 + 2 * r.nextInt(3) : 1 + r.nextInt(7);
    int width = r.nextBoolean() ? height : 1 + r.nextInt(7);
    Kernel kernel = Kernel.of(height, width);
    if (r.nextBoolean()) {
      int stride = 1 + r.nextInt(3);
      kernel = kernel.withStride(stride, r.nextBoolean() ? stride : 1 + r.nextInt(3));
    }
    if (r.nextBoolean()) {
      int dilation = 1 + r.nextInt(6);
      kernel = kernel.withDilation(dilation, r.nextInt(3) > 0 ? dilation : 1 + r.nextInt(6));
    }
    return padded(r, kernel);
  }

  private static Kernel padded(SplittableRandom r, Kernel kernel) {
    return switch (r.nextInt(6)) {
      case 0 -> kernel.withoutPads();
      case 1, 2 ->
          kernel.withPads(
              pad(r, kernel, 0), pad(r, kernel, 1), pad(r, kernel, 0), pad(r, kernel, 1));
      default -> kernel;
    };
  }

  private static int pad(SplittableRandom r, Kernel kernel, int axis) {
    return r.nextInt(Math.min(kernel.reach(axis), 12) + 3);
  }

  /** An image size from which the kernel makes at least one output, often below its reach. */
  static int image(SplittableRandom r, Kernel kernel, int axis) {
    int size = 1 + r.nextInt(LARGEST_IMAGE_OF_CHOICE);
    if (kernel.outputs(axis, size) >= 1) {
      return size;
    }
    int least = kernel.reach(axis) + 1 - kernel.padBegin(axis) - kernel.padEnd(axis);
    return least + r.nextInt(3);
  }
}
