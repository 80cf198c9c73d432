package io.repfold.blocks;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.Optional;

/**
 * 1 x 1, batch normalization, k x k, batch normalization: the sequence of the diverse branch block.
 *
 * <p>The zeros around the image come before the first normalization, so that the border of the k x
 * k convolution's input reads BN(0), and the k x k convolution has no pads. With the pads after the
 * normalization the branch would not be one convolution.
 */
record SequenceBranch() implements Branch {
  @Override
  public String name() {
    return "sequence";
  }

  @Override
  public Optional<String> absence(RepSpec spec, int inChannels) {
    return Optional.empty();
  }

  @Override
  public String append(GraphBuilder b, String x, RepSpec spec) {
    int in = b.channels(x);
    int internal = spec.internalChannels().orElse(spec.isDepthwise(in) ? 2 * in : in);
    String mixed =
        internal == in
            ? b.identityConv(x, spec.groups())
            : b.conv(x, internal, Kernel.of(1), spec.groups());
    String bordered = borderedBatchNorm(b, mixed, spec.kernel());
    return b.convBn(bordered, spec.outChannels(), spec.kernel().withoutPads(), spec.groups());
  }

  /** The kernel's pads as zeros around {@code x}, then a batch normalization. */
  static String borderedBatchNorm(GraphBuilder b, String x, Kernel kernel) {
    boolean padded = kernel.pads().stream().anyMatch(p -> p > 0);
    return b.batchNorm(
        padded
            ? b.pad(x, kernel.padBegin(0), kernel.padBegin(1), kernel.padEnd(0), kernel.padEnd(1))
            : x);
  }
}
