package io.repfold.pipeline.compare;

import io.repfold.check.Decider;
import io.repfold.precision.OutputDecisions;
import io.repfold.precision.OutputKind;
import io.repfold.precision.OutputMeanings;
import io.repfold.precision.OutputScores;
import io.repfold.precision.Piece;
import io.repfold.runtime.HostTensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What outputs decide by what they are, as a conversion judges them; the side of the threshold
 * where that is not known.
 *
 * @param meanings empty for a model whose graph is not known
 * @param threshold of scores, in the output's own unit
 */
record MeaningDecider(Optional<OutputMeanings> meanings, double threshold) implements Decider {
  private static final List<Piece> SCORES =
      List.of(
          new Piece(OutputKind.SCORES, Optional.empty(), OptionalInt.empty(), false, "not known"));

  @Override
  public Optional<Decided> decide(String output, HostTensor reference, HostTensor candidate) {
    List<Piece> pieces = meanings.map(known -> known.of(output)).orElse(SCORES);
    OutputDecisions found =
        OutputDecisions.of(pieces, numbers(reference), numbers(candidate), threshold);
    return Optional.of(new Decided(found.what(), found.positions(), found.disagreements()));
  }

  private static OutputScores.Numbers numbers(HostTensor tensor) {
    return new OutputScores.Numbers(tensor::get, true, tensor.shape());
  }
}
