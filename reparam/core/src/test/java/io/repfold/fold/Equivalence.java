package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.Listing;
import io.repfold.graph.NdArray;
import io.repfold.kit.Difference;
import java.util.Map;

/** Runs a graph before and after in the interpreter, in double. */
final class Equivalence {
  static final double BAR = 1e-12;

  private Equivalence() {}

  /** The largest difference of any output, relative to the largest magnitude of that output. */
  static double error(Graph before, Graph after, Map<String, NdArray> inputs) {
    return Difference.SAME_SPECIALS.relative(
        new Interpreter(before).run(inputs), new Interpreter(after).run(inputs));
  }

  static void assertHolds(String what, Graph before, Graph after, Map<String, NdArray> inputs) {
    double error = error(before, after, inputs);
    assertThat(error)
        .as(() -> what + "\n" + Listing.of(before) + "\nfolded:\n" + Listing.of(after))
        .isLessThanOrEqualTo(BAR);
  }
}
