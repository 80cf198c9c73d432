package io.repfold.conformance;

import ai.onnxruntime.OrtException;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Tensor;
import io.repfold.kit.Difference;
import io.repfold.onnx.OnnxModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model of ONNX's, its inputs in numbers that are exact in float16 and bfloat16, so that what
 * jumps does not jump elsewhere, and what ONNX Runtime makes of them.
 */
record OperatorTest(
    String name, OnnxModel model, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
  private static final List<String> RANDOM =
      List.of("Bernoulli", "Dropout", "Random", "Multinomial");

  static OperatorTest of(String name, OnnxModel model, Map<String, Tensor> inputs)
      throws OrtException {
    Map<String, Tensor> rounded = new LinkedHashMap<>();
    inputs.forEach((input, tensor) -> rounded.put(input, rounded(tensor)));
    return run(name, model, rounded);
  }

  private static OperatorTest run(String name, OnnxModel model, Map<String, Tensor> inputs)
      throws OrtException {
    return new OperatorTest(name, model, inputs, OrtRun.tensors(model.toBytes(), inputs));
  }

  private static Tensor rounded(Tensor tensor) {
    return tensor.type() == ElementType.FLOAT
        ? in(ElementType.FLOAT, in(ElementType.BFLOAT16, tensor))
        : tensor;
  }

  static Tensor in(ElementType type, Tensor tensor) {
    return tensor.type() == type
        ? tensor
        : Tensor.ofDoubles(type, tensor.toDoubles(), tensor.dims());
  }

  /** The same with all inputs but the first as initializers: weights, for the most part. */
  OperatorTest withWeights() throws OrtException {
    Graph graph = model.graph();
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    graph.inputs().stream().skip(1).forEach(i -> initializers.put(i.name(), inputs.get(i.name())));
    Graph stored =
        graph.toBuilder()
            .replaceInputs(graph.inputs().subList(0, 1))
            .replaceInitializers(initializers)
            .build();
    String first = graph.inputs().get(0).name();
    return run(name + ", inputs stored", model.withGraph(stored), Map.of(first, inputs.get(first)));
  }

  /** Some data are of another type than the model declares, as bfloat16 is in files of uint16. */
  static boolean takesFloats(Graph graph, Map<String, Tensor> inputs) {
    return graph.inputs().stream()
            .allMatch(i -> i.type().filter(t -> t == inputs.get(i.name()).type()).isPresent())
        && inputs.values().stream().anyMatch(t -> t.type() == ElementType.FLOAT);
  }

  boolean isRandom() {
    return model.graph().nodes().stream()
        .anyMatch(node -> RANDOM.stream().anyMatch(node.op().type()::startsWith));
  }

  /** The largest error, relative to the largest value; infinite if shape or kind differ. */
  static double error(Tensor expected, Tensor found) {
    if (expected.type().isFloat() != found.type().isFloat()) {
      return Double.POSITIVE_INFINITY;
    }
    double error = Difference.SAME_SPECIALS.relative(expected, found);
    return error == 0 || expected.type().isFloat() ? error : Double.POSITIVE_INFINITY;
  }

  /** The largest finite magnitude; 0 if there is none. */
  static double largest(Tensor tensor) {
    return Difference.largest(tensor.toDoubles());
  }
}
