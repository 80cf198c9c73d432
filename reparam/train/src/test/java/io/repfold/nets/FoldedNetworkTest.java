package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import io.repfold.blocks.RepKind;
import io.repfold.fold.FoldOptions;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Difference;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small networks with the statistics of trained ones fold into plain ones that compute the same.
 */
class FoldedNetworkTest {
  private static Graph rep(String backbone, String kind, boolean innerRelu) {
    Map<String, Object> arguments =
        Map.of(
            "backbone", backbone,
            "repconv", kind,
            "repconv_backbone", true,
            "inner_relu", innerRelu,
            "base_channels", 4);
    return Networks.build("RepPSP", arguments, 5, WeightSource.random(3)).graph();
  }

  private static List<Op.Conv> convolutions(Graph graph) {
    return ops(graph).filter(op -> op instanceof Op.Conv).map(op -> (Op.Conv) op).toList();
  }

  private static Stream<Op> ops(Graph graph) {
    return graph.nodes().stream().map(Node::op);
  }

  private static void assertSame(Graph before, Graph after, NdArray image) {
    Map<String, NdArray> expected = new Interpreter(before).run(Map.of("image", image));
    Map<String, NdArray> actual = new Interpreter(after).run(Map.of("image", image));
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, value) ->
            assertThat(Difference.ALL_FINITE.relative(value, actual.get(name)))
                .as(name)
                .isLessThan(1e-5));
  }

  @ParameterizedTest
  @EnumSource(RepKind.class)
  void every_rep_site_becomes_the_plain_convolution(RepKind kind) throws OrtException {
    Graph trained = rep("resnet18", kind.id(), false);
    Graph folded = Folder.fold(trained).graph();

    List<Op.Conv> plain = convolutions(rep("resnet18", "plain", false));
    assertThat(convolutions(folded)).containsExactlyElementsOf(plain);
    assertThat(plain.stream().map(conv -> conv.window().dilation(0))).contains(1, 2, 4);
    assertThat(ops(folded)).noneMatch(op -> op instanceof Op.BatchNormalization);
    NdArray image = OnnxRuns.image(1, 3, 25, 39);
    assertSame(trained, folded, image);
    Map<String, NdArray> expected = OnnxRuns.run(trained, image);
    OnnxRuns.run(folded, image)
        .forEach(
            (name, value) ->
                assertThat(Difference.ALL_FINITE.relative(expected.get(name), value))
                    .isLessThan(1e-4));
  }

  @Test
  void bottlenecks_fold_too() {
    Graph trained = rep("resnet50", "dbb4", false);
    Graph folded = Folder.fold(trained).graph();

    assertThat(convolutions(folded))
        .containsExactlyElementsOf(convolutions(rep("resnet50", "none", false)));
    assertThat(ops(folded)).noneMatch(op -> op instanceof Op.BatchNormalization);
  }

  @Test
  void an_inner_relu_keeps_the_norm_behind_it() {
    Graph folded = Folder.fold(rep("resnet18", "repvgg", true)).graph();

    long sites = 2 * 8 + 2;
    assertThat(ops(folded).filter(op -> op instanceof Op.BatchNormalization)).hasSize((int) sites);
  }

  @Test
  void nothing_of_the_pooling_matrices_is_left_at_a_fixed_size() {
    Graph trained = rep("resnet18", "dbb", false);
    FoldOptions options =
        FoldOptions.DEFAULT.withShapes(Map.of("image", new long[] {1, 3, 49, 65}));
    Graph folded = Folder.fold(trained, options).graph();

    assertThat(new TreeSet<>(ops(folded).map(Op::type).toList()))
        .containsExactly(
            "Add", "Concat", "Conv", "GlobalAveragePool", "MatMul", "MaxPool", "Relu", "Resize");
    assertSame(trained, folded, OnnxRuns.image(1, 3, 49, 65));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "acb", "repvgg", "qarepvgg", "dbb4", "mobileone"})
  void a_classifier_of_rep_blocks_folds_to_a_chain(String kind) {
    Map<String, Object> arguments = Map.of("base_channels", 8, "repconv", kind);
    Graph trained = Networks.build("RepVGG-B1g2", arguments, 7, WeightSource.random(2)).graph();
    Graph folded = Folder.fold(trained).graph();

    assertThat(convolutions(folded)).hasSize(28);
    assertThat(folded.nodes()).hasSize(28 + 28 + 3);
    assertSame(trained, folded, OnnxRuns.image(2, 3, 41, 35));
  }

  static List<Map<String, Object>> segmentations() {
    return List.of(
        Map.of("backbone", "resnet18", "base_channels", 8),
        Map.of("backbone", "resnet34", "base_channels", 4, "contract_dilation", false),
        Map.of("backbone", "resnet50", "base_channels", 4, "in_channels", 1),
        Map.of(
            "backbone",
            "resnet18",
            "base_channels",
            4,
            "use_aux",
            false,
            "repconv",
            "dbb3",
            "align_corners_pyramid",
            false,
            "align_corners_logits",
            true));
  }

  @ParameterizedTest
  @MethodSource("segmentations")
  void a_runtime_gives_the_images_own_size(Map<String, Object> arguments) throws OrtException {
    Graph graph = Networks.build("RepPSP", arguments, 6, WeightSource.random(5)).graph();
    int channels = (Integer) arguments.getOrDefault("in_channels", 3);
    for (int batch = 1; batch <= 2; batch++) {
      NdArray image = OnnxRuns.image(batch, channels, 121, 135);
      Map<String, NdArray> outputs = OnnxRuns.run(graph, image);
      assertThat(outputs).hasSize(arguments.containsKey("use_aux") ? 1 : 2);
      for (NdArray output : outputs.values()) {
        assertThat(output.dims()).containsExactly(batch, 6, 121, 135);
      }
    }
    NdArray small = OnnxRuns.image(1, channels, 17, 30);
    Map<String, NdArray> expected = new Interpreter(graph).run(Map.of("image", small));
    OnnxRuns.run(graph, small)
        .forEach(
            (name, value) ->
                assertThat(Difference.ALL_FINITE.relative(expected.get(name), value))
                    .isLessThan(1e-4));
  }

  /** Below 32 pixels a side, five poolings leave no block of 2 x 2 whose maximum has a place. */
  @Test
  void a_runtime_refuses_an_image_that_is_too_small_to_unpool() throws OrtException {
    Graph graph =
        Networks.build("SegNet", Map.of("base_channels", 4), 6, WeightSource.random(5)).graph();

    assertThatThrownBy(() -> OnnxRuns.run(graph, OnnxRuns.image(1, 3, 9, 7)))
        .isInstanceOf(OrtException.class)
        .hasMessageContaining("pixels");
    assertThat(OnnxRuns.run(graph, OnnxRuns.image(1, 3, 33, 47)).get("logits").dims())
        .containsExactly(1, 6, 33, 47);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UNet", "UNetResnet", "ENet", "GCN", "UperNet", "DeepLab", "SegResNet"})
  void a_network_may_be_as_narrow_as_one_channel(String type) throws OrtException {
    Graph graph =
        Networks.build(type, Map.of("base_channels", 1), 2, WeightSource.random(5)).graph();

    assertThat(OnnxRuns.run(graph, OnnxRuns.image(1, 3, 33, 65)).get("logits").dims())
        .containsExactly(1, 2, 33, 65);
  }
}
