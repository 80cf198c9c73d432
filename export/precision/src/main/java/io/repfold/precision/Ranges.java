package io.repfold.precision;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which elements the values of a graph had over samples.
 *
 * @param byValue the ranges of finite elements, in the order in which the values came
 * @param infinite the values that held an infinity
 */
public record Ranges(Map<String, Range> byValue, Set<String> infinite) {
  /** Of no samples. */
  public static final Ranges NONE = new Ranges(Map.of(), Set.of());

  public Ranges {
    byValue = Collections.unmodifiableMap(new LinkedHashMap<>(byValue));
    infinite = Collections.unmodifiableSet(new LinkedHashSet<>(infinite));
  }

  /**
   * Of the inputs and of what modeled nodes compute. Integers, and values without a finite element,
   * are left out.
   *
   * @param graph in float32, the one that is to be converted
   * @throws IllegalArgumentException if an element is NaN; names the value
   */
  public static Ranges over(Graph graph, SampleRunner runner) {
    Set<String> computed = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      if (!(node.op() instanceof Op.Opaque) && !(node.op() instanceof Op.Constant)) {
        computed.addAll(node.outputs());
      }
    }
    return over(graph, runner, computed);
  }

  /**
   * Of the inputs and of these values; integers among them are left out.
   *
   * @param computed values of the graph that nodes compute
   * @throws IllegalArgumentException likewise
   */
  public static Ranges over(Graph graph, SampleRunner runner, Set<String> computed) {
    Set<String> values = new LinkedHashSet<>();
    graph.inputs().forEach(input -> values.add(input.name()));
    values.addAll(computed);
    values.remove("");
    Map<String, Range> ranges = new LinkedHashMap<>();
    Set<String> infinite = new LinkedHashSet<>();
    runner.run(
        graph,
        values,
        Integer.MAX_VALUE,
        (sample, found) ->
            found.forEach(
                (name, value) -> {
                  if (value.real()) {
                    if (holdsInfinity(name, value.data())) {
                      infinite.add(name);
                    }
                    Range.ofFinite(value.data())
                        .ifPresent(range -> ranges.merge(name, range, Range::and));
                  }
                }));
    return new Ranges(ranges, infinite);
  }

  private static boolean holdsInfinity(String name, FloatBuffer elements) {
    boolean infinite = false;
    for (int i = elements.position(); i < elements.limit(); i++) {
      float element = elements.get(i);
      if (Float.isNaN(element)) {
        throw new IllegalArgumentException(
            "Value '%s' holds NaN: leave out the samples that give it in float32".formatted(name));
      }
      infinite |= Float.isInfinite(element);
    }
    return infinite;
  }
}
