package io.repfold.precision.int8;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Tensor;
import io.repfold.precision.Check;
import io.repfold.precision.SourceGraphCheck;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the layers of a float32 graph compute in 8-bit integers, as QuantizeLinear and
 * DequantizeLinear nodes around them, which runtimes turn into integer kernels.
 *
 * <p>Weights are INT8 around 0 with one scale for each output channel; activations have one scale a
 * tensor, taken from statistics over samples. What is not modeled, what holds no weights and does
 * not lie between layers, and what is excluded stays float32. Values keep their names; the
 * quantized forms of {@code x} are {@code x_quantized} and {@code x_dequantized}.
 */
public final class Quantizer {
  /** The first opset in which a weight can have one scale a channel. */
  public static final int LOWEST_OPSET = 13;

  private Quantizer() {}

  /**
   * The values whose statistics {@link #quantize} needs, in no particular order.
   *
   * @throws io.repfold.graph.InvalidGraphException as {@link #quantize}
   */
  public static Set<String> values(Graph graph, QuantizationOptions options) {
    QuantizationPlan plan = plan(graph, options);
    Set<String> values = new LinkedHashSet<>();
    plan.quantized().forEach(v -> values.add(plan.source(v)));
    return values;
  }

  /**
   * The quantized graph. Neither balances channels nor corrects biases: {@link Int8Conversion} does
   * all of it.
   *
   * @param statistics at least of {@link #values}
   * @throws io.repfold.graph.InvalidGraphException if the graph is quantized already, has no layer
   *     to quantize or too low an opset, the options exclude what it does not have, or a value has
   *     no statistics or such with NaN or infinities; names the node or value and what to do
   */
  public static Graph quantize(
      Graph graph, Map<String, TensorStatistics> statistics, QuantizationOptions options) {
    QuantizationPlan plan = plan(graph, options);
    return new QuantizationWriter(plan, grids(plan, statistics), Map.of()).write();
  }

  /**
   * What to do to a graph.
   *
   * @throws io.repfold.graph.InvalidGraphException as {@link #quantize}
   */
  static QuantizationPlan plan(Graph graph, QuantizationOptions options) {
    require(graph);
    QuantizationPlan plan = new QuantizationPlan(graph, options);
    Check.that(
        !plan.layers().isEmpty(),
        "No layer of graph '%s' would compute in integers for target %s: %s. Keep fewer in float32,"
            + " or choose another target",
        graph.name(),
        options.target(),
        reasons(plan));
    return plan;
  }

  /** Each reason, with one of the layers that it holds for. */
  private static String reasons(QuantizationPlan plan) {
    Map<String, List<String>> layers = new LinkedHashMap<>();
    plan.refused()
        .forEach(
            (layer, because) -> layers.computeIfAbsent(because, k -> new ArrayList<>()).add(layer));
    List<String> reasons = new ArrayList<>();
    layers.forEach(
        (because, names) ->
            reasons.add(
                "'%s'%s: %s"
                    .formatted(
                        names.get(0),
                        names.size() == 1 ? "" : " and %d more".formatted(names.size() - 1),
                        because)));
    return String.join("; ", reasons);
  }

  /** The grid of each value that gives one. */
  static Map<String, IntegerGrid> grids(
      QuantizationPlan plan, Map<String, TensorStatistics> statistics) {
    boolean unsigned = plan.options().target() == QuantizationTarget.CPU;
    Map<String, IntegerGrid> grids = new LinkedHashMap<>();
    for (String value : plan.quantized()) {
      String source = plan.source(value);
      TensorStatistics known = statistics.getOrDefault(source, new TensorStatistics());
      known.requireUsable(source);
      grids.computeIfAbsent(source, k -> plan.options().method().grid(known, unsigned));
    }
    return grids;
  }

  private static void require(Graph graph) {
    for (Node node : graph.nodes()) {
      Check.that(
          !SourceGraphCheck.isQuantized(node),
          "Graph '%s' is quantized already: it holds %s. Quantize the float32 model that it was made"
              + " of",
          graph.name(),
          node.describe());
    }
    Check.that(
        graph.opset() >= LOWEST_OPSET,
        "Graph '%s' has opset %d, and weights with one scale a channel came with opset %d: raise it"
            + " with OpsetRaiser, or export the model anew",
        graph.name(),
        graph.opset(),
        LOWEST_OPSET);
    boolean any =
        List.of(QuantizationTarget.values()).stream()
            .anyMatch(
                target ->
                    graph.nodes().stream()
                        .anyMatch(
                            node ->
                                QuantizableLayer.find(graph, node, target)
                                    instanceof QuantizableLayer.Finding.Found));
    Check.that(
        any,
        "Graph '%s' has no Conv, ConvTranspose, Gemm or MatMul with a constant float32 weight, so"
            + " there is nothing to quantize%s",
        graph.name(),
        half(graph).orElseGet(() -> replaceable(graph)));
  }

  /** What to say if layers have weights in half precision. */
  private static Optional<String> half(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.inputs().size() > 1)
        .flatMap(node -> graph.constant(node.input(1)).stream())
        .map(Tensor::type)
        .filter(type -> type == ElementType.FLOAT16 || type == ElementType.BFLOAT16)
        .findFirst()
        .map(
            type ->
                ": its weights are %s already; convert the float32 model that it was made of"
                    .formatted(type));
  }

  /** What to say if there are weights that callers may replace. */
  private static String replaceable(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.inputs().size() > 1 && graph.isOverridable(node.input(1)))
        .findFirst()
        .map(
            node ->
                ": weights such as '%s' are graph inputs too, so callers may replace them; export the model without keep_initializers_as_inputs, or take its weights off the list of inputs"
                    .formatted(node.input(1)))
        .orElse("");
  }
}
