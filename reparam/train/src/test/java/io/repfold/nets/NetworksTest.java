package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NetworksTest {
  private static final WeightSource HALVES = WeightSource.everywhere(0.5);

  private static Network small(String type, Object... arguments) {
    Map<String, Object> all = SmallNetworks.arguments(type);
    for (int i = 0; i < arguments.length; i += 2) {
      all.put((String) arguments[i], arguments[i + 1]);
    }
    return Networks.build(type, all, 4, Networks.initialWeights(type, 7));
  }

  static Stream<String> types() {
    return Networks.types().stream();
  }

  @ParameterizedTest
  @MethodSource("types")
  void every_type_keeps_the_contract(String type) {
    Network network = small(type);
    Graph graph = network.graph();
    NetworkMetadata traits = network.traits();

    assertThat(traits.architecture()).isEqualTo(type);
    assertThat(graph.inputs())
        .extracting(Value::toString)
        .containsExactly("image: FLOAT[N, 3, H, W]");
    assertThat(graph.outputs().get(0).name()).isEqualTo("logits");
    assertThat(graph.outputs().stream().skip(1).map(Value::name))
        .containsExactlyElementsOf(traits.auxiliaryOutput().stream().toList());
    assertThat(Network.learnt(graph).keySet().stream().filter(traits::isBackbone)).isNotEmpty();
    assertThat(Network.learnt(graph).keySet().stream().filter(n -> !traits.isBackbone(n)))
        .isNotEmpty();
    Set<String> dropouts = traits.channelDropouts();
    assertThat(graph.nodes().stream().filter(n -> n.op() instanceof Op.Dropout).map(Node::name))
        .containsAll(dropouts);
  }

  @Test
  void outputs_have_the_images_size_or_are_scores() {
    assertThat(small("RepPSP").graph().outputs())
        .extracting(Value::toString)
        .containsExactly("logits: FLOAT[N, 4, H, W]", "auxiliary: FLOAT[N, 4, H, W]");
    assertThat(small("RepVGG-A0").graph().outputs())
        .extracting(Value::toString)
        .containsExactly("logits: FLOAT[N, 4]");
  }

  @Test
  void the_first_block_of_a_dilated_stage_has_half_its_dilation_as_published() {
    assertThat(dilations(small("PSPNet").graph())).containsExactly(1, 2, 2, 2, 2, 4, 4, 4);
    assertThat(dilations(small("PSPNet", "contract_dilation", false).graph()))
        .containsExactly(2, 2, 2, 2, 4, 4, 4, 4);
  }

  private static List<Integer> dilations(Graph graph) {
    return graph.nodes().stream()
        .filter(n -> n.name().matches("backbone\\.layer[34]\\.\\d\\.conv[12]"))
        .map(n -> ((Op.Conv) n.op()).window().dilation(0))
        .toList();
  }

  @Test
  void each_resize_has_its_coordinates() {
    assertThat(coordinates(small("PSPNet").graph()))
        .containsExactly(
            "align_corners",
            "align_corners",
            "align_corners",
            "align_corners",
            "half_pixel",
            "half_pixel");
    Graph other =
        small("PSPNet", "align_corners_pyramid", false, "align_corners_logits", true).graph();
    assertThat(coordinates(other))
        .containsExactly(
            "half_pixel",
            "half_pixel",
            "half_pixel",
            "half_pixel",
            "align_corners",
            "align_corners");
  }

  private static List<String> coordinates(Graph graph) {
    return graph.nodes().stream()
        .filter(n -> n.op() instanceof Op.Resize)
        .map(n -> ((Op.Resize) n.op()).coordinates())
        .toList();
  }

  @Test
  void what_a_run_freezes_is_told_and_changes_no_graph() {
    Network frozen = small("RepPSP", "freeze_bn", true, "freeze_backbone", true);
    assertThat(frozen.freezing()).isEqualTo(new Network.Freezing(true, true));
    assertThat(small("RepPSP").freezing()).isEqualTo(Network.Freezing.NOTHING);
    assertThat(frozen.graph()).isEqualTo(small("RepPSP").graph());
  }

  @Test
  void fixed_averages_are_not_learnt() {
    Graph graph = small("RepPSP", "repconv_backbone", true).graph();
    List<Node> averages =
        graph.nodes().stream().filter(n -> n.name().endsWith("average.average")).toList();
    assertThat(averages).hasSize(7);
    assertThat(averages)
        .allSatisfy(
            n ->
                assertThat(graph.producer(n.input(1)).orElseThrow().op())
                    .isInstanceOf(Op.Constant.class));
  }

  @Test
  void initial_values_are_those_of_the_published_network() {
    Map<String, Tensor> weights = small("RepPSP").graph().initializers();
    assertThat(variance(weights.get("backbone.layer4.0.conv1.weight")))
        .isCloseTo(2.0 / (64 * 9), within(2e-4));
    assertThat(variance(weights.get("head.conv.kxk.conv.weight")))
        .isCloseTo(2.0 / (128 * 9), within(1e-4));
    assertThat(weights.get("backbone.bn1.bias").toDoubles()).containsOnly(0);
    assertThat(weights.get("head.bn.bias").toDoubles()).containsOnly((float) 1e-4);
    assertThat(weights.get("head.bn.weight").toDoubles()).containsOnly(1);
    double[] identity = weights.get("head.conv.sequence.conv.weight").toDoubles();
    assertThat(Arrays.stream(identity).sum()).isEqualTo(128);
    for (int i = 0; i < 128; i++) {
      assertThat(identity[129 * i]).isEqualTo(1);
    }
    assertThat(small("RepPSP").graph()).isEqualTo(small("RepPSP").graph());
  }

  private static double variance(Tensor tensor) {
    return Arrays.stream(tensor.toDoubles()).map(v -> v * v).average().orElseThrow();
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of("RepPsp", Map.of(), "arch.type: there is no 'RepPsp'; did you mean 'RepPSP'?"),
        Arguments.of(
            "PSPNet",
            Map.of("bakbone", "resnet50"),
            "arch.args of PSPNet: there is no 'bakbone'; did you mean 'backbone'?"),
        Arguments.of(
            "PSPNet",
            Map.of("backbone", "resnet51"),
            "arch.args of PSPNet: 'backbone' must be one of resnet18, resnet34, resnet50, resnet101, resnet152, found \"resnet51\"; did you mean 'resnet50'?"),
        Arguments.of(
            "RepPSP",
            Map.of("repconv", "ddb"),
            "arch.args of RepPSP: 'repconv' must be one of none, plain, "),
        Arguments.of(
            "RepPSP",
            Map.of("freeze_bn", "yes"),
            "arch.args of RepPSP: 'freeze_bn' must be true or false, found \"yes\""),
        Arguments.of(
            "RepPSP",
            Map.of("in_channels", 0),
            "arch.args of RepPSP: 'in_channels' must be a whole number from 1 to 65536, found 0"),
        Arguments.of(
            "RepPSP",
            Map.of("dropout", 1),
            "arch.args of RepPSP: 'dropout' must be a number from 0 to below 1, found 1"),
        Arguments.of(
            "RepPSP",
            Map.of("inner_relu", true),
            "arch.args of RepPSP: 'inner_relu' must be left out where repconv is 'dbb': only the block kind 'repvgg'"),
        Arguments.of(
            "PSPNet",
            Map.of("pretrained", true),
            "arch.args of PSPNet: 'pretrained' must be the path of a local file of weights or false, as"),
        Arguments.of(
            "PSPNet", Map.of("pretrained", "no.onnx"), "arch.args.pretrained: there is no file"),
        Arguments.of(
            "RepVGG-A0",
            Map.of("backbone", "resnet18"),
            "arch.args of RepVGG-A0: 'backbone' must be left out (--set arch.args.backbone=null), as all layers of RepVGG-A0 are its own, found \"resnet18\""),
        Arguments.of(
            "PSPNet",
            Map.of("base_channels", 65_536),
            "arch.args of PSPNet: a layer of these widths has more than 2,147,483,647 weights; take fewer channels, by base_channels and the like"),
        Arguments.of(
            "FCN8",
            Map.of("backbone", "resnet50"),
            "arch.args of FCN8: 'backbone' must be left out (--set arch.args.backbone=null), as all layers of FCN8 are its own, found \"resnet50\""),
        Arguments.of(
            "PSPDenseNet",
            Map.of("backbone", "resnet50"),
            "arch.args of PSPDenseNet: 'backbone' must be one of densenet121, densenet161, densenet169, densenet201, found \"resnet50\""),
        Arguments.of(
            "DeepLab_DUC_HDC",
            Map.of("output_stride", 16),
            "arch.args of DeepLab_DUC_HDC: 'output_stride' must be 8, as its channels become just as many pixels, found 16"),
        Arguments.of(
            "RepDUCHDC",
            Map.of("backbone", "resnet50", "multi_grid", List.of(1, 2, 4)),
            "arch.args of RepDUCHDC: 'multi_grid' must be left out, as 'bigger' chooses the dilations, found [1, 2, 4]"),
        Arguments.of(
            "SegResNet",
            Map.of("output_stride", 8),
            "arch.args of SegResNet: 'output_stride' must be 32, as its decoder doubles the map that often, found 8"),
        Arguments.of(
            "SegResNet",
            Map.of("stem", "deep"),
            "arch.args of SegResNet: 'stem' must be 7x7, or deep with a stem_width of half of base_channels, so that the decoder has as many channels, found \"deep\""),
        Arguments.of(
            "GCN",
            Map.of("output_stride", 8, "use_deconv", true),
            "arch.args of GCN: 'output_stride' must be 32, as 'use_deconv' doubles the map of each stage, found 8"),
        Arguments.of(
            "PSPNet",
            Map.of("bins", List.of(2, 2)),
            "arch.args of PSPNet: 'bins' must be a list of different numbers, as each names a branch, found [2, 2]"),
        Arguments.of(
            "DeepLabV3",
            Map.of("rates", List.of(6, 6)),
            "arch.args of DeepLabV3: 'rates' must be a list of different numbers, as each names a branch, found [6, 6]"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void a_mistake_is_named_with_what_was_meant(
      String type, Map<String, Object> arguments, String message) {
    assertThatThrownBy(() -> Networks.build(type, arguments, 2, HALVES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void there_is_at_least_one_class() {
    assertThatThrownBy(() -> Networks.build("PSPNet", Map.of(), 0, HALVES))
        .hasMessage("PSPNet: a network has at least 1 class, got 0");
  }

  @Test
  void traits_survive_in_metadata() {
    NetworkMetadata all = small("RepPSP").traits();
    assertThat(all.channelDropouts()).hasSize(2);
    NetworkMetadata few = NetworkMetadata.of("other", 3);
    assertThat(NetworkMetadata.fromMetadata(all.toMetadata())).contains(all);
    assertThat(NetworkMetadata.fromMetadata(few.toMetadata())).contains(few);
    assertThat(NetworkMetadata.fromMetadata(Map.of("author", "somebody"))).isEmpty();
    assertThat(few.isBackbone("backbone.x")).isFalse();
    assertThatThrownBy(() -> NetworkMetadata.fromMetadata(Map.of("repfold.architecture", "PSPNet")))
        .hasMessageStartingWith(
            "Metadata 'repfold.classes' must be a number of classes, got 'null'");
  }

  @Test
  void traits_without_an_auxiliary_output_name_none() {
    assertThat(small("PSPNet", "use_aux", false).traits().auxiliaryOutput())
        .isEqualTo(Optional.empty());
  }
}
