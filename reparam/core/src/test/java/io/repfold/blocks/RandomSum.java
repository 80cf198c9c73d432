package io.repfold.blocks;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Parallel convolutions whose pads are such that all have the same outputs at every image size. */
record RandomSum(List<Kernel> kernels, int outChannels, List<Integer> dims) {
  private static final int LARGEST_REACH = 6;

  static RandomSum of(SplittableRandom r) {
    List<Integer> strides = List.of(1 + r.nextInt(2), 1 + r.nextInt(2));
    int[] tails = {r.nextInt(-2, 3), r.nextInt(-2, 3)};
    List<Kernel> kernels = new ArrayList<>();
    int branches = 2 + r.nextInt(3);
    while (kernels.size() < branches) {
      kernels.add(kernel(r, strides, tails));
    }
    int in = r.nextBoolean() ? 4 : 2;
    int height = 3 + r.nextInt(6);
    int width = 3 + r.nextInt(6);
    return new RandomSum(
        kernels, r.nextBoolean() ? in : 6 - in, List.of(1 + r.nextInt(2), in, height, width));
  }

  /** Pads begin + end = reach + tail, so that the number of outputs depends on the tail alone. */
  private static Kernel kernel(SplittableRandom r, List<Integer> strides, int[] tails) {
    int[] vertical = axis(r, tails[0]);
    int[] horizontal = axis(r, tails[1]);
    return Kernel.of(vertical[0], horizontal[0])
        .withStride(strides.get(0), strides.get(1))
        .withDilation(vertical[1], horizontal[1])
        .withPads(vertical[2], horizontal[2], vertical[3], horizontal[3]);
  }

  /** Taps, dilation, begin and end. */
  private static int[] axis(SplittableRandom r, int tail) {
    while (true) {
      int taps = 1 + r.nextInt(4);
      int dilation = 1 + r.nextInt(3);
      int pads = dilation * (taps - 1) + tail;
      if (pads >= 0 && pads - tail <= LARGEST_REACH) {
        int begin = r.nextInt(pads + 1);
        return new int[] {taps, dilation, begin, pads - begin};
      }
    }
  }

  String append(GraphBuilder b, String x, SplittableRandom r) {
    List<String> ends = new ArrayList<>();
    for (Kernel kernel : kernels) {
      int groups = 1 + r.nextInt(2);
      String y =
          r.nextBoolean()
              ? b.biasedConv(x, outChannels, kernel, groups)
              : b.conv(x, outChannels, kernel, groups);
      ends.add(r.nextBoolean() ? b.batchNorm(y) : y);
    }
    return b.add(ends);
  }
}
