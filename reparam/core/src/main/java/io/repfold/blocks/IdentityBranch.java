package io.repfold.blocks;

import io.repfold.graph.GraphBuilder;
import java.util.Optional;

/**
 * The input itself and its batch normalisation: a 1 x 1 identity on the block's centre tap.
 *
 * @param normalized whether there is a batch normalisation
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
    if (!CenteredKernel.centred(spec.kernel(), 1, 1).needsNoPads()) {
      return Optional.of(
          "the pads %s do not put the kernel's centre on the pixel itself"
              .formatted(spec.kernel().pads()));
    }
    return Optional.empty();
  }

  @Override
  public String append(GraphBuilder b, String x, RepSpec spec) {
    return normalized ? b.batchNorm(x) : x;
  }
}
