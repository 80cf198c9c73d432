package io.repfold.precision;

import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Value;
import java.util.HashMap;
import java.util.Map;

/**
 * On which axis of a graph's outputs the classes lie: that of the Softmax which computes an output,
 * as in models that read text, or axis 1, as in images.
 *
 * @param bySoftmax by output name; negative ones count from behind
 */
public record ClassAxes(Map<String, Integer> bySoftmax) {
  private static final int USUAL = 1;

  public ClassAxes {
    bySoftmax = Map.copyOf(bySoftmax);
  }

  /** Those of a graph. */
  public static ClassAxes of(Graph graph) {
    Map<String, Integer> axes = new HashMap<>();
    for (Value output : graph.outputs()) {
      graph
          .producer(output.name())
          .filter(node -> node.op() instanceof Op.Softmax)
          .ifPresent(node -> axes.put(output.name(), ((Op.Softmax) node.op()).axis()));
    }
    return new ClassAxes(axes);
  }

  /** The axis of an output of some rank, from 0. */
  public int of(String output, int rank) {
    int axis = bySoftmax.getOrDefault(output, USUAL);
    return axis < 0 ? axis + rank : axis;
  }
}
