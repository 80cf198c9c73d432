package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Listing;
import io.repfold.kit.Inputs;
import java.util.List;
import java.util.function.Predicate;

/**
 * A fold that was compared with the original in the interpreter, before anything else is said of
 * it. The images are smaller than most kernels reach and not square.
 */
record Verified(Graph before, Graph graph, FoldReport report) {
  static Verified fold(GraphBuilder builder) {
    return fold(builder.build());
  }

  static Verified fold(Graph before) {
    return fold(before, FoldOptions.DEFAULT);
  }

  static Verified fold(Graph before, FoldOptions options) {
    return fold(before, options, Equivalence.BAR);
  }

  /**
   * @param bar the relative error that is allowed; above {@link Equivalence#BAR} only where weights
   *     are rounded to less than double
   */
  static Verified fold(Graph before, FoldOptions options, double bar) {
    Folder.Result result = Folder.fold(before, options);
    double error = Equivalence.error(before, result.graph(), Inputs.random(before, 7, 3));
    Verified verified = new Verified(before, result.graph(), result.report());
    assertThat(error).as(verified::toString).isLessThanOrEqualTo(bar);
    return verified;
  }

  List<String> types() {
    return types(graph);
  }

  private static List<String> types(Graph graph) {
    return graph.nodes().stream()
        .map(n -> n.op().type())
        .filter(type -> !type.equals("Constant"))
        .toList();
  }

  /** That these ops are left, in this order; constants do not count. */
  Verified becomes(String... types) {
    assertThat(types()).as(this::toString).containsExactly(types);
    return this;
  }

  /** That nothing changed, and that a reason has these words. */
  Verified isLeftAlone(String... words) {
    assertThat(types()).as(this::toString).isEqualTo(types(before));
    return saysWhy(words);
  }

  /** That no linear node went away, and that a reason has these words. */
  Verified keepsItsLinearNodes(String... words) {
    Predicate<String> linear =
        type ->
            type.equals("Conv") || type.equals("BatchNormalization") || type.equals("AveragePool");
    assertThat(types().stream().filter(linear).count())
        .as(this::toString)
        .isEqualTo(types(before).stream().filter(linear).count());
    return saysWhy(words);
  }

  Verified saysWhy(String... words) {
    assertThat(reasons())
        .as(this::toString)
        .anySatisfy(reason -> assertThat(reason).contains(words));
    return this;
  }

  private List<String> reasons() {
    return report.leftAlone().stream().flatMap(left -> left.reasons().stream()).toList();
  }

  @Override
  public String toString() {
    return Listing.of(before) + "\nfolded:\n" + Listing.of(graph) + "\n" + report.leftAlone();
  }
}
