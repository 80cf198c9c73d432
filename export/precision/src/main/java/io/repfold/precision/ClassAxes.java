package io.repfold.precision;

import io.repfold.graph.Graph;
import io.repfold.graph.Value;
import java.util.HashMap;
import java.util.Map;

/**
 * On which axis of a graph's outputs the classes lie: that of the Softmax or Hardmax before it, or
 * the last one of a product of vectors with weights, as in models that read text; where a Transpose
 * puts them, as in images with channels last, or an op that gives another shape and keeps the axis
 * apart; or else axis 1.
 *
 * @param found by output name, where it may be another axis than 1; negative ones count from behind
 */
public record ClassAxes(Map<String, Integer> found) {
  /** Where the classes of images are. */
  static final int USUAL = 1;

  public ClassAxes {
    found = Map.copyOf(found);
  }

  /** Those of a graph. */
  public static ClassAxes of(Graph graph) {
    ClassAxisSearch search = new ClassAxisSearch(graph);
    Map<String, Integer> axes = new HashMap<>();
    for (Value output : graph.outputs()) {
      search.of(output.name()).ifPresent(axis -> axes.put(output.name(), axis));
    }
    return new ClassAxes(axes);
  }

  /** The axis of an output of some rank, from 0. */
  public int of(String output, int rank) {
    int axis = found.getOrDefault(output, USUAL);
    return axis < 0 ? axis + rank : axis;
  }
}
