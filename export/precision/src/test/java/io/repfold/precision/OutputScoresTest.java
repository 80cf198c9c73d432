package io.repfold.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.repfold.precision.Finding.Measure;
import io.repfold.precision.OutputScores.Numbers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** What outputs are held to, on numbers that are given. */
class OutputScoresTest {
  private static final Targets TARGETS = new Targets(0.99, 0.02, 25, 0.5);
  private static final int SAMPLES = 6;

  private static Piece piece(OutputKind kind, int axis) {
    return Piece.whole(kind, OptionalInt.of(axis), true, "a test");
  }

  private static OutputScores scores(Piece... pieces) {
    return new OutputScores(new OutputMeanings(Map.of("y", List.of(pieces))), TARGETS);
  }

  private static Numbers numbers(double[] values, long... shape) {
    return new Numbers(i -> values[i], true, shape);
  }

  private static double[] random(int seed, int size, double scale) {
    return new Random(seed).doubles(size, 0, scale).toArray();
  }

  private static double[] changed(double[] values, DoubleUnaryOperator change) {
    return Arrays.stream(values).map(change).toArray();
  }

  private static Finding finding(
      Piece piece, DoubleUnaryOperator change, double scale, long... shape) {
    OutputScores scores = scores(piece);
    int size = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    for (int i = 0; i < SAMPLES; i++) {
      double[] wanted = random(i, size, scale);
      scores.add("y", numbers(wanted, shape), numbers(changed(wanted, change), shape));
    }
    assertThat(scores.findings()).hasSize(1);
    return scores.findings().get(0);
  }

  private static Finding.Check check(Finding finding, Measure measure) {
    return finding.checks().stream()
        .filter(check -> check.measure() == measure)
        .findFirst()
        .orElseThrow();
  }

  /** Six degrees of sixty are no good head pose, whichever angle is the largest. */
  @Test
  void values_are_held_to_their_range() {
    Finding off = finding(piece(OutputKind.VALUES, 1), v -> v + 6, 60, 1, 3);
    assertThat(off.holds()).isFalse();
    assertThat(check(off, Measure.ERROR).found()).isBetween(0.1, 0.13);
    assertThat(off.positions()).isZero();
    assertThat(off.worstText()).contains("of the range (0.0200 is allowed) at output 'y'");
    assertThat(finding(piece(OutputKind.VALUES, 1), v -> v + 0.6, 60, 1, 3).holds()).isTrue();
  }

  /** One column is a thousand times as large as the other, which is off by half of itself. */
  @Test
  void columns_of_boxes_are_judged_apart() {
    OutputScores scores = scores(piece(OutputKind.BOXES, 2));
    OutputScores together = scores(piece(OutputKind.VALUES, 2));
    for (int i = 0; i < SAMPLES; i++) {
      double[] wanted = random(i, 20, 1);
      double[] found = wanted.clone();
      for (int k = 0; k < 20; k += 2) {
        wanted[k] *= 1000;
        found[k] *= 1000;
        found[k + 1] *= 0.5;
      }
      scores.add("y", numbers(wanted, 1, 10, 2), numbers(found, 1, 10, 2));
      together.add("y", numbers(wanted, 1, 10, 2), numbers(found, 1, 10, 2));
    }
    Finding finding = scores.findings().get(0);
    assertThat(finding.column()).hasValue(1);
    assertThat(finding.holds()).isFalse();
    assertThat(finding.where()).isEqualTo("output 'y', column 1");
    assertThat(together.findings().get(0).holds()).isTrue();
  }

  @Test
  void scores_that_are_lost_are_seen_among_many_that_are_low() {
    OutputScores scores = scores(piece(OutputKind.SCORES, 1));
    double[] wanted = new double[1000];
    double[] found = new double[1000];
    for (int i = 0; i < 4; i++) {
      wanted[i] = 0.9;
      found[i] = i == 0 ? 0.1 : 0.9;
    }
    scores.add("y", numbers(wanted, 1, 1000), numbers(found, 1, 1000));
    Finding finding = scores.findings().get(0);
    assertThat(check(finding, Measure.AGREEMENT).holds()).isTrue();
    assertThat(check(finding, Measure.OVERLAP).found()).isEqualTo(0.75);
    assertThat(finding.holds()).isFalse();
  }

  @Test
  void the_best_class_counts_where_classes_are_certain_and_their_errors_too_where_not() {
    Piece certain = piece(OutputKind.CLASSES, 1);
    Piece likely = Piece.whole(OutputKind.CLASSES, OptionalInt.of(1), false, "a guess");
    DoubleUnaryOperator shift = v -> 0.9 * v + 0.1;
    assertThat(finding(certain, shift, 1, 1, 5, 9).holds()).isTrue();
    assertThat(finding(likely, shift, 1, 1, 5, 9).holds()).isFalse();
    assertThat(finding(certain, v -> 1 - v, 1, 1, 5, 9).holds()).isFalse();
  }

  @Test
  void images_are_held_to_their_ratio() {
    Piece image = piece(OutputKind.IMAGE, 1);
    Finding finding = finding(image, v -> v + 0.01, 1, 1, 3, 4, 4);
    assertThat(finding.decibels()).isCloseTo(35.2, within(0.5));
    assertThat(finding.holds()).isTrue();
    assertThat(finding(image, v -> v + 0.1, 1, 1, 3, 4, 4).holds()).isFalse();
  }

  /** What is always the same is as good as the mean, and no answer. */
  @Test
  void an_output_that_does_not_follow_is_never_good() {
    for (OutputKind kind :
        List.of(OutputKind.VALUES, OutputKind.BOXES, OutputKind.IMAGE, OutputKind.CLASSES)) {
      Finding dead = finding(piece(kind, 1), v -> 10, 1, 1, 2, 8);
      assertThat(dead.holds()).as(kind.name()).isFalse();
    }
    OutputScores scores = scores(piece(OutputKind.VALUES, 1));
    for (int i = 0; i < SAMPLES; i++) {
      double[] wanted = changed(random(i, 16, 1), v -> v + 20);
      double[] found = changed(wanted, v -> 20.5);
      scores.add("y", numbers(wanted, 1, 16), numbers(found, 1, 16));
    }
    Finding constant = scores.findings().get(0);
    assertThat(constant.decibels()).isGreaterThan(30);
    assertThat(constant.correlation()).isZero();
    assertThat(constant.holds()).isFalse();
  }

  @Test
  void below_ten_decibels_nothing_is_good_whatever_its_target() {
    OutputScores scores =
        new OutputScores(
            new OutputMeanings(Map.of("y", List.of(piece(OutputKind.VALUES, 1)))),
            new Targets(0, 100, 0, 0.5));
    double[] wanted = random(1, 16, 1);
    scores.add("y", numbers(wanted, 1, 16), numbers(changed(wanted, v -> 2 * v), 1, 16));
    assertThat(scores.findings().get(0).holds()).isFalse();
    assertThat(check(scores.findings().get(0), Measure.DECIBELS).wanted()).isEqualTo(10);
  }

  @Test
  void new_infinities_are_never_good_and_old_ones_do_not_count() {
    Piece piece = piece(OutputKind.VALUES, 1);
    OutputScores broken = scores(piece);
    double[] wanted = random(1, 4, 1);
    double[] found = wanted.clone();
    found[2] = Double.POSITIVE_INFINITY;
    broken.add("y", numbers(wanted, 1, 4), numbers(found, 1, 4));
    assertThat(broken.findings().get(0).notFinite()).isEqualTo(1);
    assertThat(broken.findings().get(0).holds()).isFalse();
    OutputScores masked = scores(piece);
    masked.add("y", numbers(found, 1, 4), numbers(found, 1, 4));
    assertThat(masked.findings().get(0).holds()).isTrue();
  }

  /** Few samples by themselves show less of the range than all do. */
  @Test
  void ranges_of_other_samples_count() {
    Piece piece = piece(OutputKind.VALUES, 1);
    OutputScores first = scores(piece);
    first.add("y", numbers(new double[] {0, 100}, 1, 2), numbers(new double[] {0, 100}, 1, 2));
    OutputScores alone = scores(piece);
    OutputScores second = first.withRangesOf(first);
    for (OutputScores scores : List.of(alone, second)) {
      scores.add("y", numbers(new double[] {50, 60}, 1, 2), numbers(new double[] {51, 61}, 1, 2));
    }
    assertThat(alone.findings().get(0).error()).isCloseTo(0.1, within(1e-12));
    assertThat(second.findings().get(0).error()).isCloseTo(0.01, within(1e-12));
  }

  @Test
  void pieces_are_cut_out_of_their_output() {
    Piece middle =
        Piece.whole(OutputKind.VALUES, OptionalInt.empty(), true, "")
            .within(new Piece.Band(1, 1, 3));
    Piece.Cut cut = middle.cut(i -> i, 2, 4, 3);
    assertThat(cut.shape()).containsExactly(2, 2, 3);
    assertThat(cut.numbers()).containsExactly(3, 4, 5, 6, 7, 8, 15, 16, 17, 18, 19, 20);
    assertThat(middle.cut(i -> i, 2, 2).numbers()).as("another shape").hasSize(4);
    assertThat(middle.band()).isEqualTo(Optional.of(new Piece.Band(1, 1, 3)));
  }

  @Test
  void what_is_not_judged_holds() {
    Finding finding = finding(piece(OutputKind.NONE, 1), v -> -v, 1, 1, 3);
    assertThat(finding.holds()).isTrue();
    assertThat(finding.worst()).isEmpty();
  }
}
