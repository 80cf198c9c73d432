package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.onnx.OnnxModel;
import io.repfold.precision.SampleRunner;
import io.repfold.precision.Targets;
import io.repfold.precision.int8.Int8Conversion;
import io.repfold.precision.int8.QuantizationOptions;
import io.repfold.precision.int8.QuantizationTarget;
import io.repfold.precision.int8.TensorRtQuantizationCheck;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trained text detector in integers, and what ONNX Runtime makes of it. */
class QuantizedKernelsTest {
  /** Nothing has to stay float32 for them. */
  private static final Targets LOOSE = new Targets(0, 1, 0, 0.3);

  private static final String DETECTOR = "ch_PP-OCRv3_det_infer.onnx";
  private static final double THRESHOLD = 0.3;
  private static final int HEIGHT = 160;
  private static final int WIDTH = 192;

  @TempDir private Path folder;

  /** Runs images in ONNX Runtime. */
  record Images(OnnxModel model, List<HostTensor> images) implements SampleRunner {
    @Override
    public void run(Graph graph, Set<String> values, int most, Sink sink) {
      OnnxModel shown = model.withGraph(graph).withExtraOutputs(List.copyOf(values));
      EngineOptions options = EngineOptions.defaults().withThreads(2);
      try (Engine engine = Backends.onnxRuntimeCpu().load("quantized", shown.toBytes(), options)) {
        String input = engine.inputs().get(0).name();
        for (int i = 0; i < Math.min(most, images.size()); i++) {
          Map<String, Computed> computed = new HashMap<>();
          engine
              .run(Map.of(input, images.get(i)), values)
              .forEach(
                  (name, tensor) ->
                      computed.put(
                          name,
                          new Computed(FloatBuffer.wrap(tensor.toFloats()), true, tensor.shape())));
          sink.accept(i, computed);
        }
      }
    }
  }

  @Test
  void a_text_detector_finds_the_same_text_in_integers() throws Exception {
    OnnxModel model = OnnxTestData.networkModel(DETECTOR);
    Graph folded = Folder.fold(model.graph()).graph();
    Images calibration = new Images(model, TextScenes.of(1000, 6, HEIGHT, WIDTH));
    Images heldOut = new Images(model, TextScenes.of(5000, 4, HEIGHT, WIDTH));
    Int8Conversion.Goal goal = Int8Conversion.Goal.of(model.graph(), LOOSE);
    Int8Conversion.Result result =
        Int8Conversion.convert(
            folded, calibration, QuantizationOptions.of(QuantizationTarget.CPU), goal);

    assertThat(model.graph().opset()).isEqualTo(12);
    assertThat(result.graph().opset()).isEqualTo(13);
    assertThat(result.report().agreement()).isGreaterThan(0.99);
    assertThat(agreement(model.graph(), result.graph(), heldOut)).isGreaterThan(0.99);
    assertThat(result.report().quantizedLayers()).isGreaterThanOrEqualTo(70);

    Map<String, Long> ops = optimized(model.withGraph(result.graph()));
    assertThat(ops.get("QLinearConv")).isEqualTo(result.report().quantizedLayers());
    assertThat(ops).doesNotContainKey("Conv");
  }

  private static double agreement(Graph before, Graph after, Images images) {
    Map<Integer, FloatBuffer> expected = new HashMap<>();
    Set<String> outputs = Set.of(before.outputs().get(0).name());
    images.run(
        before,
        outputs,
        Integer.MAX_VALUE,
        (i, values) -> expected.put(i, values.values().iterator().next().data()));
    long[] counts = new long[3];
    images.run(
        after,
        outputs,
        Integer.MAX_VALUE,
        (i, values) -> {
          FloatBuffer found = values.values().iterator().next().data();
          for (int p = 0; p < found.limit(); p++) {
            boolean text = expected.get(i).get(p) > THRESHOLD;
            counts[0] += text == found.get(p) > THRESHOLD ? 1 : 0;
            counts[1]++;
            counts[2] += text ? 1 : 0;
          }
        });
    assertThat((double) counts[2] / counts[1]).as("share of text").isBetween(0.02, 0.6);
    return (double) counts[0] / counts[1];
  }

  /** The ops that ONNX Runtime runs in the end. */
  private Map<String, Long> optimized(OnnxModel model) throws Exception {
    Path dump = folder.resolve("optimized.onnx");
    try (SessionOptions options = new SessionOptions()) {
      options.setOptimizedModelFilePath(dump.toString());
      options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      options.setSessionLogLevel(ai.onnxruntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      try (OrtSession session =
          OrtEnvironment.getEnvironment().createSession(model.toBytes(), options)) {
        assertThat(session.getInputNames()).hasSize(1);
      }
    }
    return OnnxModel.read(dump).graph().nodes().stream()
        .map(Node::op)
        .collect(Collectors.groupingBy(Op::type, TreeMap::new, Collectors.counting()));
  }

  @Test
  void for_tensorrt_the_rules_hold_and_onnx_runtime_takes_it_too() {
    OnnxModel model = OnnxTestData.networkModel(DETECTOR);
    Graph folded = Folder.fold(model.graph()).graph();
    Images images = new Images(model, TextScenes.of(1000, 2, HEIGHT, WIDTH));
    QuantizationOptions options =
        QuantizationOptions.of(QuantizationTarget.TENSORRT)
            .withEqualization(false)
            .withBiasCorrection(false);
    Int8Conversion.Result result =
        Int8Conversion.convert(
            folded, images, options, Int8Conversion.Goal.of(model.graph(), LOOSE));

    assertThat(TensorRtQuantizationCheck.check(result.graph())).isEmpty();
    assertThat(result.report().quantizedLayers()).isEqualTo(result.report().layers().size());
    assertThat(result.report().agreement()).isGreaterThan(0.98);
    Images heldOut = new Images(model, TextScenes.of(5000, 2, HEIGHT, WIDTH));
    assertThat(agreement(model.graph(), result.graph(), heldOut)).isGreaterThan(0.98);
    assertThatCode(() -> optimized(model.withGraph(result.graph()))).doesNotThrowAnyException();
  }
}
