package io.repfold.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.NdArray;
import io.repfold.graph.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What judges must notice every planted fault, and nothing else. */
class DifferenceTest {
  private static final double INFINITE = Double.POSITIVE_INFINITY;

  @ParameterizedTest
  @EnumSource
  void it_is_relative_to_the_largest_magnitude_expected(Difference difference) {
    double[] expected = {1, -4, 0.5};

    assertThat(difference.relative(expected, 1, -4, 0.5)).isZero();
    assertThat(difference.relative(expected, 1, -3, 0.5)).isEqualTo(0.25);
    assertThat(difference.relative(expected, 1, -4, -0.5)).as("a sign").isEqualTo(0.25);
    assertThat(difference.relative(expected, -4, 1, 0.5)).as("two swapped").isEqualTo(1.25);
    assertThat(difference.relative(expected, 0, 0, 0)).as("nothing computed").isEqualTo(1);
    assertThat(difference.relative(expected, 1, -4, 400)).as("a large one").isEqualTo(99.875);
  }

  @ParameterizedTest
  @EnumSource
  void the_largest_difference_counts_wherever_it_stands(Difference difference) {
    for (int place = 0; place < 3; place++) {
      double[] found = {8, 8.5, 8};
      found[place] += 2;

      assertThat(difference.relative(new double[] {8, 8, 8}, found))
          .isEqualTo(place == 1 ? 0.3125 : 0.25);
    }
  }

  /** The last three columns are the answers of the constants, in their order. */
  @ParameterizedTest(name = "{0} for {1}")
  @CsvSource({
    "NaN, 1, Infinity, Infinity, 0",
    "1, NaN, Infinity, Infinity, Infinity",
    "NaN, NaN, Infinity, 0, 0",
    "Infinity, 1, Infinity, Infinity, 0",
    "1, Infinity, Infinity, Infinity, Infinity",
    "1, -Infinity, Infinity, Infinity, Infinity",
    "Infinity, Infinity, Infinity, 0, 0",
    "-Infinity, -Infinity, Infinity, 0, 0",
    "Infinity, -Infinity, Infinity, Infinity, 0",
    "Infinity, NaN, Infinity, Infinity, 0",
    "NaN, Infinity, Infinity, Infinity, 0"
  })
  void numbers_that_are_not_finite(
      double wanted, double got, double allFinite, double sameSpecials, double whereFinite) {
    for (int place = 0; place < 3; place++) {
      double[] expected = {2, 2, 2};
      double[] found = {2, 2, 2};
      expected[place] = wanted;
      found[place] = got;

      assertThat(Difference.ALL_FINITE.relative(expected, found)).isEqualTo(allFinite);
      assertThat(Difference.SAME_SPECIALS.relative(expected, found)).isEqualTo(sameSpecials);
      assertThat(Difference.WHERE_FINITE.relative(expected, found)).isEqualTo(whereFinite);
    }
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity", "-Infinity"})
  void they_hide_no_other_difference(double special) {
    double[] expected = {special, 2, special};

    assertThat(Difference.SAME_SPECIALS.relative(expected, special, 1, special)).isEqualTo(0.5);
    assertThat(Difference.WHERE_FINITE.relative(expected, 7, 1, -7)).isEqualTo(0.5);
  }

  @ParameterizedTest
  @EnumSource
  void beside_zeros_any_difference_is_infinite(Difference difference) {
    assertThat(difference.relative(new double[2], 0, -0.0)).isZero();
    assertThat(difference.relative(new double[2], 0, 1e-300)).isInfinite();
    assertThat(difference.relativeToAtLeast(0.5, new double[2], 0, 1e-3)).isEqualTo(2e-3);
    assertThat(difference.relativeToAtLeast(0.5, new double[] {4}, 2)).isEqualTo(0.5);
    assertThat(difference.relativeToAtLeast(0.5, new double[1], Double.NaN)).isInfinite();
  }

  @ParameterizedTest
  @EnumSource
  void a_difference_beyond_all_doubles_is_infinite(Difference difference) {
    assertThat(difference.relative(new double[] {1e308}, -1e308)).isInfinite();
  }

  @ParameterizedTest
  @EnumSource
  void other_lengths_shapes_and_names_are_infinitely_far(Difference difference) {
    double[] six = {1, 2, 3, 4, 5, 6};
    NdArray wide = NdArray.of(six, 2, 3);
    NdArray high = NdArray.of(six, 3, 2);
    Tensor wideTensor = Tensor.ofDoubles(ElementType.FLOAT, six, 2, 3);

    assertThat(difference.relative(six, 1, 2, 3, 4, 5)).isEqualTo(INFINITE);
    assertThat(difference.relative(new double[0], six)).isEqualTo(INFINITE);
    assertThat(difference.relative(wide, high)).isEqualTo(INFINITE);
    assertThat(difference.relative(wide, NdArray.of(six, 2, 3))).isZero();
    assertThat(difference.relative(wideTensor, Tensor.ofDoubles(ElementType.FLOAT, six, 6)))
        .isEqualTo(INFINITE);
    assertThat(difference.relative(wideTensor, wideTensor)).isZero();
    assertThat(difference.relative(Map.of("y", wide), Map.of("z", wide))).isEqualTo(INFINITE);
    assertThat(difference.relative(Map.of("y", wide, "z", wide), Map.of("y", wide)))
        .isEqualTo(INFINITE);
  }

  @ParameterizedTest
  @EnumSource
  void of_outputs_the_worst_counts_each_relative_to_itself(Difference difference) {
    NdArray one = NdArray.of(new double[] {1, 1}, 2);
    NdArray hundred = NdArray.of(new double[] {100, 100}, 2);
    Map<String, NdArray> found =
        Map.of(
            "y", NdArray.of(new double[] {1, 1.5}, 2), "z", NdArray.of(new double[] {101, 100}, 2));

    assertThat(difference.relative(Map.of("y", one, "z", hundred), found)).isEqualTo(0.5);
  }

  @Test
  void words_say_where() {
    assertThat(Difference.ALL_FINITE.describe(new double[] {1, 8, 2}, 1, 4, 3))
        .isEqualTo(
            "element 1 of 3: expected 8.0, found 4.0; the largest expected magnitude is 8.0");
    assertThat(Difference.ALL_FINITE.describe(new double[] {1, 8, 2}, 1, 4, Double.NaN))
        .startsWith("element 2 of 3: expected 2.0, found NaN");
    assertThat(Difference.SAME_SPECIALS.describe(new double[] {Double.NaN}, Double.NaN))
        .isEqualTo("no difference");
  }
}
