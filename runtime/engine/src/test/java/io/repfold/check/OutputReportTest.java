package io.repfold.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.runtime.HostTensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutputReportTest {
  private static final Judge JUDGE = new Judge(new Tolerance(0.01, 0));

  @Test
  void what_cannot_be_compared_comes_first_then_the_larger_relative_error() {
    OutputReport report =
        OutputReport.of(
            "y",
            List.of(
                sample(0, 100, 100.5f),
                sample(1, 1, 1.02f),
                incomparable(2),
                sample(3, 100, 105),
                sample(4, 1, 1.009f),
                sample(5, 1, 1)),
            Optional.empty());

    assertThat(report.samples()).extracting(SampleResult::sample).containsExactly(2, 3, 1, 4, 0, 5);
    assertThat(report.worst().sample()).isEqualTo(2);
    assertThat(report.verdict())
        .isInstanceOfSatisfying(
            Verdict.Different.class,
            different ->
                assertThat(different.reasons())
                    .hasSize(3)
                    .satisfiesExactly(
                        reason -> assertThat(reason).startsWith("sample 2: the shapes differ"),
                        reason -> assertThat(reason).startsWith("sample 3: the largest error is 5"),
                        reason -> assertThat(reason).startsWith("sample 1: the largest error")));
  }

  @Test
  void a_sample_that_is_not_equivalent_outweighs_a_larger_error_that_is_allowed() {
    OutputReport report =
        OutputReport.of(
            "y", List.of(sample(0, 1, 1.009f), sample(1, 1, Float.NaN)), Optional.empty());
    assertThat(report.worst().sample()).isEqualTo(1);
    assertThat(report.verdict().isEquivalent()).isFalse();
  }

  @Test
  void the_notes_of_all_samples_are_told_when_all_are_equivalent() {
    OutputReport report =
        OutputReport.of("y", List.of(sample(0, 0, 0), sample(1, 2, 2)), Optional.empty());
    assertThat(report.verdict())
        .isEqualTo(
            new Verdict.Equivalent(
                List.of("sample 0: the reference is zero everywhere, so this proves little")));
  }

  private static SampleResult sample(int number, float reference, float candidate) {
    return result(
        number,
        JUDGE.compare(
            "y",
            HostTensor.ofFloats(new float[] {reference}, 1),
            HostTensor.ofFloats(new float[] {candidate}, 1)));
  }

  private static SampleResult incomparable(int number) {
    return result(
        number,
        JUDGE.compare(
            "y",
            HostTensor.ofFloats(new float[] {1}, 1),
            HostTensor.ofFloats(new float[] {1}, 1, 1)));
  }

  private static SampleResult result(int number, OutputResult result) {
    return new SampleResult(number, result.comparison(), result.verdict());
  }
}
