package io.repfold.check;

import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.Inputs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Runs a candidate beside its reference on the same inputs and judges every output. */
public final class Verifier {
  private Verifier() {}

  /**
   * Compares all outputs over all samples, with the channels on axis 1. If every output is empty on
   * every sample, nothing was compared, and all are different.
   *
   * @param samples inputs by name, one map a run, of the reference's types; where the candidate
   *     takes another floating type, it gets them rounded to that
   * @throws IllegalArgumentException if there is no sample: then nothing would be proved
   * @throws io.repfold.runtime.EngineException if a run fails
   */
  public static VerificationReport verify(
      Engine reference,
      Engine candidate,
      List<Map<String, HostTensor>> samples,
      Tolerance tolerance) {
    return verify(reference, candidate, samples, tolerance, ChannelAxes.USUAL, Decider.NOTHING);
  }

  /**
   * Likewise, with the channels on these axes.
   *
   * @param axes of the outputs
   * @param decider asked for outputs without channels, if a share of decisions is to be the same
   */
  public static VerificationReport verify(
      Engine reference,
      Engine candidate,
      List<Map<String, HostTensor>> samples,
      Tolerance tolerance,
      ChannelAxes axes,
      Decider decider) {
    return verify(ReferenceOutputs.of(reference, samples), candidate, tolerance, axes, decider);
  }

  /**
   * Likewise, with a reference that was run before. Each run of the candidate is compared as it
   * comes.
   *
   * @throws io.repfold.runtime.EngineException if a run fails
   */
  public static VerificationReport verify(
      ReferenceOutputs reference,
      Engine candidate,
      Tolerance tolerance,
      ChannelAxes axes,
      Decider decider) {
    Judge judge = Judge.ofSamples(tolerance, axes, decider);
    Map<String, List<SampleResult>> byOutput = new LinkedHashMap<>();
    Set<String> integers = new HashSet<>();
    for (int i = 0; i < reference.inputs().size(); i++) {
      Map<String, HostTensor> inputs = reference.inputs().get(i);
      Map<String, HostTensor> expected = reference.outputs().get(i);
      expected.forEach(
          (name, tensor) -> {
            if (!tensor.type().isFloating()) {
              integers.add(name);
            }
          });
      for (OutputResult result :
          judge.compare(expected, candidate.run(Inputs.rounded(inputs, candidate)))) {
        byOutput
            .computeIfAbsent(result.name(), name -> new ArrayList<>())
            .add(new SampleResult(i, result.comparison(), result.verdict()));
      }
    }
    boolean empty =
        byOutput.values().stream().flatMap(List::stream).allMatch(SampleResult::isEmpty);
    List<OutputReport> outputs = new ArrayList<>();
    byOutput.forEach(
        (name, results) ->
            outputs.add(
                OutputReport.of(
                    name,
                    empty
                        ? results.stream().map(SampleResult::withNothingCompared).toList()
                        : results,
                    share(results, tolerance, integers.contains(name)))));
    return new VerificationReport(
        reference.reference(), candidate.toString(), reference.inputs().size(), tolerance, outputs);
  }

  /** Empty if no share is asked for, or the output decides nothing. */
  private static Optional<DecisionShare> share(
      List<SampleResult> results, Tolerance tolerance, boolean integers) {
    List<Comparison> comparisons =
        results.stream().flatMap(result -> result.comparison().stream()).toList();
    boolean decides = comparisons.stream().anyMatch(c -> Findings.decides(c, integers));
    return tolerance.agreement().isPresent() && decides && !comparisons.isEmpty()
        ? Optional.of(Findings.share(comparisons, tolerance.agreement().getAsDouble()))
        : Optional.empty();
  }
}
