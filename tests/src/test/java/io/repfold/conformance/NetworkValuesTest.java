package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Difference;
import io.repfold.kit.Tensors;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Trained networks in the interpreter, against ONNX Runtime and against the inferred shapes. */
class NetworkValuesTest {
  @TempDir Path folder;

  static List<String> networks() {
    return OnnxTestData.networks();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void every_value_is_that_of_onnx_runtime(String name) throws OrtException, IOException {
    Graph graph = OnnxTestData.networkModel(name).graph();
    Value input = graph.inputs().get(0);
    Tensor image = image(name);

    Map<String, NdArray> values =
        new Interpreter(graph).runAll(Map.of(input.name(), NdArray.of(image)));
    Map<String, Value> known = ShapeInference.infer(graph, Map.of(input.name(), image.dims()));

    Map<String, NdArray> compared = new LinkedHashMap<>(values);
    compared.keySet().removeIf(value -> !isComputedReal(graph, values, value));
    List<Value> outputs = compared.keySet().stream().map(known::get).toList();
    Path model = folder.resolve("all.onnx");
    OnnxModel.of(graph.toBuilder().replaceOutputs(outputs).build()).write(model);
    Iterator<Object> found =
        OrtRun.of(Files.readAllBytes(model), Map.of(input.name(), image)).iterator();
    compared.forEach(
        (value, array) ->
            assertThat(largestDifference(array, found.next())).as(value).isLessThan(1e-4));
    assertThat(compared).hasSizeGreaterThan(100);
    assertShapesHold(values, known);
  }

  private static Tensor image(String network) {
    long[] dims = network.contains("_det_") ? new long[] {1, 3, 64, 96} : new long[] {1, 3, 48, 80};
    dims = network.contains("_cls_") ? new long[] {1, 3, 48, 192} : dims;
    return Tensors.random(new SplittableRandom(1), 1, dims);
  }

  private static boolean isComputedReal(Graph graph, Map<String, NdArray> values, String name) {
    return !graph.isInput(name)
        && graph.constant(name).isEmpty()
        && values.get(name).type() == ElementType.FLOAT;
  }

  private static double largestDifference(NdArray expected, Object found) {
    Object typeAndBytes = ((List<?>) found).get(1);
    var floats = ((ByteBuffer) typeAndBytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
    double[] numbers = new double[floats.remaining()];
    Arrays.setAll(numbers, floats::get);
    // Sigmoids of large numbers are tiny, and their relative error is that of an exponent.
    return Difference.ALL_FINITE.relativeToAtLeast(1e-3, expected.data(), numbers);
  }

  private static void assertShapesHold(Map<String, NdArray> values, Map<String, Value> known) {
    values.forEach(
        (name, value) -> {
          Value inferred = known.get(name);
          String found = name + ": " + value.type() + Arrays.toString(value.dims());
          assertThat(inferred).hasToString(found);
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void every_rank_and_channel_is_known_for_images_of_any_size(String name) {
    Graph graph = OnnxTestData.networkModel(name).graph();
    ShapeInference.infer(graph)
        .values()
        .forEach(value -> assertThat(value.shape()).as(value.name()).isPresent());
  }
}
