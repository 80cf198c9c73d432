package io.repfold.blocks;

import io.repfold.graph.GraphBuilder;
import java.util.Optional;

/**
 * The input itself and its batch normalization: a 1 x 1 identity on the block's center tap.
 *
 * @param normalized whether there is a batch normalization
 */
record IdentityBranch(boolean normalized) implements Branch {
  @Override
  public String name() {
    return "identity";
  }

  @Override
  public Optional<String> absence(RepSpec spec, int inChannels) {
    if (inChannels != spec.outChannels()) {
      return Optional.of(
          "%d channels come in and %d go out".formatted(inChannels, spec.outChannels()));
    }
    if (spec.kernel().stride(0) != 1 || spec.kernel().stride(1) != 1) {
      return Optional.of("the stride is " + spec.kernel().strides());
    }
    if (!CenteredKernel.centered(spec.kernel(), 1, 1).needsNoPads()) {
      return Optional.of(
          "the pads %s do not put the kernel's center on the pixel itself"
              .formatted(spec.kernel().pads()));
    }
    return Optional.empty();
  }

  @Override
  public String append(GraphBuilder b, String x, RepSpec spec) {
    return normalized ? b.batchNorm(x) : x;
  }
}
