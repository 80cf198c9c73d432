package io.repfold.fold;

import io.repfold.graph.Graph;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a fold did and what it left alone, in the graph's order.
 *
 * @param folded the regions that became convolutions
 * @param leftAlone the nodes that looked foldable and are not
 * @param fused the activations and normalizations that are one op now
 * @param warnings what makes a comparison of the two graphs prove little, such as untrained
 *     BatchNormalizations
 */
public record FoldReport(
    List<Folded> folded,
    List<LeftAlone> leftAlone,
    List<Fused> fused,
    List<String> warnings,
    Totals before,
    Totals after) {
  public FoldReport {
    folded = List.copyOf(folded);
    leftAlone = List.copyOf(leftAlone);
    fused = List.copyOf(fused);
    warnings = List.copyOf(warnings);
  }

  /** The inputs for whose sizes alone some region holds, as {@link Folded#holdsFor}. */
  public Map<String, String> holdsFor() {
    Map<String, String> sizes = new TreeMap<>();
    folded.forEach(region -> sizes.putAll(region.holdsFor()));
    return sizes;
  }

  /** Of this fold and of one of its result. */
  FoldReport then(FoldReport next) {
    List<Folded> all = Stream.concat(folded.stream(), next.folded.stream()).toList();
    return new FoldReport(all, next.leftAlone, fused, warnings, before, next.after);
  }

  /**
   * A region that became one convolution a source.
   *
   * @param target the value that the region computes; it keeps its name
   * @param held the nodes that it held, in the graph's order
   * @param became the convolutions in its place
   * @param multiplyAddsBefore of the nodes that it held, for one position of the target, all its
   *     channels together; an addition or a scale counts as one, a bias and what only moves
   *     elements as none. Positions at which a ConvTranspose meets fewer weights than at others
   *     count with the mean, and borders as if they were inside
   * @param multiplyAddsAfter likewise, of what it became, additions of several convolutions
   *     included
   * @param parametersBefore elements of the constants of real type that the nodes read
   * @param parametersAfter elements of the new weights and biases
   * @param largestWeight the largest magnitude among the new weights, biases not included; NaN if
   *     they were not computed
   * @param errorBound how far rounding the new weights and biases to their element type can move an
   *     output, for inputs between -1 and 1, at the position and in the channel where that is
   *     farthest; NaN if not computed
   * @param holdsFor the inputs for whose sizes alone the region is what it became, with these
   *     sizes, such as {@code 1x3x224x224}; empty if it is for all that the graph takes. Branches
   *     met on one grid at this size, or it decided pads or where a Slice ends
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
      double errorBound,
      Map<String, String> holdsFor) {
    public Folded {
      held = List.copyOf(held);
      became = List.copyOf(became);
      holdsFor = Collections.unmodifiableMap(new TreeMap<>(holdsFor));
    }
  }

  /**
   * Nodes that became the one op that ONNX has for what they compute.
   *
   * @param target the value that it makes
   * @param op the ONNX {@code op_type}
   */
  public record Fused(String target, String op) {}

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
      int nodes, int convolutions, int batchNormalizations, int additions, long parameters) {
    /** Counts; a Constant is no node. */
    public static Totals of(Graph graph) {
      return Reporting.totals(graph);
    }
  }
}
