package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Difference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rep blocks stand where a pattern of names says, and fold to the plain network. */
class RepSitesTest {
  private static Graph graph(String type, Object repconv) {
    Map<String, Object> arguments = new LinkedHashMap<>(SmallNetworks.arguments(type));
    arguments.put("repconv", repconv);
    return Networks.build(type, arguments, 5, WeightSource.random(3)).graph();
  }

  private static Graph at(String type, String kind, Object where) {
    return graph(type, Map.of("kind", kind, "where", where));
  }

  /** Names of the convolutions in whose place there are blocks. */
  private static List<String> blocks(Graph graph, Graph plain) {
    TreeSet<String> gone = new TreeSet<>(plain.initializers().keySet());
    gone.removeAll(graph.initializers().keySet());
    return gone.stream()
        .filter(name -> name.endsWith(".weight"))
        .map(name -> name.substring(0, name.length() - ".weight".length()))
        .toList();
  }

  private static List<Op> convolutions(Graph graph) {
    return graph.nodes().stream().map(Node::op).filter(Op.Conv.class::isInstance).toList();
  }

  static Stream<Arguments> places() {
    return Stream.of(
        Arguments.of(
            "DeepLab",
            "dbb",
            "aspp.*",
            List.of("aspp.rate12.conv", "aspp.rate18.conv", "aspp.rate6.conv")),
        Arguments.of("UperNet", "acb", "fpn.*", List.of("fpn.conv")),
        Arguments.of(
            "PSPNet",
            "repvgg",
            "backbone.layer4.*",
            List.of(
                "backbone.layer4.0.conv1",
                "backbone.layer4.0.conv2",
                "backbone.layer4.1.conv1",
                "backbone.layer4.1.conv2")),
        Arguments.of(
            "DeepLabV3",
            "dbb4",
            List.of("*.layer4.1.*", "head.conv"),
            List.of("backbone.layer4.1.conv1", "backbone.layer4.1.conv2", "head.conv")),
        Arguments.of("SegNet", "dbb2", "logits", List.of("logits")),
        Arguments.of("FCN8", "acb", "head.conv6", List.of("head.conv6")));
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("places")
  void blocks_stand_where_names_fit_and_fold_to_the_plain_network(
      String type, String kind, Object where, List<String> expected) throws OrtException {
    Graph trained = at(type, kind, where);
    Graph plain = graph(type, "none");
    Graph folded = Folder.fold(trained).graph();
    Graph foldedPlain = Folder.fold(plain).graph();

    assertThat(blocks(trained, plain)).containsExactlyElementsOf(expected);
    assertThat(convolutions(folded)).containsExactlyInAnyOrderElementsOf(convolutions(foldedPlain));
    assertThat(folded.nodes()).hasSameSizeAs(foldedPlain.nodes());
    assertThat(Network.parameters(folded)).isEqualTo(Network.parameters(foldedPlain));
    NdArray image = OnnxRuns.image(1, 3, 64, 65);
    Map<String, NdArray> outputs = OnnxRuns.run(trained, image);
    OnnxRuns.run(folded, image)
        .forEach(
            (name, value) ->
                assertThat(Difference.ALL_FINITE.relative(outputs.get(name), value))
                    .as(name)
                    .isLessThan(1e-4));
  }

  @Test
  void a_dilation_stays_in_the_folded_block() {
    Graph folded = Folder.fold(at("PSPNet", "dbb3", "backbone.layer4.1.conv2")).graph();

    assertThat(convolutions(folded).stream().map(op -> ((Op.Conv) op).window().dilation(0)))
        .contains(4);
  }

  @Test
  void a_network_of_rep_blocks_has_its_own_kind_where_only_places_are_said() {
    Map<String, Object> where = Map.of("where", "head.*");
    assertThat(graph("RepDeepLab", where)).isEqualTo(at("RepDeepLab", "dbb", "head.*"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "DeepLab, asp.*, aspp.*",
    "DeepLab, aspp.rate7.conv, aspp.rate6.conv",
    "PSPNet, backbone.layer5.*, backbone.layer1.*",
    "UperNet, fpm.*, fpn.*"
  })
  void a_pattern_that_fits_nothing_is_refused_with_the_nearest(
      String type, String pattern, String nearest) {
    assertThatThrownBy(() -> at(type, "dbb", pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "arch.args of %s: repconv.where: no convolution of more than one tap is named '%s'; the nearest is '%s'",
            type, pattern, nearest);
  }

  @Test
  void mistakes_in_the_object_are_named() {
    assertThatThrownBy(() -> graph("DeepLab", Map.of("kind", "dbb", "were", "aspp.*")))
        .hasMessage(
            "arch.args of DeepLab: there is no 'repconv.were'; did you mean 'repconv.where'?");
    assertThatThrownBy(() -> graph("DeepLab", Map.of("kind", "ddb")))
        .hasMessageStartingWith(
            "arch.args of DeepLab: 'repconv.kind' must be one of none, plain, ");
    assertThatThrownBy(() -> graph("DeepLab", Map.of("kind", "dbb", "where", 3)))
        .hasMessage("arch.args of DeepLab: 'repconv.where' must be a list of texts, found 3");
    assertThatThrownBy(() -> graph("DeepLab", List.of("dbb")))
        .hasMessageStartingWith("arch.args of DeepLab: 'repconv' must be one of none, plain, ");
  }
}
