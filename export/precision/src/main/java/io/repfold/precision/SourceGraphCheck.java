package io.repfold.precision;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What a graph must be to become narrower: float32, never narrowed before, and made of numbers. */
public final class SourceGraphCheck {
  /** The ops of ONNX, and those of ONNX Runtime in a domain of its own, of quantized networks. */
  private static final Set<String> QUANTIZED =
      Set.of(
          "QuantizeLinear",
          "DequantizeLinear",
          "DynamicQuantizeLinear",
          "ConvInteger",
          "MatMulInteger",
          "QLinearConv",
          "QLinearMatMul",
          "QLinearAdd",
          "QLinearMul",
          "QGemm",
          "MatMulNBits");

  private SourceGraphCheck() {}

  /** Whether a node is one of those of quantized networks. */
  public static boolean isQuantized(Node node) {
    return QUANTIZED.contains(node.op().type());
  }

  /**
   * @throws io.repfold.graph.InvalidGraphException if the graph is quantized or half already, has
   *     no float32 value, or a constant is NaN, or a weight infinite; names it and says what to do
   */
  public static void check(FloatValues ports) {
    Graph graph = ports.graph();
    graph.nodes().forEach(node -> refuseQuantized(graph, node));
    boolean real = false;
    for (String value : ports.values()) {
      ElementType type = ports.type(value).orElse(ElementType.STRING);
      real |= type == ElementType.FLOAT;
      Check.that(
          type != ElementType.FLOAT16 && type != ElementType.BFLOAT16,
          "Value '%s' of graph '%s' is %s already; convert the float32 model that it was made of",
          value,
          graph.name(),
          type);
    }
    Check.that(
        real, "Graph '%s' has no float32 value, so there is nothing to convert", graph.name());
    constants(graph).forEach((name, tensor) -> refuseNoNumbers(graph, name, tensor));
  }

  /** Whether a layer reads a value that is no result of another. */
  private static boolean isWeight(Graph graph, String name) {
    return graph.readers(name).stream()
        .anyMatch(n -> FloatValues.isHeavy(n.op()) || n.op() instanceof Op.BatchNormalization);
  }

  /**
   * The float32 weights that are inputs too, so that callers may override them: they stay float32
   * with whatever is made of the graph.
   */
  public static List<String> overridableWeights(Graph graph) {
    return graph.optionalInputs().stream()
        .filter(input -> input.type().equals(Optional.of(ElementType.FLOAT)))
        .map(Value::name)
        .filter(name -> isWeight(graph, name))
        .toList();
  }

  private static void refuseQuantized(Graph graph, Node node) {
    Check.that(
        !isQuantized(node),
        "%s: graph '%s' is quantized already; convert the float32 model that it was made of",
        node.describe(),
        graph.name());
  }

  private static Map<String, Tensor> constants(Graph graph) {
    Map<String, Tensor> constants = new HashMap<>(graph.initializers());
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Constant constant) {
        constants.put(node.output(), constant.value());
      }
    }
    constants.values().removeIf(tensor -> !tensor.type().isFloat());
    return constants;
  }

  /** An infinity is no mistake in a mask, but it is in a weight. */
  private static void refuseNoNumbers(Graph graph, String name, Tensor tensor) {
    boolean weight = isWeight(graph, name);
    OptionalInt wrong = firstWrong(tensor, weight);
    if (wrong.isPresent()) {
      throw new InvalidGraphException(
          "Constant '%s' (%s) of graph '%s' holds %s at element %d; export the model again from sound weights"
              .formatted(
                  name,
                  tensor.describe(),
                  graph.name(),
                  tensor.doubleAt(wrong.getAsInt()),
                  wrong.getAsInt()));
    }
  }

  private static OptionalInt firstWrong(Tensor tensor, boolean weight) {
    int size = Math.toIntExact(tensor.size());
    for (int i = 0; i < size; i++) {
      double element = tensor.doubleAt(i);
      if (Double.isNaN(element) || (weight && Double.isInfinite(element))) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }
}
