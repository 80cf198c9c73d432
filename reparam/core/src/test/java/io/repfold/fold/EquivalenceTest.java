package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.NdArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EquivalenceTest {
  private static double error(double[] expected, double... actual) {
    return Equivalence.error(
        NdArray.of(expected, expected.length), NdArray.of(actual, actual.length));
  }

  @Test
  void the_error_is_relative_to_the_largest_value() {
    assertThat(error(new double[] {1, -4}, 1, -3)).isEqualTo(0.25);
  }

  @ParameterizedTest
  @CsvSource({"NaN, 1", "1, NaN", "Infinity, 1", "1, Infinity", "Infinity, -Infinity"})
  void a_number_that_is_not_finite_on_one_side_is_no_agreement(double wanted, double found) {
    assertThat(error(new double[] {2, wanted, 2}, 2, found, 2) <= Equivalence.BAR).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity", "-Infinity"})
  void the_same_on_both_sides_is(double value) {
    assertThat(error(new double[] {2, value, 2}, 2, value, 2)).isZero();
    assertThat(error(new double[] {2, value, 2}, 2, value, 1)).isEqualTo(0.5);
  }

  @Test
  void other_shapes_are_no_agreement() {
    assertThat(error(new double[] {1}, 1, 1)).isInfinite();
  }
}
