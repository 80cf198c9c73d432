package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.repfold.nets.Network;
import io.repfold.nets.Networks;
import io.repfold.onnx.OnnxModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterGroupsTest {
  /** Every trainable parameter in exactly one group, or it would not learn, or learn twice. */
  @ParameterizedTest
  @CsvSource({"PSPNet, true", "PSPNet, false", "RepPSP, true", "RepLite, true", "RepVGG-A0, true"})
  void every_parameter_is_in_exactly_one_group(String type, boolean differential) {
    Map<String, Object> arguments =
        type.contains("PSP") ? Map.of("backbone", "resnet18") : Map.of();
    Network network = Networks.build(type, arguments, 5, Networks.initialWeights(type, 1));
    NetworkSource source =
        new NetworkSource(OnnxModel.of(network.graph()), network.traits(), network.freezing());
    try (LearningNetwork learning = new LearningNetwork(source, TrainConfig.Learning.DEFAULT)) {
      List<ParameterGroup> groups =
          ParameterGroups.of(learning.trainable(), network.traits(), differential, 1e-4);

      List<String> names = new ArrayList<>();
      groups.forEach(group -> names.addAll(group.parameters().keySet()));
      assertThat(names)
          .doesNotHaveDuplicates()
          .containsExactlyInAnyOrderElementsOf(learning.trainable().keySet());
      assertThat(learning.trainableNumbers()).isEqualTo(network.parameters());
    }
  }

  @Test
  void the_backbone_has_a_tenth_of_the_rate() {
    NetworkSource source = source();
    try (LearningNetwork learning = new LearningNetwork(source, TrainConfig.Learning.DEFAULT)) {
      List<ParameterGroup> groups =
          ParameterGroups.of(learning.trainable(), source.traits(), true, 1e-4);

      assertThat(groups).extracting(ParameterGroup::name).containsExactly("head", "backbone");
      assertThat(groups).extracting(ParameterGroup::rateFactor).containsExactly(1.0, 0.1);
      assertThat(groups).extracting(ParameterGroup::weightDecay).containsOnly(1e-4);
      assertThat(groups.get(1).parameters().keySet())
          .isNotEmpty()
          .allMatch(name -> name.startsWith("backbone."));
    }
  }

  @Test
  void without_a_head_or_a_backbone_there_is_one_group() {
    NetworkSource source = source();
    try (LearningNetwork learning = new LearningNetwork(source, TrainConfig.Learning.DEFAULT)) {
      Map<String, NDArray> backbone = new LinkedHashMap<>(learning.trainable());
      backbone.keySet().removeIf(name -> !name.startsWith("backbone."));

      List<ParameterGroup> groups = ParameterGroups.of(backbone, source.traits(), true, 0);

      assertThat(groups).hasSize(1);
      assertThat(groups.get(0).rateFactor()).isEqualTo(1);
    }
  }

  private static NetworkSource source() {
    OnnxModel model = TinyRun.network();
    return new NetworkSource(
        model,
        io.repfold.nets.NetworkMetadata.fromMetadata(model.metadata()).orElseThrow(),
        Network.Freezing.NOTHING);
  }
}
