package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.repfold.fold.Folder;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Rounding;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Tensors;
import io.repfold.onnx.OnnxModel;
import io.repfold.precision.Range;
import io.repfold.precision.half.HalfOptions;
import io.repfold.precision.half.HalfPrecision;
import io.repfold.precision.half.HalfReport;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trained networks in float16, on pictures of letters. */
class HalfNetworksTest {
  private static final int IMAGES = 3;

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ch_PP-OCRv3_det_infer.onnx, 96, 256",
    "ch_ppocr_mobile_v2.0_cls_infer.onnx, 48, 192"
  })
  void a_network_errs_as_much_as_rounding_to_float16_does(String name, int height, int width) {
    OnnxModel model = OnnxTestData.networkModel(name);
    Graph folded = Folder.fold(model.graph()).graph();
    List<Tensor> images = Letters.images(IMAGES, height, width);

    HalfPrecision.Result half =
        HalfPrecision.convert(folded, HalfOptions.FLOAT16.withRanges(ranges(folded, images)));

    assertThat(half.report().exceeding()).isEmpty();
    assertThat(half.report().halfNodes()).isGreaterThan(10 * half.report().islands().size());
    assertResizesKeepTheirScales(half.graph());
    int different = 0;
    int decisions = 0;
    for (Tensor image : images) {
      double[] exact = interpreted(folded, Rounding.NONE, image);
      double[] emulated = interpreted(half.graph(), Rounding.STORED, image);
      double[] float32 = run(model, image);
      double[] float16 = run(model.withGraph(half.graph()), image);
      double rounding = distance(exact, emulated);
      assertThat(rounding).isPositive();
      assertThat(distance(float32, float16)).isLessThan(2 * rounding);
      assertThat(distance(emulated, float16)).isLessThan(2 * rounding);
      for (int i = 0; i < float32.length; i++) {
        different += float32[i] > 0.5 == float16[i] > 0.5 ? 0 : 1;
      }
      decisions += float32.length;
      assertThat(Arrays.stream(float32)).as("is sure of something").anyMatch(p -> p > 0.8);
      assertThat(Arrays.stream(float32)).as("and of something else").anyMatch(p -> p < 0.2);
    }
    assertThat(different).isLessThanOrEqualTo(decisions / 1000);
  }

  /**
   * Behind a normalization with tiny variance and a large mean, nothing of float16 is left; in the
   * network in which it is planted, a rectifier keeps folding from cancelling it.
   */
  @Test
  void a_planted_overflow_is_predicted_in_a_network_and_an_island_cures_it() {
    OnnxModel model = OnnxTestData.networkModel("ch_PP-OCRv3_det_infer.onnx");
    List<Tensor> images = Letters.images(1, 64, 160);
    Graph planted = Folder.fold(planted(model.graph(), images.get(0))).graph();
    HalfOptions alike = HalfOptions.FLOAT16.withMargin(1);

    HalfPrecision.Result blind = HalfPrecision.convert(planted, alike);
    HalfPrecision.Result told =
        HalfPrecision.convert(planted, alike.withRanges(ranges(planted, images)));

    double[] exact = interpreted(planted, Rounding.NONE, images.get(0));
    assertThat(Arrays.stream(exact)).allMatch(Double::isFinite);
    Map<String, NdArray> overflown =
        new Interpreter(blind.graph(), Rounding.STORED).runAll(input(planted, images.get(0)));
    String value = told.report().exceeding().get(0).value();
    assertThat(overflown.get(value).data()).contains(Double.POSITIVE_INFINITY);
    assertThat(told.report().islands())
        .anyMatch(i -> i.cause() == HalfReport.Cause.RANGE && i.output().equals(value));
    assertThat(distance(exact, interpreted(blind.graph(), Rounding.STORED, images.get(0))))
        .isNotCloseTo(0, within(0.01));
    assertThat(distance(exact, interpreted(told.graph(), Rounding.STORED, images.get(0))))
        .isLessThan(0.01);
  }

  /**
   * Plants into the last normalization that a rectifier follows, and scales back behind that. Its
   * offset fits float16, and so do its inputs, but not their sum.
   */
  private static Graph planted(Graph graph, Tensor image) {
    Node norm =
        graph.nodes().stream()
            .filter(n -> n.op() instanceof Op.BatchNormalization && rectified(graph, n))
            .reduce((first, second) -> second)
            .orElseThrow();
    Node relu = graph.readers(norm.output()).get(0);
    NdArray x = new Interpreter(graph).runAll(input(graph, image)).get(norm.input(0));
    double largest = Arrays.stream(x.data()).max().orElseThrow();
    double factor = 0.3 * 65504 / largest;
    int channels = Math.toIntExact(graph.constant(norm.input(1)).orElseThrow().size());
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    initializers.put("planted.gamma", Tensors.filled(factor * Math.sqrt(1.0001e-5), channels));
    initializers.put("planted.beta", Tensors.filled(0, channels));
    initializers.put("planted.mean", Tensors.filled(-0.8 * 65504 / factor, channels));
    initializers.put("planted.variance", Tensors.filled(1e-9, channels));
    initializers.put("planted.back", Tensors.filled(1e-5, 1));
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (node.equals(norm)) {
        List<String> inputs =
            List.of(
                norm.input(0), "planted.gamma", "planted.beta", "planted.mean", "planted.variance");
        var op = new Op.BatchNormalization(1e-5f, 0.9f, false);
        nodes.add(new Node(norm.name(), op, inputs, norm.outputs()));
      } else if (node.equals(relu)) {
        nodes.add(new Node(relu.name(), relu.op(), relu.inputs(), List.of("planted.relu")));
        nodes.add(
            new Node(
                "planted.scaled",
                new Op.Binary(Op.Binary.Function.MUL),
                List.of("planted.relu", "planted.back"),
                relu.outputs()));
      } else {
        nodes.add(node);
      }
    }
    return graph.toBuilder().replaceInitializers(initializers).replaceNodes(nodes).build();
  }

  private static boolean rectified(Graph graph, Node norm) {
    List<Node> readers = graph.readers(norm.output());
    return readers.size() == 1 && readers.get(0).op().equals(new Op.Unary(Op.Unary.Function.RELU));
  }

  private static void assertResizesKeepTheirScales(Graph half) {
    Map<String, Value> known = ShapeInference.infer(half);
    for (Node node : half.nodes()) {
      if (node.op() instanceof Op.Resize) {
        assertThat(known.get(node.output()).type()).contains(ElementType.FLOAT16);
        node.inputs().stream()
            .skip(1)
            .filter(i -> !i.isEmpty())
            .forEach(
                i ->
                    assertThat(known.get(i).type().orElseThrow())
                        .isIn(ElementType.FLOAT, ElementType.INT64));
      }
    }
  }

  private static Map<String, Range> ranges(Graph graph, List<Tensor> images) {
    Interpreter interpreter = new Interpreter(graph);
    return Range.ofRuns(
        images.stream().map(image -> interpreter.runAll(input(graph, image))).toList());
  }

  private static Map<String, NdArray> input(Graph graph, Tensor image) {
    return Map.of(graph.inputs().get(0).name(), NdArray.of(image));
  }

  private static double[] interpreted(Graph graph, Rounding rounding, Tensor image) {
    return new Interpreter(graph, rounding)
        .run(input(graph, image))
        .values()
        .iterator()
        .next()
        .data();
  }

  private static double[] run(OnnxModel model, Tensor image) {
    HostTensor input =
        HostTensor.of(io.repfold.runtime.ElementType.FLOAT, image.toDoubles(), image.dims());
    EngineOptions options = EngineOptions.defaults().withThreads(1);
    try (Engine engine = Backends.onnxRuntimeCpu().load("network", model.toBytes(), options)) {
      String name = engine.inputs().get(0).name();
      return engine.run(Map.of(name, input)).values().iterator().next().toDoubles();
    }
  }

  /** The root of the mean squared difference; infinite if a number is none. */
  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Double.isNaN(sum) ? Double.POSITIVE_INFINITY : Math.sqrt(sum / a.length);
  }
}
