package io.repfold.nets;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;

/**
 * A k x k convolution that may be a Rep block, and the batch normalization behind it. A block that
 * ends in one itself has no second one.
 *
 * @param kind {@link RepKind#PLAIN} for the convolution itself
 * @param innerRelu whether a ReLU lies between the block and the batch normalization, which can
 *     then not be folded into it
 */
record RepSite(RepKind kind, boolean innerRelu) {
  static final RepSite PLAIN = new RepSite(RepKind.PLAIN, false);

  /** The normalized convolution, without activation. */
  String append(GraphBuilder b, String x, int channels, Kernel kernel) {
    return append(b, x, channels, kernel, "conv", "bn");
  }

  String append(
      GraphBuilder b, String x, int channels, Kernel kernel, String convName, String normName) {
    GraphBuilder norm = b.named(normName);
    if (kind == RepKind.PLAIN) {
      return norm.batchNorm(b.named(convName).conv(x, channels, kernel, 1));
    }
    GraphBuilder block = b.scope(convName);
    String sum = RepBlocks.append(block, x, RepSpec.of(kind, channels, kernel));
    if (kind.normalizesSum()) {
      return sum;
    }
    return norm.batchNorm(innerRelu ? block.relu(sum) : sum);
  }
}
