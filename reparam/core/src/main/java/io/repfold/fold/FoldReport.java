package io.repfold.fold;

import java.util.List;

/**
 * What a fold did and what it left alone, in the graph's order.
 *
 * @param folded the regions that became convolutions
 * @param leftAlone the nodes that looked foldable and are not
 * @param warnings what makes a comparison of the two graphs prove little, such as untrained
 *     BatchNormalizations
 */
public record FoldReport(
    List<Folded> folded,
    List<LeftAlone> leftAlone,
    List<String> warnings,
    Totals before,
    Totals after) {
  public FoldReport {
    folded = List.copyOf(folded);
    leftAlone = List.copyOf(leftAlone);
    warnings = List.copyOf(warnings);
  }

  /**
   * A region that became one convolution a source.
   *
   * @param target the value that the region computes; it keeps its name
   * @param held the nodes that it held, in the graph's order
   * @param became the convolutions in its place
   * @param multiplyAddsBefore for one position of the target; an addition counts as one
   * @param multiplyAddsAfter likewise
   * @param parametersBefore elements of the constants that the nodes read
   * @param parametersAfter elements of the new weights and biases
   * @param largestWeight the largest magnitude among the new weights; NaN if they were not computed
   * @param errorBound how far rounding the new weights can move an output, for inputs between -1
   *     and 1; NaN if not computed
   */
  public record Folded(
      String target,
      List<String> held,
      List<String> became,
      double multiplyAddsBefore,
      double multiplyAddsAfter,
      long parametersBefore,
      long parametersAfter,
      double largestWeight,
      double errorBound) {
    public Folded {
      held = List.copyOf(held);
      became = List.copyOf(became);
    }
  }

  /**
   * A node that stayed, or became a convolution that stopped short of more.
   *
   * @param node op and name
   * @param value its output
   */
  public record LeftAlone(String node, String value, List<String> reasons) {
    public LeftAlone {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * Counts of a graph.
   *
   * @param parameters elements of all constants of real type
   */
  public record Totals(
      int nodes, int convolutions, int batchNormalizations, int additions, long parameters) {}
}
