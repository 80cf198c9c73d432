package io.repfold.check;

import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link Verifier} found.
 *
 * @param reference the reference model and its backend
 * @param candidate the candidate model and its backend
 * @param samples number of samples that were run
 * @param tolerance what was allowed
 * @param outputs at least one, those of the reference first, in its order
 */
public record VerificationReport(
    String reference,
    String candidate,
    int samples,
    Tolerance tolerance,
    List<OutputReport> outputs) {
  public VerificationReport {
    outputs = List.copyOf(outputs);
  }

  /** Whether every output is empty on every sample, so that nothing was compared. */
  public boolean isEmpty() {
    return outputs.stream()
        .flatMap(output -> output.samples().stream())
        .allMatch(SampleResult::isEmpty);
  }

  /**
   * Equivalent when every output is; the notes or reasons of all outputs, each naming its output.
   */
  public Verdict verdict() {
    List<String> notes = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    for (OutputReport output : outputs) {
      if (output.verdict() instanceof Verdict.Different different) {
        different
            .reasons()
            .forEach(reason -> reasons.add("output '%s', %s".formatted(output.name(), reason)));
      } else if (output.verdict() instanceof Verdict.Equivalent same) {
        same.notes().forEach(note -> notes.add("output '%s', %s".formatted(output.name(), note)));
      }
    }
    return reasons.isEmpty() ? new Verdict.Equivalent(notes) : new Verdict.Different(reasons);
  }
}
