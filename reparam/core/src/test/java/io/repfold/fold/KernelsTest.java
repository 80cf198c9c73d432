package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How reports call a kernel. */
class KernelsTest {
  @ParameterizedTest
  @CsvSource({
    "3 3, 1 1, 3x3 kernel",
    "3 3, 2 2, 3x3 kernel of dilation 2",
    "3 1, 2 1, 3x1 kernel of dilation 2",
    "1 3, 1 2, 1x3 kernel of dilation 2",
    "3 2, 1 2, 3x2 kernel of dilation 1x2",
    "3 2, 4 2, 3x2 kernel of dilation 4x2",
    "2 3 2, 3 1 3, 2x3x2 kernel of dilation 3x1x3",
    "5, 3, 5 kernel of dilation 3",
    "1 1, 7 7, 1x1 kernel"
  })
  void size_and_dilation_where_there_is_one(String size, String dilation, String words) {
    int[] count = numbers(size);
    Taps taps = Taps.grid(new int[count.length], numbers(dilation), count);
    int[] ones = new int[count.length];
    Arrays.fill(ones, 1);
    Weights weights = DiagonalWeights.identity(2, taps);
    assertThat(Kernels.describe(new Affine(weights, new double[2], ones, new int[count.length])))
        .isEqualTo(words);
  }

  private static int[] numbers(String words) {
    return Arrays.stream(words.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
  }
}
