package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.Graph;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The networks that a configuration can name: the door of this package. */
public final class Networks {
  private static final List<Architecture> ARCHITECTURES = architectures();

  private Networks() {}

  private static List<Architecture> architectures() {
    List<Architecture> all = new ArrayList<>();
    all.add(PspNet.plain());
    all.add(PspNet.rep());
    all.add(new RepLite());
    all.addAll(RepVgg.all());
    return List.copyOf(all);
  }

  /** The values of {@code arch.type}. */
  public static List<String> types() {
    return ARCHITECTURES.stream().map(Architecture::type).toList();
  }

  /**
   * A network in training form.
   *
   * @param type one of {@link #types()}
   * @param arguments {@code arch.args} of a configuration: texts, numbers and booleans by key; what
   *     is left out has the default of the published network
   * @param classes at least 1
   * @param weights values before training, such as {@link #initialWeights}
   * @throws IllegalArgumentException if there is no such type, key or value; names the nearest
   */
  public static Network build(
      String type, Map<String, Object> arguments, int classes, WeightSource weights) {
    if (classes < 1) {
      throw new IllegalArgumentException(
          "%s: a network has at least 1 class, got %d".formatted(type, classes));
    }
    NamedArguments read = new NamedArguments("arch.args of " + type, arguments);
    Network network = architecture(type).build(read, classes, weights);
    Graph typed = withOutputShapes(network.graph());
    return new Network(typed, network.traits(), network.freezing());
  }

  /**
   * The values before training of the published network of this type. The same seed gives the same
   * values.
   */
  public static WeightSource initialWeights(String type, long seed) {
    return architecture(type).initialWeights(seed);
  }

  private static Architecture architecture(String type) {
    return ARCHITECTURES.stream()
        .filter(a -> a.type().equals(type))
        .findFirst()
        .orElseThrow(() -> NamedArguments.unknown("arch.type", type, types()));
  }

  private static Graph withOutputShapes(Graph graph) {
    Map<String, Value> values = ShapeInference.infer(graph);
    List<Value> outputs =
        graph.outputs().stream().map(v -> values.getOrDefault(v.name(), v)).toList();
    return graph.toBuilder().replaceOutputs(outputs).build();
  }
}
