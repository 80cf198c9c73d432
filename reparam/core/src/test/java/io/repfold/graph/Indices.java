package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/** Arrays by index, for tests that spell out a definition. */
final class Indices {
  private Indices() {}

  static double at(NdArray x, int... index) {
    int at = 0;
    for (int i = 0; i < index.length; i++) {
      at = at * x.dims()[i] + index[i];
    }
    return x.data()[at];
  }

  /** Checks every element of an array against a function of its index. */
  static void assertElements(NdArray y, ToDoubleFunction<int[]> definition) {
    int[] index = new int[y.dims().length];
    for (int element = 0; element < y.data().length; element++) {
      int rest = element;
      for (int i = index.length - 1; i >= 0; i--) {
        index[i] = rest % y.dims()[i];
        rest /= y.dims()[i];
      }
      double expected = definition.applyAsDouble(index);
      double found = y.data()[element];
      // Asserting costs more than comparing.
      if (found != expected && !(Double.isNaN(found) && Double.isNaN(expected))) {
        assertThat(found)
            .as("%s at %s", y, Arrays.toString(index))
            .isCloseTo(expected, within(1e-12 * Math.max(1, Math.abs(expected))));
      }
    }
  }
}
