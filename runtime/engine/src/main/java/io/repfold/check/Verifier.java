package io.repfold.check;

import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
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
    return verify(reference, candidate, samples, new Criteria(tolerance));
  }

  /** Likewise, by these criteria. */
  public static VerificationReport verify(
      Engine reference,
      Engine candidate,
      List<Map<String, HostTensor>> samples,
      Criteria criteria) {
    return verify(ReferenceOutputs.of(reference, samples), candidate, criteria);
  }

  /**
   * Likewise, with a reference that was run before. Each run of the candidate is compared as it
   * comes.
   *
   * @throws IllegalArgumentException if the absolute tolerance is so large beside an output that it
   *     would accept a wrong network
   * @throws io.repfold.runtime.EngineException if a run fails
   */
  public static VerificationReport verify(
      ReferenceOutputs reference, Engine candidate, Criteria criteria) {
    return verify(reference, candidate, criteria, OutputWatcher.NOBODY);
  }

  /**
   * Likewise, with someone who looks at the outputs of each sample that the candidate runs.
   *
   * @throws IllegalArgumentException if the absolute tolerance is too large
   * @throws io.repfold.runtime.EngineException if a run fails
   */
  public static VerificationReport verify(
      ReferenceOutputs reference, Engine candidate, Criteria criteria, OutputWatcher watcher) {
    Tolerance tolerance = criteria.tolerance();
    Map<String, List<SampleResult>> byOutput = new LinkedHashMap<>();
    Set<String> integers = new HashSet<>();
    for (int i = 0; i < reference.inputs().size(); i++) {
      Map<String, HostTensor> expected = reference.outputs().get(i);
      expected.forEach(
          (name, tensor) -> {
            if (!tensor.type().isFloating()) {
              integers.add(name);
            }
          });
      Judge judge = Judge.ofSample(criteria, reference.noise(), i);
      String label = SampleResult.label(i, reference.names().get(i));
      for (OutputResult result : results(judge, candidate, reference, i, watcher)) {
        byOutput
            .computeIfAbsent(result.name(), name -> new ArrayList<>())
            .add(new SampleResult(i, label, result.comparison(), verdict(result, i, reference)));
      }
    }
    byOutput.forEach((name, results) -> refuseLoose(name, results, tolerance));
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

  /** Zeros for an input of zeros are nothing to note. */
  private static Verdict verdict(OutputResult result, int sample, ReferenceOutputs reference) {
    boolean asked = reference.names().get(sample).isEmpty();
    return asked || !result.verdict().isEquivalent()
        ? result.verdict()
        : new Verdict.Equivalent(List.of());
  }

  /** That a candidate does not run is a difference if it ran on a sample before. */
  private static List<OutputResult> results(
      Judge judge,
      Engine candidate,
      ReferenceOutputs reference,
      int sample,
      OutputWatcher watcher) {
    Map<String, HostTensor> expected = reference.outputs().get(sample);
    try {
      Map<String, HostTensor> found =
          candidate.run(Inputs.rounded(reference.inputs().get(sample), candidate));
      List<OutputResult> results = judge.compare(expected, found);
      watcher.compared(
          sample,
          SampleResult.label(sample, reference.names().get(sample)),
          expected,
          judge.matched(List.copyOf(expected.keySet()), found),
          results);
      return results;
    } catch (EngineException e) {
      if (sample == 0) {
        throw e;
      }
      Verdict verdict =
          new Verdict.Different(
              List.of("the candidate does not run on it: " + String.valueOf(e.getMessage())));
      return expected.keySet().stream()
          .map(name -> new OutputResult(name, Optional.empty(), verdict))
          .toList();
    }
  }

  /**
   * A report of a candidate that could not be compared.
   *
   * @param reason that all outputs are different for
   */
  public static VerificationReport failed(
      ReferenceOutputs reference, String candidate, Tolerance tolerance, String reason) {
    Verdict verdict = new Verdict.Different(List.of(reason));
    List<OutputReport> outputs =
        reference.outputs().get(0).keySet().stream()
            .map(
                name ->
                    OutputReport.of(
                        name,
                        List.of(new SampleResult(0, Optional.empty(), verdict)),
                        Optional.empty()))
            .toList();
    return new VerificationReport(
        reference.reference(), candidate, reference.inputs().size(), tolerance, outputs);
  }

  private static void refuseLoose(String output, List<SampleResult> results, Tolerance tolerance) {
    double largest =
        results.stream()
            .flatMap(result -> result.comparison().stream())
            .mapToDouble(Comparison::referenceMaxAbs)
            .max()
            .orElse(0);
    if (largest > 0 && tolerance.absolute() >= Tolerance.TOO_LOOSE * largest) {
      throw new IllegalArgumentException(
          "An absolute tolerance of %s would accept a wrong network: the largest magnitude of output '%s' is %s; take one below a tenth of that"
              .formatted(tolerance.absolute(), output, largest));
    }
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
