package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.repfold.graph.Decomposition;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Difference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The interpreter and the shape inference against the expected outputs of ONNX's operator tests.
 */
class InterpreterConformanceTest {
  /** Its expected outputs were typed with four digits. */
  private static final String TYPED = "test_averagepool_2d_ceil_last_window_starts_on_pad";

  /** QuantizeLinear divides 0.5 by the float32 next to 5 / 255, which only float32 calls 25.5. */
  private static final String TIE = "test_dynamicquantizelinear_expanded";

  private static final Map<String, Integer> SKIPPED = new TreeMap<>();
  private static int passed;

  static List<OnnxTestData.Case> cases() {
    return OnnxTestData.cases();
  }

  @AfterAll
  static void say_what_was_compared() {
    System.out.printf(
        "Interpreter and shapes against ONNX's expected outputs: %d passed, %d skipped%n",
        passed, SKIPPED.values().stream().mapToInt(Integer::intValue).sum());
    SKIPPED.forEach((reason, count) -> System.out.printf("  %4d  %s%n", count, reason));
    assertThat(passed).as("guard against comparing nothing").isGreaterThan(1000);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void computes_the_expected_outputs(OnnxTestData.Case test) {
    Graph graph = test.read().graph();
    String unknown = unknown(graph);
    if (!unknown.isEmpty()) {
      skip("not modeled: " + unknown);
    }
    if (test.name().endsWith(TIE)) {
      skip("a tie in float32 that is none in double");
    }
    if (test.dataSets().isEmpty()) {
      skip("no data");
    }
    for (Path dataSet : test.dataSets()) {
      Optional<Map<String, Tensor>> inputs = test.inputs(graph, dataSet);
      Optional<Map<String, Tensor>> outputs = test.outputs(graph, dataSet);
      if (inputs.isEmpty() || outputs.isEmpty()) {
        skip("inputs or outputs are no tensors");
      }
      Map<String, Tensor> all = new HashMap<>(inputs.get());
      all.putAll(outputs.get());
      all.values().stream()
          .map(Tensor::type)
          .filter(t -> !t.isNumeric())
          .findFirst()
          .ifPresent(t -> skip("element type " + t));
      if (contradicts(graph.inputs(), inputs.get())
          || contradicts(graph.outputs(), outputs.get())) {
        skip("the data are not of the type and shape that the model declares");
      }
      compare(graph, inputs.get(), outputs.get(), test.name().endsWith(TYPED) ? 5e-4 : 0);
    }
    passed++;
  }

  /** Why nodes have no meaning here; empty if all have one. */
  private static String unknown(Graph graph) {
    if (graph.nodes().stream().noneMatch(n -> n.op() instanceof Op.Opaque)) {
      return "";
    }
    Map<String, Value> known = ShapeInference.infer(graph);
    return graph.nodes().stream()
        .filter(n -> n.op() instanceof Op.Opaque)
        .map(n -> unknown(n, known, graph.opset()))
        .flatMap(Optional::stream)
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static Optional<String> unknown(Node node, Map<String, Value> known, int opset) {
    List<@Nullable Value> inputs = node.inputs().stream().<@Nullable Value>map(known::get).toList();
    return Decomposition.of(node, inputs, opset) instanceof Decomposition.Refused refused
        ? Optional.of(
            refused.because().startsWith("op ")
                ? node.op().type()
                : node.op().type() + ", as " + refused.because())
        : Optional.empty();
  }

  private static boolean contradicts(List<Value> declared, Map<String, Tensor> data) {
    return declared.stream()
        .anyMatch(
            value -> {
              Tensor tensor = data.get(value.name());
              boolean sameRank = value.shape().map(s -> s.rank() == tensor.rank()).orElse(true);
              long[] sizes = value.shape().flatMap(Shape::sizes).orElse(tensor.dims());
              return !sameRank
                  || !Arrays.equals(sizes, tensor.dims())
                  || value.type().filter(t -> t != tensor.type()).isPresent();
            });
  }

  private static void skip(String reason) {
    SKIPPED.merge(reason, 1, Integer::sum);
    abort(reason);
  }

  private static void compare(
      Graph graph, Map<String, Tensor> inputs, Map<String, Tensor> expected, double coarse) {
    Map<String, NdArray> arrays = new HashMap<>();
    inputs.forEach((name, tensor) -> arrays.put(name, NdArray.of(tensor)));
    Map<String, NdArray> computed = new Interpreter(graph).run(arrays);
    var shapes = ShapeInference.infer(graph);
    expected.forEach(
        (name, tensor) -> {
          double tolerance = Math.max(coarse, tolerance(tensor.type()));
          assertSame(name, tensor, computed.get(name), tolerance);
          shapes
              .get(name)
              .shape()
              .flatMap(Shape::sizes)
              .ifPresent(sizes -> assertThat(sizes).as("inferred").isEqualTo(tensor.dims()));
          assertThat(shapes.get(name).type()).as("inferred type").hasValue(tensor.type());
        });
  }

  private static void assertSame(String name, Tensor expected, NdArray computed, double tolerance) {
    assertThat(Arrays.stream(computed.dims()).asLongStream().toArray())
        .as("shape of %s", name)
        .isEqualTo(expected.dims());
    assertThat(computed.type()).as("type of %s", name).isEqualTo(expected.type());
    double[] wanted = expected.toDoubles();
    double allowed = tolerance * Difference.largest(wanted);
    for (int i = 0; i < wanted.length; i++) {
      double found = computed.data()[i];
      boolean same =
          Double.compare(found, wanted[i]) == 0 || Math.abs(found - wanted[i]) <= allowed;
      assertThat(same)
          .as(
              "%s[%d]: expected %s, got %s, allowed difference %s",
              name, i, wanted[i], found, allowed)
          .isTrue();
    }
  }

  /** Relative to the largest element: what ONNX's own reference rounds away. */
  private static double tolerance(ElementType type) {
    return switch (type) {
      case FLOAT -> 2e-6;
      case DOUBLE -> 1e-12;
      case FLOAT16 -> 1e-3;
      case BFLOAT16 -> 1e-2;
      default -> 0;
    };
  }
}
