package io.repfold.check;

import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.Inputs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a candidate beside its reference on the same inputs and judges every output. */
public final class Verifier {
  private Verifier() {}

  /**
   * Compares all outputs over all samples. If every output is empty on every sample, nothing was
   * compared, and all are different.
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
    if (samples.isEmpty()) {
      throw new IllegalArgumentException("There is no input to compare the networks on");
    }
    Judge judge = new Judge(tolerance);
    Map<String, List<SampleResult>> byOutput = new LinkedHashMap<>();
    for (int i = 0; i < samples.size(); i++) {
      Map<String, HostTensor> inputs = samples.get(i);
      for (OutputResult result :
          judge.compare(reference.run(inputs), candidate.run(Inputs.rounded(inputs, candidate)))) {
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
                        : results)));
    return new VerificationReport(
        reference.toString(), candidate.toString(), samples.size(), tolerance, outputs);
  }
}
