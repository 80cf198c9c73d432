package io.repfold.kit;

import io.repfold.graph.Graph;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Graphs with other weights. */
public final class Weights {
  private Weights() {}

  /** What becomes of an element, given its index in row-major order. */
  public interface Change {
    double of(int index, double value);
  }

  /** The graph with an initializer changed, of the same type and dims. */
  public static Graph changed(Graph graph, String name, Change change) {
    Tensor old = initializer(graph, name);
    double[] values = old.toDoubles();
    Arrays.setAll(values, i -> change.of(i, values[i]));
    return with(graph, name, Tensor.ofDoubles(old.type(), values, old.dims()));
  }

  /** The graph with one number in all elements of an initializer. */
  public static Graph filled(Graph graph, String name, double value) {
    return changed(graph, name, (index, old) -> value);
  }

  /** The graph with a tensor for an initializer, one that it has or a new one. */
  public static Graph with(Graph graph, String name, Tensor tensor) {
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    initializers.put(name, tensor);
    return graph.toBuilder().replaceInitializers(initializers).build();
  }

  private static Tensor initializer(Graph graph, String name) {
    Tensor tensor = graph.initializers().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "There is no initializer '%s', only %s".formatted(name, graph.initializers().keySet()));
    }
    return tensor;
  }
}
