package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.onnxruntime.OrtException;
import io.repfold.djl.GraphBlock;
import io.repfold.djl.GraphBlockOptions;
import io.repfold.fold.FoldOptions;
import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Difference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks for phones and real time compute the same in the trainer, a runtime and folded. */
@Tag("slow")
class LightweightNetworksTest {
  /** Of each kind the smallest, and those whose parts differ. */
  static List<String> types() {
    return List.of(
        "MobileOne-S0",
        "MobileOne-S4",
        "RepViT-M0.9",
        "MobileNetV3-Large",
        "LRASPP",
        "DeepLabV3-MobileNetV3",
        "PP-LiteSeg-T",
        "PP-LiteSeg-B",
        "BiSeNetV2");
  }

  private static Graph small(String type, Map<String, Object> more) {
    Map<String, Object> arguments = new HashMap<>(SmallNetworks.arguments(type));
    arguments.putAll(more);
    return Networks.build(type, arguments, 5, WeightSource.random(4)).graph();
  }

  private static void assertAgrees(Map<String, NdArray> expected, Map<String, NdArray> actual) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, value) ->
            assertThat(Difference.ALL_FINITE.relative(value, actual.get(name)))
                .as(name)
                .isLessThan(1e-4));
  }

  private static void assertFolds(Graph trained) throws OrtException {
    Graph folded = Folder.fold(trained).graph();
    assertThat(folded.nodes()).noneMatch(node -> node.op() instanceof Op.BatchNormalization);
    for (NdArray image : List.of(OnnxRuns.image(1, 3, 64, 96), OnnxRuns.image(2, 3, 41, 35))) {
      Map<String, NdArray> expected = OnnxRuns.run(trained, image);
      assertAgrees(expected, DjlRuns.run(trained, image));
      assertAgrees(expected, OnnxRuns.run(folded, image));
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void all_engines_agree_before_and_after_the_fold(String type) throws OrtException {
    assertFolds(small(type, Map.of()));
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "MobileOne-S1, dbb",
    "RepViT-M0.9, repvgg",
    "LRASPP, mobileone",
    "DeepLabV3-MobileNetV3, dbb",
    "PP-LiteSeg-T, repvgg",
    "BiSeNetV2, acb"
  })
  void rep_forms_fold_to_as_many_convolutions_as_the_plain_network(String type, String kind)
      throws OrtException {
    Map<String, Object> backbone =
        type.contains("LRASPP") || type.contains("V3")
            ? Map.of("repconv_backbone", true)
            : Map.of();
    Map<String, Object> arguments = new HashMap<>(backbone);
    arguments.put("repconv", kind);
    Graph rep = small(type, arguments);
    arguments.put("repconv", "none");
    Graph plain = small(type, arguments);

    assertThat(convolutions(rep)).isGreaterThan(convolutions(plain));
    assertThat(convolutions(Folder.fold(rep).graph()))
        .isEqualTo(convolutions(Folder.fold(plain).graph()));
    assertFolds(rep);
  }

  private static long convolutions(Graph graph) {
    return graph.nodes().stream().filter(node -> node.op() instanceof Op.Conv).count();
  }

  @Test
  void the_two_heads_of_repvit_become_one_layer() {
    Graph folded = Folder.fold(small("RepViT-M0.9", Map.of())).graph();
    assertThat(folded.nodes().stream().filter(node -> node.op() instanceof Op.Gemm)).hasSize(1);
    assertThat(folded.nodes().get(folded.nodes().size() - 1).op()).isInstanceOf(Op.Gemm.class);
  }

  /** So that the files of others can be read after few changes of names. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "MobileOne-S4, backbone.stages.2.10.attn.fc1.weight, 56 x 896 x 1 x 1",
    "MobileOne-S0, backbone.stages.0.1.kxk3.conv.weight, 48 x 48 x 1 x 1",
    "RepViT-M0.9, backbone.stages.1.downsample.spatial_downsample.c.weight, 48 x 1 x 3 x 3",
    "RepViT-M0.9, backbone.stages.0.blocks.0.token_mixer.conv1.bias, 48",
    "RepViT-M0.9, head.head_dist.l.weight, 21 x 384",
    "MobileNetV3-Large, backbone.4.block.2.fc1.weight, 24 x 72 x 1 x 1",
    "LRASPP, backbone.13.block.1.0.weight, 672 x 1 x 5 x 5",
    "LRASPP, classifier.low_classifier.weight, 21 x 40 x 1 x 1",
    "PP-LiteSeg-T, backbone.features.2.avd_layer.0.weight, 128 x 1 x 3 x 3",
    "PP-LiteSeg-B, ppseg_head.arm_list.1.conv_xy_atten.0.conv.weight, 2 x 4 x 3 x 3",
    "BiSeNetV2, backbone.segment.S5_4.0.dwconv1.0.weight, 384 x 1 x 3 x 3",
    "BiSeNetV2, bga.left1.2.weight, 128 x 128 x 1 x 1"
  })
  void parameters_are_named_as_their_publishers_name_them(String type, String name, String dims) {
    Graph graph = Networks.build(type, Map.of(), 21, WeightSource.everywhere(0.5)).graph();
    assertThat(graph.initializers()).containsKey(name);
    String found =
        Arrays.stream(graph.initializers().get(name).dims())
            .mapToObj(Long::toString)
            .collect(Collectors.joining(" x "));
    assertThat(found).isEqualTo(dims);
  }

  @ParameterizedTest
  @MethodSource("types")
  void every_parameter_learns(String type) {
    Network network =
        Networks.build(type, SmallNetworks.arguments(type), 5, Networks.initialWeights(type, 3));
    try (NDManager manager = NDManager.newBaseManager(Device.cpu());
        GraphBlock block = GraphBlock.of(network.graph(), GraphBlockOptions.DEFAULT)) {
      assertThat(block.trainable().stream().map(Parameter::getName))
          .containsExactlyInAnyOrderElementsOf(Network.learnt(network.graph()).keySet());
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray image = DjlRuns.array(manager, OnnxRuns.image(2, 3, 64, 96));
        NDArray loss = manager.create(0f);
        for (NDArray output : block.forward(new NDList(image), true)) {
          loss = loss.add(output.square().mean());
        }
        collector.backward(loss);
      }
      for (Parameter parameter : block.trainable()) {
        try (NDArray gradient = parameter.getArray().getGradient()) {
          for (float value : gradient.toFloatArray()) {
            if (!Float.isFinite(value)) {
              fail("The gradient of '%s' holds %s", parameter.getName(), value);
            }
          }
        }
      }
    }
  }

  /** As timm counts them for 1000 classes, in training and after its reparameterization. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "S0, 5293272, 2078504",
    "S1, 4825192, 4764840",
    "S2, 7884648, 7808168",
    "S3, 10170600, 10078312",
    "S4, 14951248, 14838352"
  })
  void mobileone_has_the_parameters_of_its_variant(String variant, long trained, long deployed) {
    Graph graph =
        Networks.build("MobileOne-" + variant, Map.of(), 1000, WeightSource.everywhere(0.5))
            .graph();
    FoldReport report = Folder.plan(graph, FoldOptions.DEFAULT);

    assertThat(Network.parameters(graph)).isEqualTo(trained);
    assertThat(report.after().parameters()).isEqualTo(deployed);
    assertThat(report.after().batchNormalizations()).isZero();
  }

  /** As timm counts them; each GELU has three numbers of its own, as it is written out. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "M0.9, 5489328, 5067056",
    "M1.0, 7302796, 6810312",
    "M1.1, 8802912, 8244312",
    "M1.5, 14644432, 14049992",
    "M2.3, 23688792, 22926792"
  })
  void repvit_has_the_parameters_of_its_variant(String variant, long trained, long deployed) {
    Graph graph =
        Networks.build("RepViT-" + variant, Map.of(), 1000, WeightSource.everywhere(0.5)).graph();
    FoldReport report = Folder.plan(graph, FoldOptions.DEFAULT);

    assertThat(Network.parameters(graph)).isEqualTo(trained);
    assertThat(report.after().parameters() - 3 * gelus(graph)).isEqualTo(deployed);
    assertThat(report.after().batchNormalizations()).isZero();
  }

  private static long gelus(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.op().equals(new Op.Unary(Op.Unary.Function.ERF)))
        .count();
  }
}
