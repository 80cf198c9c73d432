package io.repfold.blocks;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Appends ops at random and keeps count of the image's size, so that it never vanishes. */
final class RandomChain {
  private static final int LARGEST_IMAGE = 16;

  private final GraphBuilder b;
  private final SplittableRandom r;
  private int height;
  private int width;

  RandomChain(GraphBuilder b, SplittableRandom r, int height, int width) {
    this.b = b;
    this.r = r;
    this.height = height;
    this.width = width;
  }

  void append(String x, int steps) {
    String value = x;
    for (int i = 0; i < steps; i++) {
      value = step(value);
      if (i < steps - 1 && r.nextInt(8) == 0) {
        b.output(value);
      }
    }
    b.output(value);
  }

  private String step(String x) {
    return switch (r.nextInt(14)) {
      case 0, 1 -> sized(smallKernel(), x, k -> conv(x, k));
      case 2 -> conv(x, Kernel.of(1));
      case 3, 4 -> b.batchNorm(x);
      case 5 -> pad(x);
      case 6 -> binary(Op.Binary.Function.MUL, x);
      case 7 -> binary(r.nextBoolean() ? Op.Binary.Function.ADD : Op.Binary.Function.SUB, x);
      case 8 -> b.unary(Op.Unary.Function.NEG, x);
      case 9 -> b.identity(x);
      case 10 -> average(x);
      case 11, 12 -> shortcut(x);
      default -> b.relu(x);
    };
  }

  /** Applies the word if it leaves an image of a sensible size. */
  private String sized(Kernel kernel, String x, Function<Kernel, String> word) {
    int nextHeight = kernel.outputs(0, height);
    int nextWidth = kernel.outputs(1, width);
    if (nextHeight < 1 || nextWidth < 1 || Math.max(nextHeight, nextWidth) > LARGEST_IMAGE) {
      return b.identity(x);
    }
    height = nextHeight;
    width = nextWidth;
    return word.apply(kernel);
  }

  private Kernel smallKernel() {
    Kernel kernel =
        Kernel.of(1 + r.nextInt(3), 1 + r.nextInt(3))
            .withStride(1 + r.nextInt(2))
            .withDilation(1 + r.nextInt(2));
    return switch (r.nextInt(3)) {
      case 0 -> kernel;
      case 1 -> kernel.withoutPads();
      default -> kernel.withPads(r.nextInt(3), r.nextInt(3), r.nextInt(3), r.nextInt(3));
    };
  }

  private String conv(String x, Kernel kernel) {
    int groups = 1 + r.nextInt(2);
    int out = 2 * (1 + r.nextInt(2));
    return r.nextBoolean() ? b.biasedConv(x, out, kernel, groups) : b.conv(x, out, kernel, groups);
  }

  private String pad(String x) {
    int[] pads = r.ints(4, 0, 3).toArray();
    Kernel shape = Kernel.of(1).withPads(pads[0], pads[1], pads[2], pads[3]);
    return sized(shape, x, k -> b.pad(x, pads[0], pads[1], pads[2], pads[3]));
  }

  /** With a constant for each channel on the right, or on the left. */
  private String binary(Op.Binary.Function function, String x) {
    int channels = b.channels(x);
    String constant = b.parameter("constant", WeightSource.Role.BETA, channels, 1, 1);
    List<String> inputs = r.nextInt(3) == 0 ? List.of(constant, x) : List.of(x, constant);
    return b.op(
        function.type().toLowerCase(Locale.ROOT), new Op.Binary(function), inputs, channels);
  }

  private String average(String x) {
    int size = 1 + r.nextInt(3);
    int pad = r.nextInt(size);
    Kernel kernel = Kernel.of(size).withStride(1 + r.nextInt(2)).withPads(pad, pad, pad, pad);
    boolean countsPads = r.nextInt(4) > 0;
    return sized(kernel, x, k -> b.averagePool(x, k, countsPads));
  }

  /** The value plus a function of it that keeps its shape; or a sum of two such functions. */
  private String shortcut(String x) {
    String right = r.nextInt(3) == 0 ? b.batchNorm(x) : x;
    return b.add(List.of(keepingShape(x), right));
  }

  private String keepingShape(String x) {
    Kernel kernel = Kernel.of(1 + r.nextInt(3)).withDilation(1 + r.nextInt(2));
    String y = b.conv(x, b.channels(x), kernel, 1 + r.nextInt(2));
    return r.nextBoolean() ? b.batchNorm(y) : r.nextInt(4) == 0 ? b.relu(y) : y;
  }
}
