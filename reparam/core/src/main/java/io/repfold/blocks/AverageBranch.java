package io.repfold.blocks;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * 1 x 1, batch normalization, k x k average, batch normalization, with the border as in {@link
 * SequenceBranch}. A depthwise block averages the input itself.
 *
 * <p>The average has the block's dilation. AveragePool has none in opset 17, so that a dilated
 * average is a depthwise convolution whose taps all are 1 / (kH kW). They are a Constant node, as
 * they are not learnt.
 */
record AverageBranch() implements Branch {
  @Override
  public String name() {
    return "average";
  }

  @Override
  public Optional<String> absence(RepSpec spec, int inChannels) {
    return spec.kernel().size().equals(List.of(1, 1))
        ? Optional.of("the average over 1x1 is the identity")
        : Optional.empty();
  }

  @Override
  public String append(GraphBuilder b, String x, RepSpec spec) {
    if (spec.isDepthwise(b.channels(x))) {
      return b.batchNorm(average(b, x, spec.kernel()));
    }
    String mixed = b.conv(x, spec.outChannels(), Kernel.of(1), spec.groups());
    String bordered = SequenceBranch.borderedBatchNorm(b, mixed, spec.kernel());
    return b.batchNorm(average(b, bordered, spec.kernel().withoutPads()));
  }

  private static String average(GraphBuilder b, String x, Kernel kernel) {
    return isPool(kernel)
        ? b.averagePool(x, kernel.withDilation(1), true)
        : dilatedAverage(b, x, kernel);
  }

  /** Runtimes refuse a pooling whose pads are not smaller than its kernel. */
  private static boolean isPool(Kernel kernel) {
    boolean pool = true;
    for (int axis = 0; axis < 2; axis++) {
      pool &= kernel.dilation(axis) == 1 || kernel.taps(axis) == 1;
      pool &= Math.max(kernel.padBegin(axis), kernel.padEnd(axis)) < kernel.taps(axis);
    }
    return pool;
  }

  private static String dilatedAverage(GraphBuilder b, String x, Kernel kernel) {
    int channels = b.channels(x);
    int taps = kernel.height() * kernel.width();
    double[] values = new double[channels * taps];
    Arrays.fill(values, 1.0 / taps);
    Tensor weight =
        Tensor.ofDoubles(b.type(), values, channels, 1, kernel.height(), kernel.width());
    String taken = b.named("taps").constant(weight);
    Op conv = new Op.Conv(kernel.window(), channels);
    return b.op("average", conv, List.of(x, taken), channels);
  }
}
