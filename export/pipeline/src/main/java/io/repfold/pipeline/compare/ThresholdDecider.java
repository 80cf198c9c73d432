package io.repfold.pipeline.compare;

import io.repfold.check.Decider;
import io.repfold.precision.Decisions;
import io.repfold.runtime.HostTensor;
import java.util.Optional;

/**
 * The side of a threshold on which each element lies, as a conversion decides.
 *
 * @param threshold in the output's own unit
 */
record ThresholdDecider(double threshold) implements Decider {
  @Override
  public Optional<Decided> decide(HostTensor reference, HostTensor candidate) {
    Decisions expected = decisions(reference);
    Decisions found = decisions(candidate);
    return Optional.of(
        new Decided(
            "the side of the threshold %s is".formatted(threshold),
            expected.positions(found),
            expected.disagreements(found)));
  }

  private Decisions decisions(HostTensor tensor) {
    int none = tensor.rank();
    return Decisions.of(tensor::get, true, threshold, none, tensor.shape());
  }
}
