package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.fold.FoldOptions;
import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The published networks have the published numbers of parameters, to the last. */
class ParameterCountsTest {
  private static final WeightSource WEIGHTS = WeightSource.everywhere(0.5);

  /** The channels of RepPSP's two Rep blocks on a bottleneck backbone. */
  private static final int REP_CHANNELS = 512 + 512;

  private static Graph graph(String type, Map<String, Object> arguments, int classes) {
    return Networks.build(type, arguments, classes, WEIGHTS).graph();
  }

  private static long folded(Graph graph) {
    return Folder.plan(graph, FoldOptions.DEFAULT).after().parameters();
  }

  private static long normalizedChannels(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof Op.BatchNormalization)
        .mapToLong(node -> graph.initializers().get(node.input(1)).size())
        .sum();
  }

  @ParameterizedTest
  @CsvSource({
    "resnet50, 51446762, 23631808, 4730389",
    "resnet101, 70438890, 42623936, 4730389",
    "resnet152, 86082538, 58267584, 4730389"
  })
  void pspnet_has_what_its_parts_have(String backbone, long all, long backbones, long auxiliary) {
    Graph graph = graph("PSPNet", Map.of("backbone", backbone), 21);
    Graph main = graph("PSPNet", Map.of("backbone", backbone, "use_aux", false), 21);

    assertThat(Network.parameters(graph)).isEqualTo(all);
    assertThat(all - Network.parameters(main)).isEqualTo(auxiliary);
    assertThat(inBackbone(graph)).isEqualTo(backbones);
    assertThat(folded(graph)).isEqualTo(all - normalizedChannels(graph));
  }

  private static long inBackbone(Graph graph) {
    return Network.learnt(graph).entrySet().stream()
        .filter(e -> e.getKey().startsWith("backbone."))
        .mapToLong(e -> e.getValue().size())
        .sum();
  }

  /** The published deploy form keeps the batch normalization behind each block; ours does not. */
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "resnet50, acb, 67181546, 51447786",
    "resnet50, dbb, 98128874, 51447786",
    "resnet50, dbb2, 95503338, 51447786",
    "resnet50, dbb3, 95503338, 51447786",
    "resnet50, dbb4, 98128874, 51447786",
    "resnet50, repvgg, 54072298, 51447786",
    "resnet50, qarepvgg, 54070250, 51447786",
    "resnet101, acb, 86173674, 70439914",
    "resnet101, dbb, 117121002, 70439914",
    "resnet101, dbb2, 114495466, 70439914",
    "resnet101, dbb3, 114495466, 70439914",
    "resnet101, dbb4, 117121002, 70439914",
    "resnet101, repvgg, 73064426, 70439914",
    "resnet101, qarepvgg, 73062378, 70439914",
    "resnet152, acb, 101817322, 86083562",
    "resnet152, dbb, 132764650, 86083562",
    "resnet152, dbb2, 130139114, 86083562",
    "resnet152, repvgg, 88708074, 86083562",
    "resnet152, qarepvgg, 88706026, 86083562"
  })
  void reppsp_folds_to_pspnet(String backbone, String kind, long trained, long deployed) {
    Graph graph = graph("RepPSP", Map.of("backbone", backbone, "repconv", kind), 21);
    Graph plain = graph("PSPNet", Map.of("backbone", backbone), 21);

    assertThat(Network.parameters(graph)).isEqualTo(trained);
    assertThat(folded(graph) + normalizedChannels(plain) + REP_CHANNELS).isEqualTo(deployed);
  }

  @Test
  void a_rep_block_is_dbb_unless_told_otherwise() {
    assertThat(Network.parameters(graph("RepPSP", Map.of(), 21))).isEqualTo(98_128_874);
    assertThat(Network.parameters(graph("PSPNet", Map.of("repconv", "acb"), 21)))
        .isEqualTo(67_181_546);
  }

  /** As timm counts them for 1000 classes. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "A0, 9108968, 8309384",
    "A1, 14092264, 12789864",
    "A2, 28210600, 25499944",
    "B0, 15817960, 14339048",
    "B1, 57415016, 51829480",
    "B1g2, 45782376, 41360104",
    "B1g4, 39966056, 36125416",
    "B2, 89022376, 80315112",
    "B2g2, 70846376, 63956712",
    "B2g4, 61758376, 55777512",
    "B3, 123085288, 110960872",
    "B3g2, 96911848, 87404776",
    "B3g4, 83825128, 75626728"
  })
  void repvgg_has_the_parameters_of_its_variant(String variant, long trained, long deployed) {
    Graph graph = graph("RepVGG-" + variant, Map.of(), 1000);
    FoldReport report = Folder.plan(graph, FoldOptions.DEFAULT);

    assertThat(Network.parameters(graph)).isEqualTo(trained);
    assertThat(report.after().parameters()).isEqualTo(deployed);
    assertThat(report.after().batchNormalizations()).isZero();
  }
}
