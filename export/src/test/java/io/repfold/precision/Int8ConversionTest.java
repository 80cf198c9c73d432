package io.repfold.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
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
    return new Int8Conversion.Goal(reference, target, 0.5);
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
    double[] weight = QuantizedGraphs.tensor(random, 0.3, 6, 6, 3, 3).toDoubles();
    for (int i = 0; i < weight.length; i++) {
      weight[i] *= tiny[i / 9 % 6];
    }
    graph
        .initializer("bw", Tensor.ofDoubles(ElementType.FLOAT, weight, 6, 6, 3, 3))
        .node(QuantizedGraphs.SAME, List.of("h", "bw"), "b");
    QuantizedGraphs.conv(graph, random, "b", "c", 6, 5);
    return graph.output(QuantizedGraphs.out("c")).build();
  }

  @Test
  void layers_that_cost_most_stay_float32_until_the_target_holds() {
    QuantizationOptions range = CPU.withMethod(RangeMethod.MINMAX);
    Int8Conversion.Result all = convert(fragile(), range, 0);
    Int8Conversion.Result some = convert(fragile(), range, 0.97);

    assertThat(all.report().agreement()).isLessThan(0.9);
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

  @Test
  void a_target_that_nothing_reaches_leaves_the_graph_as_it_is() {
    Graph graph = QuantizedGraphs.chain(1);
    double first = convert(graph, CPU, 0).report().agreement();
    Int8Conversion.Result result = convert(graph, CPU, 1);

    assertThat(first).isLessThan(1);
    assertThat(result.report().agreement()).isEqualTo(1);
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
        .node(new Op.Conv(io.repfold.graph.Window.DEFAULT, 1), List.of("x", "w"), "y")
        .output(QuantizedGraphs.out("y"));
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
        .hasMessageContaining("Value 'x' was NaN 1 times");
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
