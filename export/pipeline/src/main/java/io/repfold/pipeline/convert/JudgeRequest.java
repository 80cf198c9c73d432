package io.repfold.pipeline.convert;

import io.repfold.pipeline.PipelineException;
import io.repfold.precision.OutputKind;
import io.repfold.precision.Targets;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How good the outputs of a converted model must be; what is empty is the precision's usual.
 *
 * @param agreement the share of decisions that must stay the same, 0 to 1
 * @param error the largest root mean square error as a fraction of the range, above 0
 * @param snr the least ratio of an image to its error, in dB
 * @param kinds what outputs mean, by name, where the graph does not show it; {@code *} for all that
 *     are not named
 */
public record JudgeRequest(
    OptionalDouble agreement,
    OptionalDouble error,
    OptionalDouble snr,
    Map<String, OutputKind> kinds) {
  /** All as usual. */
  public static final JudgeRequest USUAL =
      new JudgeRequest(
          OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), Map.of());

  /**
   * @throws PipelineException if the agreement is no share, the error not above 0, or the ratio no
   *     number
   */
  public JudgeRequest {
    kinds = Map.copyOf(kinds);
    if (agreement.isPresent() && !(agreement.getAsDouble() >= 0 && agreement.getAsDouble() <= 1)) {
      throw PipelineException.request(
          "withTargetAgreement is a share from 0 to 1, such as 0.999, not "
              + agreement.getAsDouble());
    }
    if (error.isPresent() && !(error.getAsDouble() > 0)) {
      throw PipelineException.request(
          "withTargetError is a fraction of the output's range above 0, such as 0.01, not "
              + error.getAsDouble());
    }
    if (snr.isPresent() && Double.isNaN(snr.getAsDouble())) {
      throw PipelineException.request("withTargetSnr is a ratio in dB, such as 30, not NaN");
    }
  }

  JudgeRequest withAgreement(double share) {
    return new JudgeRequest(OptionalDouble.of(share), error, snr, kinds);
  }

  JudgeRequest withError(double fraction) {
    return new JudgeRequest(agreement, OptionalDouble.of(fraction), snr, kinds);
  }

  JudgeRequest withSnr(double decibels) {
    return new JudgeRequest(agreement, error, OptionalDouble.of(decibels), kinds);
  }

  JudgeRequest withKinds(Map<String, OutputKind> others) {
    return new JudgeRequest(agreement, error, snr, others);
  }

  /**
   * The targets of a conversion.
   *
   * @param chosen whether somebody chose the samples
   */
  Targets targets(Precision precision, boolean chosen, double threshold) {
    return new Targets(
        agreement.orElse(chosen ? precision.target() : precision.targetOnNoise()),
        error.orElse(precision.targetError()),
        snr.orElse(precision.targetSnr()),
        threshold);
  }
}
