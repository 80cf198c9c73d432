package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Decomposition;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Types and shapes of ops that are not modeled, against the data of ONNX's operator tests. All
 * inputs but the first are stored, so that sizes that they hold are known.
 */
class OpaqueShapesConformanceTest {
  /**
   * Ops whose outputs depend on the numbers, belong to subgraphs, are no tensors, or came after the
   * opset that engines have; and forms of modeled ops that are not valid, or of types that are not
   * computed with.
   */
  private static final List<String> UNKNOWN =
      List.of(
          "BitCast",
          "CausalConvWithState",
          "ConcatFromSequence",
          "ConvTranspose",
          "Gemm",
          "If",
          "ImageDecoder",
          "LinearAttention",
          "Loop",
          "Optional",
          "Scan",
          "Sequence",
          "SplitToSequence",
          "StringNormalizer",
          "StringSplit",
          "SwiGLU",
          "TfIdfVectorizer",
          "Unique");

  @Test
  void shapes_are_those_of_the_data() {
    Map<String, Integer> compared = new TreeMap<>();
    TreeSet<String> unknown = new TreeSet<>();
    for (OnnxTestData.Case test : OnnxTestData.cases()) {
      Graph graph = test.read().graph();
      if (graph.nodes().size() != 1
          || !(graph.nodes().get(0).op() instanceof Op.Opaque opaque)
          || !opaque.domain().isEmpty()
          || Decomposition.isKnown(opaque)) {
        continue;
      }
      for (Path dataSet : test.dataSets()) {
        Optional<Map<String, Tensor>> inputs = test.inputs(graph, dataSet);
        Optional<Map<String, Tensor>> outputs = test.outputs(graph, dataSet);
        if (inputs.isEmpty() || outputs.isEmpty()) {
          continue;
        }
        Map<String, Value> found = ShapeInference.infer(undeclared(graph, inputs.get()));
        outputs
            .get()
            .forEach(
                (name, tensor) -> {
                  Value value = found.get(name);
                  if (value.shape().isEmpty()) {
                    unknown.add(opaque.type());
                    return;
                  }
                  assertFits(test.name(), value, tensor);
                  compared.merge(opaque.type(), 1, Integer::sum);
                });
      }
    }
    System.out.printf("Shapes of ops that are not modeled: %s; unknown: %s%n", compared, unknown);
    assertThat(compared).hasSizeGreaterThan(40).containsKeys("GRU", "LSTM", "RNN", "LpPool");
    unknown.removeIf(type -> UNKNOWN.stream().anyMatch(type::startsWith));
    unknown.removeAll(compared.keySet());
    assertThat(unknown).isEmpty();
  }

  private static void assertFits(String test, Value value, Tensor tensor) {
    Shape shape = value.shape().orElseThrow();
    assertThat(shape.rank()).as("%s: %s", test, value).isEqualTo(tensor.rank());
    for (int i = 0; i < shape.rank(); i++) {
      if (shape.dim(i) instanceof io.repfold.graph.Dim.Known known) {
        assertThat(known.size()).as("%s: %s, axis %d", test, value, i).isEqualTo(tensor.dim(i));
      }
    }
    assertThat(value.type()).as("%s: %s", test, value).hasValue(tensor.type());
  }

  /** Without what the model says of its outputs, and with all inputs but the first stored. */
  private static Graph undeclared(Graph graph, Map<String, Tensor> inputs) {
    List<Value> first = new ArrayList<>();
    Map<String, Tensor> stored = new LinkedHashMap<>(graph.initializers());
    for (Value input : graph.inputs()) {
      Tensor tensor = inputs.get(input.name());
      if (first.isEmpty()) {
        first.add(Value.of(input.name(), tensor.type(), Shape.of(tensor.dims())));
      } else {
        stored.put(input.name(), tensor);
      }
    }
    List<Node> nodes = graph.nodes();
    List<Value> outputs =
        graph.outputs().stream()
            .map(v -> new Value(v.name(), Optional.empty(), Optional.empty()))
            .toList();
    return graph.toBuilder()
        .replaceInputs(first)
        .replaceInitializers(stored)
        .replaceNodes(nodes)
        .replaceOutputs(outputs)
        .replaceDeclared(Map.of())
        .build();
  }
}
