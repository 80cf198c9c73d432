package io.repfold.precision;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.fold.FoldOptions;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    initializers.computeIfPresent(
        norm.input(input),
        (name, old) ->
            Tensor.ofDoubles(
                old.type(),
                java.util.Arrays.stream(old.toDoubles()).map(change).toArray(),
                old.dims()));
    return graph.toBuilder().replaceInitializers(initializers).build();
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
    assertThat(plain.remedies()).doesNotContain(FoldRisk.Remedy.KEEP_FLOAT32);

    FoldRisk.Block far = forecast(withIdentity(block(RepKind.REPVGG), 3, v -> 3000));
    assertThat(far.lostBits()).isGreaterThan(8);
    assertThat(far.remedies()).contains(FoldRisk.Remedy.KEEP_FLOAT32);
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
