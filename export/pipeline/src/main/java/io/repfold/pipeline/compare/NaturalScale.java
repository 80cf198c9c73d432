package io.repfold.pipeline.compare;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Value;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which outputs hold numbers whose scale is 1 whatever their magnitudes are: probabilities and the
 * like. A runtime computes a Sigmoid with an error that is small beside 1, and not beside 1e-8.
 */
final class NaturalScale {
  /** Roundings of 1 that such an output may be off. */
  private static final double ROUNDINGS = 8;

  /** Ops that put numbers elsewhere and do not change them. */
  private static final Set<OpKind> MOVING =
      EnumSet.of(
          OpKind.RESHAPES,
          OpKind.MOVES,
          OpKind.REARRANGES,
          OpKind.JOINS,
          OpKind.PASSES,
          OpKind.DROPS,
          OpKind.RESIZES,
          OpKind.CONVERTS);

  private NaturalScale() {}

  /**
   * What outputs of this kind may be off at least, by name.
   *
   * @param unit the unit roundoff of the numbers in which the model computes
   */
  static Map<String, Double> floors(Graph graph, double unit) {
    return floors(graph, graph.outputs().stream().map(Value::name).toList(), unit);
  }

  /** Likewise, of other values. */
  static Map<String, Double> floors(Graph graph, List<String> values, double unit) {
    Map<String, Double> floors = new HashMap<>();
    for (String value : values) {
      if (isBounded(graph, value)) {
        floors.put(value, ROUNDINGS * unit);
      }
    }
    return floors;
  }

  private static boolean isBounded(Graph graph, String output) {
    Deque<String> values = new ArrayDeque<>(Set.of(output));
    Set<String> seen = new HashSet<>();
    while (!values.isEmpty()) {
      String value = values.pop();
      Node node = graph.producer(value).orElse(null);
      if (node == null || !seen.add(value)) {
        continue;
      }
      if (isBounded(node.op())) {
        return true;
      }
      if (MOVING.contains(OpKind.of(node.op()))) {
        node.inputs().stream().filter(input -> !input.isEmpty()).forEach(values::push);
      }
    }
    return false;
  }

  private static boolean isBounded(Op op) {
    return op instanceof Op.HardSigmoid
        || OpKind.COMPETES.includes(op)
        || (op instanceof Op.Unary unary
            && (unary.function() == Op.Unary.Function.SIGMOID
                || unary.function() == Op.Unary.Function.TANH));
  }
}
