package io.repfold.precision;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.precision.OutputScores.Numbers;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What two networks' outputs decide alike. */
class OutputDecisionsTest {
  private static Piece piece(OutputKind kind) {
    return Piece.whole(kind, OptionalInt.of(1), true, "a test");
  }

  private static Numbers numbers(double... values) {
    return new Numbers(i -> values[i], true, 1, values.length / 2, 2);
  }

  private static OutputDecisions of(List<Piece> pieces, Numbers expected, Numbers found) {
    return OutputDecisions.of(pieces, expected, found, 0.5);
  }

  @Test
  void boxes_and_scores_of_one_output_decide_apart() {
    List<Piece> pieces =
        List.of(
            piece(OutputKind.BOXES).within(new Piece.Band(1, 0, 2)),
            piece(OutputKind.SCORES).within(new Piece.Band(1, 2, 3)));
    Numbers expected = numbers(0, 640, 10, 20, 0.4, 0.6);
    OutputDecisions same = of(pieces, expected, numbers(30, 640, 10, 20.4, 0.1, 0.9));
    assertThat(same).isEqualTo(new OutputDecisions(same.what(), 6, 0));
    assertThat(same.what())
        .isEqualTo("the side of the threshold 0.5 and the value, to 5 % of its range, are");
    OutputDecisions other = of(pieces, expected, numbers(33, 640, 10, 20.6, 0.6, 0.6));
    assertThat(other.disagreements()).as("both columns and a score").isEqualTo(3);
  }

  @Test
  void the_best_class_counts_of_classes_alone() {
    Numbers expected = numbers(1, 5, 2, 4);
    Numbers found = numbers(1, 3, 2, 4);
    OutputDecisions classes = of(List.of(piece(OutputKind.CLASSES)), expected, found);
    assertThat(classes).isEqualTo(new OutputDecisions("the best class is", 2, 1));
    OutputDecisions values = of(List.of(piece(OutputKind.VALUES)), expected, found);
    assertThat(values.disagreements()).isEqualTo(1);
    assertThat(values.positions()).isEqualTo(4);
    assertThat(of(List.of(piece(OutputKind.NONE)), expected, found).positions()).isZero();
  }

  @Test
  void nan_is_no_value_and_an_infinity_is_itself() {
    double inf = Double.POSITIVE_INFINITY;
    List<Piece> values = List.of(piece(OutputKind.VALUES));
    assertThat(of(values, numbers(inf, 1), numbers(inf, 1)).disagreements()).isZero();
    assertThat(of(values, numbers(1, 2), numbers(Double.NaN, 2)).disagreements()).isEqualTo(1);
    assertThat(of(values, numbers(1, 2), numbers(inf, 2)).disagreements()).isEqualTo(1);
    assertThat(of(values, numbers(3, 3), numbers(3.1, 3.2)).disagreements())
        .as("no range: by the magnitude")
        .isEqualTo(1);
  }
}
