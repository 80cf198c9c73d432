package io.repfold.precision.risk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.fold.FoldOptions;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Weights;
import io.repfold.precision.Targets;
import io.repfold.precision.int8.Int8Conversion;
import io.repfold.precision.int8.QuantizationOptions;
import io.repfold.precision.int8.QuantizationReport;
import io.repfold.precision.int8.QuantizationTarget;
import io.repfold.precision.int8.QuantizedGraphs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class FoldRiskTest {
  private static Graph block(RepKind kind) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    String x = b.input("x", 1, 16, 8, 10);
    String block = RepBlocks.append(b.scope("block"), x, RepSpec.of(kind, 16, Kernel.of(3)));
    b.output(b.relu(block));
    return b.build();
  }

  private static FoldRisk.Block forecast(Graph graph) {
    List<FoldRisk.Block> blocks = FoldRisk.forecast(graph, FoldOptions.DEFAULT);
    assertThat(blocks).hasSize(1);
    return blocks.get(0);
  }

  /** Changes an input of the normalization that reads the block's own input. */
  private static Graph withIdentity(Graph graph, int input, DoubleUnaryOperator change) {
    Node norm =
        graph.nodes().stream()
            .filter(n -> n.op() instanceof Op.BatchNormalization && n.input(0).equals("x"))
            .findFirst()
            .orElseThrow();
    return Weights.changed(graph, norm.input(input), (i, v) -> change.applyAsDouble(v));
  }

  @Test
  void the_branches_of_a_block_are_named() {
    assertThat(forecast(block(RepKind.REPVGG)).branches())
        .extracting(FoldRisk.Branch::kernel)
        .containsExactlyInAnyOrder("3x3", "1x1", "identity");
    assertThat(forecast(block(RepKind.ACB)).branches())
        .extracting(FoldRisk.Branch::kernel)
        .containsExactlyInAnyOrder("3x3", "1x3", "3x1");
    assertThat(forecast(block(RepKind.DBB)).branches()).hasSize(4);
    assertThat(forecast(block(RepKind.QAREPVGG)).branches())
        .extracting(FoldRisk.Branch::kernel)
        .containsExactlyInAnyOrder("3x3", "1x1", "identity");
  }

  /** A normalization of the sum scales all branches alike: what they lose by it is nothing. */
  @Test
  void a_norm_of_the_sum_belongs_to_each_branch() {
    Graph graph =
        Weights.changed(block(RepKind.QAREPVGG), "block.bn.weight", (i, v) -> Math.abs(v) + 0.1);
    FoldRisk.Block one = forecast(graph);
    FoldRisk.Block thousand =
        forecast(Weights.changed(graph, "block.bn.weight", (i, v) -> 1024 * v));

    assertThat(one.branchDecibels()).isBetween(20.0, 60.0);
    assertThat(thousand.branchDecibels()).isCloseTo(one.branchDecibels(), within(1e-3));
    assertThat(thousand.cancellation()).isCloseTo(one.cancellation(), within(1e-3));
    for (int i = 0; i < 3; i++) {
      double largest = one.branches().get(i).largest();
      assertThat(thousand.branches().get(i).largest())
          .isCloseTo(1024 * largest, withPercentage(0.01));
    }
    assertThat(thousand.remedies()).doesNotContain(FoldRisk.Remedy.TRAIN_QAREPVGG);
    assertThat(forecast(Weights.changed(graph, "block.bn.running_mean", (i, v) -> 3000)).lostBits())
        .isGreaterThan(8);
  }

  @Test
  void weights_that_vanish_in_float16_do_not_fit() {
    FoldRisk.Block plain = forecast(block(RepKind.PLAIN));
    FoldRisk.Block tiny =
        forecast(Weights.changed(block(RepKind.PLAIN), "block.kxk.bn.weight", (i, v) -> 1e-6));

    assertThat(plain.halfProblem()).isEmpty();
    assertThat(tiny.overflows()).isFalse();
    assertThat(tiny.halfProblem().orElseThrow()).contains("below FLOAT16's smallest normal number");
    assertThat(tiny.remedies()).containsExactly(FoldRisk.Remedy.KEEP_IN_FP16);
  }

  /** The second block ignores the channel whose range spoils the scale of its input. */
  private static Graph spoiled() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.he(3));
    String x = b.input("x", 1, 3, 9, 7);
    String first = b.named("first").relu(b.scope("first").convBn(x, 8, Kernel.of(3), 1));
    b.output(b.named("second").batchNorm(b.scope("second").conv(first, 8, Kernel.of(3), 1)));
    Graph graph = b.build();
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    Tensor scale = initializers.get("first.bn.weight");
    double[] scales = scale.toDoubles();
    scales[0] = 2000;
    initializers.put("first.bn.weight", Tensor.ofDoubles(scale.type(), scales, 8));
    Tensor weight = initializers.get("second.conv.weight");
    double[] weights = weight.toDoubles();
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i / 9 % 8 == 0 ? 0 : weights[i];
    }
    initializers.put("second.conv.weight", Tensor.ofDoubles(weight.type(), weights, weight.dims()));
    return graph.toBuilder().replaceInitializers(initializers).build();
  }

  @Test
  void what_activations_cost_is_measured_and_no_forecast_tells() {
    Graph graph = spoiled();
    QuantizationOptions options =
        QuantizationOptions.of(QuantizationTarget.TENSORRT).withEqualization(false);
    List<FoldRisk.Block> blocks = FoldRisk.forecast(graph, FoldOptions.DEFAULT);
    FoldRisk.Block second = blocks.get(1);
    assertThat(second.target()).isEqualTo("second");
    assertThat(second.foldedDecibels()).isGreaterThan(35);
    assertThat(second.measured()).isEmpty();
    assertThat(second.remedies()).isEmpty();

    FoldRisk.Block measured = FoldRisk.measured(blocks, layers(graph, options), 0.99).get(1);
    assertThat(measured.measured().orElseThrow().own()).isLessThan(20);
    assertThat(measured.measured().orElseThrow().alone()).isLessThan(20);
    assertThat(measured.measured().orElseThrow().agreement()).isLessThan(0.999);
    assertThat(measured.remedies()).containsExactly(FoldRisk.Remedy.KEEP_IN_INT8);

    assertThat(measured.measured().orElseThrow().share()).isBetween(0.5, 1.0);
    FoldRisk.Block first = FoldRisk.measured(blocks, layers(graph, options), 0.99).get(0);
    assertThat(first.measured().orElseThrow().share())
        .isCloseTo(1 - measured.measured().orElseThrow().share(), within(1e-9));
    assertThat(first.remedies()).isEmpty();

    List<QuantizationReport.Layer> exact =
        layers(graph, options).stream().map(l -> withAgreement(l, 0.9999)).toList();
    assertThat(FoldRisk.measured(blocks, exact, 0.99)).allMatch(b -> b.remedies().isEmpty());

    QuantizationOptions kept = options.withExcluded(Set.of("second"));
    FoldRisk.Block float32 = FoldRisk.measured(blocks, layers(graph, kept), 0.99).get(1);
    assertThat(float32.measured().orElseThrow().agreement()).isNaN();
    assertThat(float32.remedies()).isEmpty();
  }

  private static QuantizationReport.Layer withAgreement(
      QuantizationReport.Layer layer, double agreement) {
    return new QuantizationReport.Layer(
        layer.name(),
        layer.type(),
        layer.quantized(),
        layer.because(),
        layer.scale(),
        layer.zeroPoint(),
        layer.decibels(),
        layer.alone(),
        agreement);
  }

  private static List<QuantizationReport.Layer> layers(Graph graph, QuantizationOptions options) {
    return Int8Conversion.measure(
        Folder.fold(graph).graph(),
        QuantizedGraphs.samples(3),
        options,
        Int8Conversion.Goal.of(graph, new Targets(1, 0.02, 25, 0.5)));
  }

  /** The outlier lies in every filter, so that scales for each channel do not help. */
  @Test
  void a_strong_identity_costs_int8_its_digits_and_the_form_of_the_block_is_the_remedy() {
    FoldRisk.Block plain = forecast(withIdentity(block(RepKind.REPVGG), 1, v -> 0.01));
    FoldRisk.Block strong = forecast(withIdentity(block(RepKind.REPVGG), 1, v -> 40));

    assertThat(plain.remedies()).isEmpty();
    assertThat(plain.foldedDecibels()).isGreaterThan(30);
    assertThat(plain.branchDecibels() - plain.foldedDecibels()).isLessThan(9);
    assertThat(strong.outlier()).isGreaterThan(2 * plain.outlier());
    assertThat(strong.branchDecibels() - strong.foldedDecibels()).isGreaterThan(12);
    assertThat(strong.equalizedDecibels()).isLessThan(strong.foldedDecibels() + 3);
    assertThat(strong.remedies()).contains(FoldRisk.Remedy.TRAIN_QAREPVGG);
  }

  @Test
  void tiny_variances_overflow_and_large_means_cancel() {
    FoldRisk.Block plain = forecast(block(RepKind.REPVGG));
    assertThat(plain.overflows()).isFalse();
    assertThat(plain.lostBits()).isLessThan(4);
    assertThat(plain.remedies()).doesNotContain(FoldRisk.Remedy.KEEP_IN_FP16);

    FoldRisk.Block far = forecast(withIdentity(block(RepKind.REPVGG), 3, v -> 3000));
    assertThat(far.lostBits()).isGreaterThan(8);
    assertThat(far.remedies()).contains(FoldRisk.Remedy.KEEP_IN_FP16);
    Graph tiny = withIdentity(withIdentity(block(RepKind.REPVGG), 4, v -> 0), 3, v -> 500);
    assertThat(forecast(tiny).overflows()).isTrue();
    assertThat(forecast(tiny).largest()).isGreaterThan(65504);
  }

  @Test
  void branches_that_cancel_are_seen() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    String x = b.input("x", 1, 4, 8, 8);
    String one = b.named("one").conv(x, 4, Kernel.of(3), 1);
    String other = b.named("other").conv(x, 4, Kernel.of(3), 1);
    b.output(b.relu(b.add(List.of(one, other))));
    Graph graph = b.build();
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    Tensor weight = initializers.get("one.weight");
    double[] negative = weight.toDoubles();
    for (int i = 0; i < negative.length; i++) {
      negative[i] = -0.99 * negative[i];
    }
    double alike = forecast(graph).cancellation();
    initializers.put("other.weight", Tensor.ofDoubles(weight.type(), negative, weight.dims()));
    FoldRisk.Block block = forecast(graph.toBuilder().replaceInitializers(initializers).build());

    assertThat(alike).isLessThan(3);
    assertThat(block.cancellation()).isBetween(100.0, 200.0);
    assertThat(block.branchDecibels()).isLessThan(block.foldedDecibels() - 20);
  }

  @Test
  void uneven_input_channels_ask_for_balance() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    String x = b.input("x", 1, 8, 8, 8);
    b.output(b.relu(b.named("c").convBn(x, 8, Kernel.of(3), 1)));
    Graph graph = b.build();
    String name =
        graph.nodes().stream()
            .filter(n -> n.op() instanceof Op.Conv)
            .map(n -> n.input(1))
            .findFirst()
            .orElseThrow();
    Tensor weight = graph.initializers().get(name);
    double[] uneven = weight.toDoubles();
    for (int i = 0; i < uneven.length; i++) {
      uneven[i] *= Math.pow(10, Math.floorDiv(i, 9) % 8 == 0 ? 0 : -2.5);
    }
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    initializers.put(name, Tensor.ofDoubles(weight.type(), uneven, weight.dims()));
    FoldRisk.Block block = forecast(graph.toBuilder().replaceInitializers(initializers).build());

    assertThat(block.equalizedDecibels()).isGreaterThan(30);
    assertThat(block.branches())
        .singleElement()
        .extracting(FoldRisk.Branch::kernel)
        .isEqualTo("3x3");
  }

  @Test
  void a_graph_without_blocks_has_no_risk() {
    assertThat(FoldRisk.forecast(QuantizedGraphs.chain(1), FoldOptions.DEFAULT)).isEmpty();
  }
}
