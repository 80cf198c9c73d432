package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.Listing;
import io.repfold.graph.NdArray;
import java.util.Map;

/** Runs a graph before and after in the interpreter, in double. */
final class Equivalence {
  static final double BAR = 1e-12;

  private Equivalence() {}

  /** The largest difference of any output, relative to the largest magnitude of that output. */
  static double error(Graph before, Graph after, Map<String, NdArray> inputs) {
    return error(new Interpreter(before).run(inputs), new Interpreter(after).run(inputs));
  }

  static double error(Map<String, NdArray> expected, Map<String, NdArray> actual) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    double error = 0;
    for (String name : expected.keySet()) {
      error = Math.max(error, error(expected.get(name), actual.get(name)));
    }
    return error;
  }

  /** NaN if one of the two has a NaN, or an infinity, that the other has not. */
  static double error(NdArray expected, NdArray actual) {
    if (!java.util.Arrays.equals(expected.dims(), actual.dims())) {
      return Double.POSITIVE_INFINITY;
    }
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.data().length; i++) {
      double wanted = expected.data()[i];
      double found = actual.data()[i];
      if (Double.isFinite(wanted) || Double.compare(wanted, found) != 0) {
        largest = Math.max(largest, Math.abs(wanted));
        difference = Math.max(difference, Math.abs(wanted - found));
      }
    }
    return difference == 0 ? 0 : difference / largest;
  }

  static void assertHolds(String what, Graph before, Graph after, Map<String, NdArray> inputs) {
    double error = error(before, after, inputs);
    assertThat(error)
        .as(() -> what + "\n" + Listing.of(before) + "\nfolded:\n" + Listing.of(after))
        .isLessThanOrEqualTo(BAR);
  }
}
