package io.repfold.precision.int8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.kit.Layers;
import io.repfold.kit.Tensors;
import io.repfold.kit.Values;
import io.repfold.precision.InterpretedSamples;
import io.repfold.precision.OutputKind;
import io.repfold.precision.OutputMeanings;
import io.repfold.precision.Targets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class Int8ConversionTest {
  private static final QuantizationOptions CPU = QuantizationOptions.of(QuantizationTarget.CPU);

  private static Int8Conversion.Result convert(
      Graph graph, QuantizationOptions options, double target) {
    return Int8Conversion.convert(graph, QuantizedGraphs.samples(6), options, goal(graph, target));
  }

  private static Int8Conversion.Goal goal(Graph reference, double target) {
    OutputMeanings classes = OutputMeanings.of(reference).with(Map.of("*", OutputKind.CLASSES));
    return Int8Conversion.Goal.of(reference, new Targets(target, 1, 0, 0.5)).withMeanings(classes);
  }

  @ParameterizedTest
  @EnumSource(QuantizationTarget.class)
  void the_report_says_what_the_graph_does(QuantizationTarget target) {
    Graph graph = QuantizedGraphs.residual(5);
    Int8Conversion.Result result = convert(graph, QuantizationOptions.of(target), 0);

    QuantizationReport report = result.report();
    assertThat(report.samples()).isEqualTo(6);
    assertThat(report.layers())
        .extracting(QuantizationReport.Layer::name)
        .containsExactly("a", "b", "c");
    assertThat(report.quantizedLayers()).isEqualTo(3);
    assertThat(report.layers()).allMatch(l -> l.decibels() > 25 && l.decibels() < 60);
    assertThat(report.decibels()).isBetween(28.0, 60.0);
    assertThat(report.agreement()).isEqualTo(agreement(graph, result.graph()));
    assertThat(report.trials()).hasSize(1);
  }

  @Test
  void what_each_layer_costs_is_what_a_search_goes_by() {
    Graph graph = QuantizedGraphs.residual(5);
    List<QuantizationReport.Layer> measured =
        Int8Conversion.measure(graph, QuantizedGraphs.samples(6), CPU, goal(graph, 0));

    assertThat(measured).extracting(QuantizationReport.Layer::name).containsExactly("a", "b", "c");
    assertThat(measured).allMatch(QuantizationReport.Layer::quantized);
    List<QuantizationReport.Layer> searched = convert(graph, CPU, 1).report().layers();
    for (int i = 0; i < 3; i++) {
      assertThat(measured.get(i).decibels()).isEqualTo(searched.get(i).decibels());
      assertThat(measured.get(i).alone()).isBetween(20.0, 70.0).isEqualTo(searched.get(i).alone());
      assertThat(measured.get(i).aloneAgreement()).isEqualTo(searched.get(i).aloneAgreement());
    }
  }

  private static double agreement(Graph before, Graph after) {
    long same = 0;
    long total = 0;
    for (NdArray x : QuantizedGraphs.samples(6).samples()) {
      NdArray wanted = new Interpreter(before).run(Map.of("x", x)).get("c");
      NdArray found = new Interpreter(after).run(Map.of("x", x)).get("c");
      int plane = wanted.dim(2) * wanted.dim(3);
      for (int i = 0; i < plane; i++) {
        same += best(wanted, i, plane) == best(found, i, plane) ? 1 : 0;
        total++;
      }
    }
    return (double) same / total;
  }

  private static int best(NdArray scores, int pixel, int plane) {
    int best = 0;
    for (int c = 1; c < scores.dim(1); c++) {
      if (scores.data()[c * plane + pixel] > scores.data()[best * plane + pixel]) {
        best = c;
      }
    }
    return best;
  }

  /** A layer whose input has one huge number: rounding it to 8 bits loses everything else. */
  private static Graph fragile() {
    Graph.Builder graph = new Graph.Builder("fragile").input(Value.float32("x", 1, 3, 9, 7));
    SplittableRandom random = new SplittableRandom(2);
    QuantizedGraphs.conv(graph, random, "x", "a", 3, 6);
    float[] huge = {4000, 1, 1, 1, 1, 1};
    float[] tiny = {1 / 4000f, 1, 1, 1, 1, 1};
    graph
        .initializer("huge", Tensor.ofFloats(huge, 1, 6, 1, 1))
        .initializer("tiny", Tensor.ofFloats(tiny, 1, 6, 1, 1))
        .node(new Op.Binary(Op.Binary.Function.MUL), List.of("a", "huge"), "h");
    double[] weight = Tensors.random(random, 0.3, 6, 6, 3, 3).toDoubles();
    for (int i = 0; i < weight.length; i++) {
      weight[i] *= tiny[i / 9 % 6];
    }
    graph
        .initializer("bw", Tensor.ofDoubles(ElementType.FLOAT, weight, 6, 6, 3, 3))
        .node(Layers.PADDED_CONV, List.of("h", "bw"), "b");
    QuantizedGraphs.conv(graph, random, "b", "c", 6, 5);
    return graph.output(Values.float32("c")).build();
  }

  @Test
  void layers_that_cost_most_stay_float32_until_the_target_holds() {
    QuantizationOptions range = CPU.withMethod(RangeMethod.MINMAX);
    Int8Conversion.Result some = convert(fragile(), range, 0.97);

    assertThat(some.report().trials().get(0).agreement()).isLessThan(0.9);
    assertThat(some.report().agreement()).isGreaterThanOrEqualTo(0.97);
    assertThat(some.report().agreement()).isEqualTo(agreement(fragile(), some.graph()));
    assertThat(some.report().layers())
        .filteredOn(l -> !l.quantized())
        .singleElement()
        .satisfies(
            l -> {
              assertThat(l.name()).isEqualTo("b");
              assertThat(l.because()).contains("costs most");
              assertThat(l.alone()).isLessThan(15);
            });
    assertThat(some.report().trials())
        .first()
        .extracting(QuantizationReport.Trial::excluded)
        .isEqualTo(0);
    assertThat(some.report().trials()).anyMatch(t -> t.excluded() == 1 && t.agreement() >= 0.97);
  }

  /** Two channels that differ by less than a step. */
  private static Graph close() {
    float[] weight = {0.5f, -0.25f, 0.125f, 0.50001f, -0.25f, 0.125f};
    return new Graph.Builder("close")
        .input(Value.float32("x", 1, 3, 9, 7))
        .initializer("w", Tensor.ofFloats(weight, 2, 3, 1, 1))
        .node(new Op.Conv(Window.DEFAULT, 1), List.of("x", "w"), "y")
        .output(Values.float32("y"))
        .build();
  }

  @Test
  void a_target_that_nothing_reaches_leaves_the_graph_as_it_is() {
    Graph graph = close();
    double first = convert(graph, CPU, 0).report().agreement();
    Int8Conversion.Result result = convert(graph, CPU, 1);

    assertThat(first).isLessThan(1);
    assertThat(result.report().agreement()).isEqualTo(1);
    assertThat(result.report().quantizedLayers()).isZero();
    assertThat(result.graph()).isEqualTo(graph);
    assertThat(result.report().layers())
        .allMatch(l -> l.because().equals("the target was not reached with any layer in integers"));
    assertThat(result.report().best().orElseThrow().agreement()).isBetween(first, 0.99999);
  }

  /** Columns that are nearly the same, so that rounding changes which is best. */
  private static Graph text() {
    SplittableRandom random = new SplittableRandom(8);
    double[] weight = new double[8 * 5];
    for (int i = 0; i < weight.length; i++) {
      double common = i % 5 == 0 ? random.nextDouble(-1, 1) : weight[i - i % 5];
      weight[i] = common + random.nextDouble(-0.002, 0.002);
    }
    Dim time = new Dim.Symbol("T");
    Shape shape = new Shape(List.of(Dim.of(1), time, Dim.of(8)));
    return new Graph.Builder("text")
        .input(new Value("x", Optional.of(ElementType.FLOAT), Optional.of(shape)))
        .initializer("w", Tensor.ofDoubles(ElementType.FLOAT, weight, 8, 5))
        .node(new Op.MatMul(), List.of("x", "w"), "s")
        .node(new Op.Softmax(-1, false), List.of("s"), "y")
        .output(Values.float32("y"))
        .build();
  }

  @Test
  void products_take_samples_of_any_length_and_classes_lie_where_the_softmax_is() {
    List<NdArray> samples =
        Stream.of(15, 17, 19)
            .map(time -> QuantizedGraphs.samples(1, 1, time, 8).samples().get(0))
            .toList();
    Int8Conversion.Result result =
        Int8Conversion.convert(text(), new InterpretedSamples("x", samples), CPU, goal(text(), 0));

    int same = 0;
    int total = 0;
    for (NdArray x : samples) {
      double[] wanted = new Interpreter(text()).run(Map.of("x", x)).get("y").data();
      double[] found = new Interpreter(result.graph()).run(Map.of("x", x)).get("y").data();
      for (int first = 0; first < wanted.length; first += 5) {
        same += bestOfFive(wanted, first) == bestOfFive(found, first) ? 1 : 0;
        total++;
      }
    }
    assertThat(total).isEqualTo(51);
    assertThat(result.report().quantizedLayers()).isEqualTo(1);
    assertThat(result.report().agreement()).isEqualTo((double) same / total).isLessThan(1);
    assertThat(result.report().layers().get(0).decibels()).isBetween(25.0, 60.0);
  }

  private static int bestOfFive(double[] scores, int first) {
    int best = 0;
    for (int c = 1; c < 5; c++) {
      best = scores[first + c] > scores[first + best] ? c : best;
    }
    return best;
  }

  /** An INT32 bias of steps of the sums makes the steps of small weights large. */
  @Test
  void a_layer_is_measured_with_the_weights_that_are_written() {
    SplittableRandom random = new SplittableRandom(6);
    Graph graph =
        new Graph.Builder("offset")
            .input(Value.float32("x", 1, 3, 9, 7))
            .initializer("w", Tensors.random(random, 1e-4, 2, 3, 3, 3))
            .initializer("b", Tensor.ofFloats(new float[] {1000, 1000}, 2))
            .node(Layers.PADDED_CONV, List.of("x", "w", "b"), "y")
            .output(Values.float32("y"))
            .build();
    QuantizationOptions tensorRt = QuantizationOptions.of(QuantizationTarget.TENSORRT);

    assertThat(convert(graph, CPU, 0).report().layers().get(0).decibels()).isLessThan(150);
    assertThat(convert(graph, tensorRt, 0).report().layers().get(0).decibels()).isGreaterThan(160);
  }

  @Test
  void a_graph_of_which_all_layers_stay_float32_is_refused_before_anything_is_run() {
    Graph graph = QuantizedGraphs.chain(1);
    assertThatThrownBy(() -> convert(graph, CPU.withExcluded(Set.of("a", "b", "c")), 0))
        .hasMessageContaining("'a' and 2 more: excluded");
  }

  /** Weights of a pointwise convolution that all round down: the sums shift. */
  @Test
  void biases_take_back_the_mean_error() {
    Graph.Builder builder = new Graph.Builder("shift").input(Value.float32("x", 1, 3, 9, 7));
    float[] weight = new float[4 * 3];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = i % 3 == 0 ? 1.27f : 0.0049f;
    }
    builder
        .initializer("w", Tensor.ofFloats(weight, 4, 3, 1, 1))
        .node(new Op.Conv(Window.DEFAULT, 1), List.of("x", "w"), "y")
        .output(Values.float32("y"));
    Graph graph = builder.build();
    InterpretedSamples positive =
        new InterpretedSamples(
            "x",
            QuantizedGraphs.samples(5).samples().stream()
                .map(
                    x ->
                        new NdArray(
                            x.type(),
                            x.dims(),
                            java.util.Arrays.stream(x.data()).map(Math::abs).toArray()))
                .toList());
    QuantizationOptions tensorRt = QuantizationOptions.of(QuantizationTarget.TENSORRT);
    var plain =
        Int8Conversion.convert(graph, positive, tensorRt.withBiasCorrection(false), goal(graph, 0));
    var corrected = Int8Conversion.convert(graph, positive, tensorRt, goal(graph, 0));

    double before = Math.abs(shift(graph, plain.graph(), positive));
    assertThat(before).isGreaterThan(0.003);
    assertThat(Math.abs(shift(graph, corrected.graph(), positive))).isLessThan(before / 20);
    assertThat(corrected.report().decibels()).isGreaterThan(plain.report().decibels() + 2);
    assertThat(corrected.graph().producer("y").orElseThrow().inputs()).hasSize(3);
    assertThat(plain.graph().producer("y").orElseThrow().inputs()).hasSize(2);
  }

  private static double shift(Graph before, Graph after, InterpretedSamples samples) {
    double sum = 0;
    int count = 0;
    for (NdArray x : samples.samples()) {
      double[] wanted = new Interpreter(before).run(Map.of("x", x)).get("y").data();
      double[] found = new Interpreter(after).run(Map.of("x", x)).get("y").data();
      for (int i = 0; i < wanted.length; i++) {
        sum += found[i] - wanted[i];
        count++;
      }
    }
    return sum / count;
  }

  @Test
  void an_opset_that_is_too_low_is_raised() {
    Graph graph = QuantizedGraphs.chain(1).toBuilder().opset("", 11).build();
    assertThat(convert(graph, CPU, 0).graph().opset()).isEqualTo(13);
  }

  @Test
  void no_samples_or_samples_with_nan_are_refused() {
    Graph graph = QuantizedGraphs.chain(1);
    assertThatThrownBy(
            () -> Int8Conversion.convert(graph, QuantizedGraphs.samples(0), CPU, goal(graph, 0)))
        .hasMessageContaining("There is no sample");
    InterpretedSamples broken = QuantizedGraphs.samples(2);
    broken.samples().get(1).data()[5] = Double.NaN;
    assertThatThrownBy(() -> Int8Conversion.convert(graph, broken, CPU, goal(graph, 0)))
        .hasMessageContaining("Value 'x' was NaN 1 times")
        .hasMessageContaining("LayerComparison.run");
  }

  @Test
  void samples_that_are_all_the_same_number_are_no_obstacle() {
    InterpretedSamples zeros = QuantizedGraphs.samples(2);
    zeros.samples().forEach(x -> java.util.Arrays.fill(x.data(), 0));
    Int8Conversion.Result result =
        Int8Conversion.convert(
            QuantizedGraphs.chain(1), zeros, CPU, goal(QuantizedGraphs.chain(1), 0));
    assertThat(result.report().agreement()).isGreaterThan(0.9);
  }

  @Test
  void integers_and_single_channels_are_compared_as_decisions() {
    Map<String, Op> heads = new LinkedHashMap<>();
    heads.put("labels", new Op.ArgMax(1, false, false));
    heads.put(
        "largest", new Op.Reduce(Op.Reduce.Function.MAX, Optional.of(List.of(1)), true, false));
    heads.forEach(
        (name, head) -> {
          Graph.Builder builder = QuantizedGraphs.chain(1).toBuilder().replaceOutputs(List.of());
          Graph graph =
              builder
                  .node(head, List.of("c"), name)
                  .output(new Value(name, Optional.empty(), Optional.empty()))
                  .build();
          double agreement = convert(graph, CPU, 0).report().agreement();
          assertThat(agreement).as(name).isBetween(0.9, 0.99999);
        });
  }
}
