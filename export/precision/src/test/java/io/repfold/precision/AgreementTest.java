package io.repfold.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Op;
import io.repfold.graph.Value;
import io.repfold.precision.SampleRunner.Computed;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Agreement and noise of outputs that are given, not computed. */
class AgreementTest {
  private static final Graph ORIGINAL = graph("original");
  private static final Graph CHANGED = graph("changed");

  private static Graph graph(String name) {
    Graph.Builder graph = new Graph.Builder(name).input(Value.float32("x", 1, 2));
    for (String output : List.of("y", "z")) {
      graph
          .node(new Op.Identity(), List.of("x"), output)
          .output(new Value(output, Optional.empty(), Optional.empty()));
    }
    return graph.build();
  }

  /** Two scores for each of some positions; the buffer holds more before and behind. */
  private static Computed scores(float... values) {
    float[] padded = new float[values.length + 3];
    System.arraycopy(values, 0, padded, 2, values.length);
    FloatBuffer data = FloatBuffer.wrap(padded, 2, values.length);
    return new Computed(data, true, values.length / 2, 2);
  }

  private static Computed integers(float... values) {
    return new Computed(FloatBuffer.wrap(values), false, values.length);
  }

  private static SampleRunner runner(
      List<Map<String, Computed>> before, List<Map<String, Computed>> after) {
    return (graph, values, most, sink) -> {
      assertThat(values).containsExactlyInAnyOrder("y", "z");
      List<Map<String, Computed>> samples = graph.equals(ORIGINAL) ? before : after;
      for (int i = 0; i < Math.min(most, samples.size()); i++) {
        sink.accept(i, samples.get(i));
      }
    };
  }

  private static Agreement agreement(
      List<Map<String, Computed>> before, List<Map<String, Computed>> after, int numbersOf) {
    OutputMeanings classes = OutputMeanings.of(ORIGINAL).with(Map.of("*", OutputKind.CLASSES));
    Targets targets = new Targets(0.9, 0.1, 20, 0.5);
    return new Agreement(ORIGINAL, runner(before, after), classes, targets, numbersOf, 0);
  }

  private static Agreement.Score score(
      List<Map<String, Computed>> before, List<Map<String, Computed>> after, int numbersOf) {
    return agreement(before, after, numbersOf).of(CHANGED, Integer.MAX_VALUE);
  }

  @Test
  void the_output_that_agrees_least_counts_and_the_noise_of_all() {
    var before =
        List.of(
            Map.of("y", scores(1, 0, 0, 1), "z", scores(3, 0, 0, 2)),
            Map.of("y", scores(2, 0, 0, 2), "z", scores(1, 0, 4, 0)));
    var after =
        List.of(
            Map.of("y", scores(1, 0, 0, 1), "z", scores(0, 3, 0, 2)),
            Map.of("y", scores(2, 1, 0, 2), "z", scores(1, 0, 4, 0)));
    Agreement.Score score = score(before, after, 2);
    assertThat(score.agreement()).isEqualTo(3 / 4.0);
    double signal = 9 + 4 + 1 + 16;
    double error = 9 + 9;
    assertThat(score.decibels()).isCloseTo(10 * Math.log10(signal / error), within(1e-12));
    assertThat(score.error()).isCloseTo(Math.sqrt(18 / 8.0) / 4, within(1e-12));
    assertThat(score.holds()).isFalse();
    assertThat(score(before, after, 1).decibels())
        .isCloseTo(10 * Math.log10(13 / 18.0), within(1e-12));
    Agreement.Score same = score(before, before, 2);
    assertThat(same.holds()).isTrue();
    assertThat(same.agreement()).isEqualTo(1);
    assertThat(same.decibels()).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void only_the_first_samples_are_compared_if_so_asked() {
    var before =
        List.of(
            Map.of("y", scores(1, 0), "z", scores(1, 0)),
            Map.of("y", scores(1, 0), "z", scores(1, 0)));
    var after =
        List.of(
            Map.of("y", scores(1, 0), "z", scores(1, 0)),
            Map.of("y", scores(0, 1), "z", scores(0, 1)));
    Agreement agreement = agreement(before, after, 9);
    assertThat(agreement.samples()).isEqualTo(2);
    assertThat(agreement.of(CHANGED, 1).agreement()).isEqualTo(1);
    assertThat(agreement.of(CHANGED, 2).agreement()).isEqualTo(0.5);
  }

  @Test
  void an_output_of_another_size_is_all_error() {
    var before = List.of(Map.of("y", scores(3, 0, 0, 4), "z", scores(1, 0)));
    var after = List.of(Map.of("y", scores(3, 0), "z", scores(1, 0)));
    Agreement.Score score = score(before, after, 1);
    assertThat(score.agreement()).isEqualTo(0.5);
    assertThat(score.decibels()).isCloseTo(10 * Math.log10(25 / 25.0), within(1e-12));
  }

  @Test
  void integers_have_no_noise_and_what_is_empty_agrees() {
    var before = List.of(Map.of("y", integers(1, 2, 3), "z", integers()));
    var after = List.of(Map.of("y", integers(1, 2, 4), "z", integers()));
    Agreement.Score score = score(before, after, 1);
    assertThat(score.agreement()).isEqualTo(2 / 3.0);
    assertThat(score.decibels()).isNaN();
    var empty = List.of(Map.of("z", integers()));
    assertThat(score(empty, empty, 1).agreement()).isEqualTo(1);
  }

  @Test
  void one_channel_is_held_to_the_threshold() {
    Computed below = new Computed(FloatBuffer.wrap(new float[] {0.4f, 0.6f}), true, 2, 1);
    Computed above = new Computed(FloatBuffer.wrap(new float[] {0.6f, 0.7f}), true, 2, 1);
    assertThat(score(List.of(Map.of("y", below)), List.of(Map.of("y", above)), 0).agreement())
        .isEqualTo(0.5);
  }

  @Test
  void without_a_sample_nothing_can_be_compared() {
    assertThatExceptionOfType(InvalidGraphException.class)
        .isThrownBy(() -> agreement(List.of(), List.of(), 1))
        .withMessageContaining("give at least one");
  }
}
