package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundedWeightsTest {
  private static Affine row(double bias, int dilation, double... weights) {
    Tensor tensor = Tensor.ofDoubles(ElementType.DOUBLE, weights, 1, 1, weights.length);
    Weights stored =
        StoredWeights.of(tensor, TensorReader.of(tensor), 1, new int[1], new int[] {dilation});
    return new Affine(stored, new double[] {bias}, new int[] {1}, new int[1]);
  }

  private static RoundedWeights numbers(Affine map, ElementType type) {
    return RoundedWeights.of(map, Carrier.CONV, type, MatrixProduct.inJava());
  }

  @Test
  void weights_are_rounded_once_at_the_end() {
    double tiny = 0x1p-25;
    Affine sum = row(tiny, 1, 1).plus(row(1, 1, tiny)).plus(row(tiny, 1, tiny));
    RoundedWeights numbers = numbers(sum, ElementType.FLOAT);
    assertThat(numbers.weight().doubleAt(0)).isEqualTo(1);
    assertThat(numbers.bias().doubleAt(0)).isEqualTo(1);
    RoundedWeights more = numbers(sum.plus(row(tiny, 1, tiny)), ElementType.FLOAT);
    assertThat(more.weight().doubleAt(0)).isEqualTo(1 + 0x1p-23);
    assertThat(more.bias().doubleAt(0)).isEqualTo(1 + 0x1p-23);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16"})
  void zeros_fill_the_gaps_between_the_taps(ElementType type) {
    RoundedWeights numbers = numbers(row(0, 2, 1, 2, 3).plus(row(0, 5, 4, 5)), type);
    assertThat(numbers.weight().type()).isEqualTo(type);
    assertThat(numbers.weight().dims()).containsExactly(1, 1, 6);
    assertThat(numbers.weight().toDoubles()).containsExactly(5, 0, 2, 0, 3, 5);
  }

  @Test
  void the_largest_weight_and_the_bound_are_those_of_the_worst_channel() {
    RoundedWeights numbers = numbers(row(2, 1, 1, -8), ElementType.FLOAT);
    assertThat(numbers.largestWeight()).isEqualTo(8);
    assertThat(numbers.errorBound()).isEqualTo(11 * 0x1p-24);
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT16, 65504, 65536",
    "BFLOAT16, 3.38e38, 3.4e38",
    "FLOAT, 3.4e38, 3.5e38",
    "DOUBLE, 1e308, Infinity"
  })
  void what_the_type_cannot_hold_is_found(ElementType type, double fits, double tooLarge) {
    assertThat(numbers(row(0, 1, -fits), type).notFinite()).isEmpty();
    assertThat(numbers(row(0, 1, 1, -tooLarge), type).notFinite()).hasValue(0);
    assertThat(numbers(row(tooLarge, 1, 1), type).notFinite()).hasValue(0);
    assertThat(numbers(row(Double.NaN, 1, 1), type).notFinite()).hasValue(0);
    for (double weight : numbers(row(0, 1, fits), type).weight().toDoubles()) {
      assertThat(weight).isFinite();
    }
  }

  @Test
  void many_channels_are_read_in_blocks() {
    int channels = 1100;
    double[] weights = new double[channels * channels];
    Arrays.setAll(weights, i -> i % 1009);
    Tensor tensor = Tensor.ofDoubles(ElementType.FLOAT, weights, channels, channels, 1);
    Weights stored =
        StoredWeights.of(tensor, TensorReader.of(tensor), 1, new int[1], new int[] {1});
    Affine dense = new Affine(stored, new double[channels], new int[] {1}, new int[1]);
    double[] twice = new double[channels];
    Arrays.fill(twice, 2);
    Affine scaled = dense.then(Affine.scale(twice, new double[channels], 1));
    double[] found = numbers(scaled, ElementType.FLOAT).weight().toDoubles();
    assertThat(found).isEqualTo(Arrays.stream(weights).map(w -> 2 * w).toArray());
  }
}
