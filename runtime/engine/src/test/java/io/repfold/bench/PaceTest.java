package io.repfold.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {
  @ParameterizedTest
  @CsvSource({
    "1.01, 1.03, 1.05, FASTER",
    "1.01, 1.029, 1.05, NO_DIFFERENCE",
    "0.95, 0.97, 0.99, SLOWER",
    "0.95, 0.972, 0.99, NO_DIFFERENCE",
    "0.98, 1.23, 1.50, NO_DIFFERENCE",
    "0.50, 0.80, 1.01, NO_DIFFERENCE",
    "1, 1.1, 1.2, NO_DIFFERENCE",
    "0.8, 0.9, 1, NO_DIFFERENCE",
    "1, 1, 1, NO_DIFFERENCE"
  })
  void quartiles_on_both_sides_of_1_or_a_median_near_1_tell_no_difference(
      double lower, double median, double upper, Pace pace) {
    Distribution speedup =
        new Distribution(30, lower - 0.1, lower, median, upper, upper, upper, median);

    assertThat(Pace.of(speedup)).isEqualTo(pace);
  }

  @Test
  void it_is_said_in_words() {
    assertThat(Pace.NO_DIFFERENCE).hasToString("no difference");
    assertThat(Pace.SLOWER).hasToString("slower");
  }
}
