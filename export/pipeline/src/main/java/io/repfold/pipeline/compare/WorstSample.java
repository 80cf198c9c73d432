package io.repfold.pipeline.compare;

import io.repfold.check.Comparison;
import io.repfold.check.OutputReport;
import io.repfold.check.PartError;
import io.repfold.check.SampleResult;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.pipeline.inputs.Samples;
import io.repfold.pipeline.interpreter.InterpreterBackend;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.Inputs;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The sample and output on which a candidate differs most, run once more.
 *
 * @param setting where the models ran
 * @param output the output's name
 * @param label of the sample, for people
 * @param comparison what was found when they were compared
 * @param reference the output of the reference
 * @param candidate that of the candidate, of the same shape
 * @param axis of the output's channels, from 0
 */
public record WorstSample(
    String setting,
    String output,
    String label,
    Comparison comparison,
    HostTensor reference,
    HostTensor candidate,
    int axis) {

  private record Found(String setting, String output, SampleResult sample, Comparison comparison) {
    static Optional<Found> in(Verification.Run run) {
      return run.report().outputs().stream()
          .filter(output -> !output.verdict().isEquivalent())
          .flatMap(output -> of(run.setting(), output).stream())
          .max(Comparator.comparingDouble(found -> found.comparison.worstPart().used()));
    }

    private static Optional<Found> of(String setting, OutputReport output) {
      return output.samples().stream()
          .filter(sample -> sample.comparison().filter(c -> c.elements() > 0).isPresent())
          .findFirst()
          .map(s -> new Found(setting, output.name(), s, s.comparison().orElseThrow()));
    }
  }

  /**
   * Runs both models on the worst sample of the first setting in which they differ.
   *
   * @param inputs those that were compared on
   * @param settings those of the comparison, by their names; in another one both models ran in the
   *     interpreter
   * @return empty if they do not differ, or their outputs cannot be compared number by number
   * @throws io.repfold.runtime.EngineException if a model cannot be run
   */
  public static Optional<WorstSample> of(
      Path reference,
      Path candidate,
      SampleSource inputs,
      List<ComparisonSetting> settings,
      Verification verification) {
    Optional<Found> found =
        verification.runs().stream()
            .filter(run -> !run.report().verdict().isEquivalent())
            .findFirst()
            .flatMap(Found::in);
    return found.flatMap(f -> run(reference, candidate, inputs, setting(settings, f), f));
  }

  private static ComparisonSetting setting(List<ComparisonSetting> settings, Found found) {
    return settings.stream()
        .filter(setting -> setting.name().equals(found.setting))
        .findFirst()
        .orElseGet(
            () -> {
              Backend exact = InterpreterBackend.inDouble();
              EngineOptions options = EngineOptions.defaults();
              return new ComparisonSetting(found.setting, exact, options, exact, options);
            });
  }

  private static Optional<WorstSample> run(
      Path reference, Path candidate, SampleSource inputs, ComparisonSetting setting, Found found) {
    Map<String, HostTensor> sample;
    HostTensor expected;
    try (Engine engine =
        ModelComparison.loadPlain(reference, setting.reference(), setting.referenceOptions())) {
      Samples samples = inputs.of(engine);
      Optional<Map<String, HostTensor>> known =
          samples.find(found.sample.sample(), found.sample.name());
      if (known.isEmpty()) {
        return Optional.empty();
      }
      sample = known.get();
      expected = engine.run(sample).get(found.output);
    }
    HostTensor other;
    try (Engine engine =
        ModelComparison.loadPlain(candidate, setting.candidate(), setting.candidateOptions())) {
      other = engine.run(Inputs.rounded(sample, engine)).get(found.output);
    }
    if (expected == null || other == null || !Arrays.equals(expected.shape(), other.shape())) {
      return Optional.empty();
    }
    int axis = OutputAxes.of(reference).of(found.output, expected.rank());
    return Optional.of(
        new WorstSample(
            found.setting,
            found.output,
            found.sample.label(),
            found.comparison,
            expected,
            other,
            axis));
  }

  /** Row-major index of the element that {@link #text} names. */
  private int index() {
    return comparison.unmatched() > 0
        ? comparison.firstUnmatched()
        : comparison.worstPart().index();
  }

  /** Where on each axis that element lies; empty if nothing could be compared. */
  public long[] place() {
    return index() < 0 ? new long[0] : PartError.place(index(), reference.shape());
  }

  /** Which sample, and where in it the error lies that uses up most of what is allowed. */
  public String text() {
    PartError worst = comparison.worstPart();
    String sample = "The worst is %s of output '%s' (%s)".formatted(label, output, setting);
    String where = "%s of %s".formatted(Arrays.toString(place()), Phrases.shape(reference.shape()));
    if (comparison.unmatched() > 0) {
      return "%s: at %s expected %s, found %s; %s NaN or infinite on one side only"
          .formatted(
              sample,
              where,
              reference.get(index()),
              candidate.get(index()),
              Phrases.plural(comparison.unmatched(), "element"));
    }
    return "%s: the error %s of %s, at %s: expected %s, found %s"
        .formatted(
            sample,
            Phrases.small(worst.error()),
            worst.where(),
            where,
            worst.reference(),
            worst.candidate());
  }

  /**
   * A picture of the absolute errors: black where there is none, then red, yellow, and white for
   * the largest; cyan where one side alone is NaN or infinite. Of a batch it shows the image with
   * the element of {@link #text}, and of all channels the largest error.
   *
   * @return a PNG file of the output's height and width; empty if the output is no image: [N, C, H,
   *     W], [N, H, W, C], [C, H, W] or [N, H, W] with sides of at least 4 of which none is more
   *     than 8 times the other
   */
  public Optional<byte[]> errorMap() {
    return ErrorMap.png(reference, candidate, axis, index());
  }
}
