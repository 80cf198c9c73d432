package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.kit.Difference;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.Backends;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Trained text detectors and recognizers as Paddle exports them, their normalizations unfolded. The
 * detector has one more than those counted, behind a transposed convolution.
 */
class PaddleOcrTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ch_PP-OCRv3_det_infer.onnx, 48, 320, 256",
    "ch_PP-OCRv3_rec_infer.onnx, 32, 48, 320",
    "ch_ppocr_mobile_v2.0_cls_infer.onnx, 35, 48, 192"
  })
  void every_norm_behind_a_convolution_is_folded(
      String name, int normsBehindConvolutions, int height, int width) {
    OnnxModel model = OnnxTestData.networkModel(name);
    Folder.Result result = Folder.fold(model.graph());
    assertThat(normsBehindConvolutions(model.graph())).hasSize(normsBehindConvolutions);
    assertThat(normsBehindConvolutions(result.graph())).isEmpty();
    assertThat(result.report().after().batchNormalizations()).isZero();

    HostTensor image = image(height, width);
    assertSameFunction(model.graph(), result.graph(), image);
    OnnxModel folded = model.withGraph(result.graph());
    EngineOptions optimized = EngineOptions.defaults().withThreads(1);
    for (EngineOptions options : List.of(optimized, optimized.withoutOptimizer())) {
      Map<String, HostTensor> expected = run(model, image, options);
      run(folded, image, options)
          .forEach((output, actual) -> assertAgree(expected.get(output), actual));
    }
  }

  /** In double, where nothing but the rounding of the folded weights is left. */
  private static void assertSameFunction(Graph before, Graph after, HostTensor image) {
    int[] dims = Arrays.stream(image.shape()).mapToInt(Math::toIntExact).toArray();
    Map<String, NdArray> inputs =
        Map.of(before.inputs().get(0).name(), NdArray.of(image.toDoubles(), dims));
    assertThat(
            Difference.ALL_FINITE.relative(
                new Interpreter(before).run(inputs), new Interpreter(after).run(inputs)))
        .isLessThanOrEqualTo(1e-5);
  }

  /** The outputs are probabilities. ONNX Runtime's own rounding is larger than that of a fold. */
  private static void assertAgree(HostTensor expected, HostTensor actual) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double[] wanted = expected.toDoubles();
    double[] found = actual.toDoubles();
    double largest = Arrays.stream(wanted).max().orElseThrow();
    assertThat(largest).isBetween(1e-3, 1.0);
    for (int i = 0; i < wanted.length; i++) {
      assertThat(found[i]).isCloseTo(wanted[i], within(1e-5));
      assertThat(found[i]).isCloseTo(wanted[i], within(1e-4 * largest));
    }
  }

  /** BatchNormalizations of a Conv, or of a Conv plus a constant. */
  private static List<String> normsBehindConvolutions(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof Op.BatchNormalization)
        .filter(
            node ->
                graph
                    .producer(node.input(0))
                    .flatMap(before -> behindBias(graph, before))
                    .filter(before -> before.op() instanceof Op.Conv)
                    .isPresent())
        .map(Node::describe)
        .toList();
  }

  private static Optional<Node> behindBias(Graph graph, Node node) {
    boolean addsConstant =
        node.op().equals(new Op.Binary(Op.Binary.Function.ADD))
            && node.inputs().stream().anyMatch(i -> graph.constant(i).isPresent());
    return addsConstant
        ? node.inputs().stream().flatMap(i -> graph.producer(i).stream()).findFirst()
        : Optional.of(node);
  }

  private static HostTensor image(int height, int width) {
    long[] dims = {1, 3, height, width};
    double[] pixels = new SplittableRandom(1).doubles(Tensor.count(dims), -1, 1).toArray();
    return HostTensor.of(ElementType.FLOAT, pixels, dims);
  }

  private static Map<String, HostTensor> run(
      OnnxModel model, HostTensor image, EngineOptions options) {
    try (Engine engine = Backends.onnxRuntimeCpu().load("network", model.toBytes(), options)) {
      return engine.run(Map.of(engine.inputs().get(0).name(), image));
    }
  }
}
