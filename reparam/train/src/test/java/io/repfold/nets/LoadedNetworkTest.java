package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.nets.LoadedNetwork.Request;
import io.repfold.weights.WeightsFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What a network takes of a file, and what it refuses. */
class LoadedNetworkTest {
  private static final Map<String, Object> SMALL = Map.of("base_channels", 2);

  private static final String DEPLOYED =
      "it holds a network in deploy form, in which they are folded. Give the weights as they were trained";

  /** A ResNet-18 of 5 classes by torchvision's names. */
  private static Map<String, Tensor> weights() {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    Networks.build("ResNet-18", SMALL, 5, WeightSource.everywhere(1))
        .graph()
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (tensor.type().isFloat()) {
                weights.put(name.replace("backbone.", "").replace("logits.", "fc."), tensor);
              }
            });
    return weights;
  }

  private static LoadedNetwork load(Map<String, Tensor> weights, boolean strict) {
    WeightsFile file = new WeightsFile(WeightsFile.Format.SAFETENSORS, weights, List.of());
    return LoadedNetwork.of(file, new Request("ResNet-18", SMALL, OptionalInt.empty(), strict));
  }

  @Test
  void classes_and_names_are_read_off_the_file() {
    LoadedNetwork loaded = load(weights(), true);

    assertThat(loaded.layout()).isEqualTo("torchvision and timm ResNet");
    assertThat(loaded.network().traits().classes()).isEqualTo(5);
    assertThat(loaded.taken()).isEqualTo(weights().size());
    assertThat(loaded.notes()).isEmpty();
  }

  @Test
  void a_layout_is_named_after_its_network() {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    Networks.build("RepViT-M0.9", Map.of("base_channels", 8), 5, WeightSource.everywhere(1))
        .graph()
        .initializers()
        .forEach((name, tensor) -> weights.put(name.replace("backbone.", ""), tensor));
    WeightsFile file = new WeightsFile(WeightsFile.Format.SAFETENSORS, weights, List.of());
    Request request =
        new Request("RepViT-M0.9", Map.of("base_channels", 8), OptionalInt.empty(), false);

    assertThat(LoadedNetwork.of(file, request).layout()).isEqualTo("timm RepViT");
  }

  @Test
  void two_tensors_of_one_name_are_refused() {
    Map<String, Tensor> weights = weights();
    weights.put("backbone.conv1.weight", Tensor.ofFloats(new float[294], 2, 3, 7, 7));

    for (boolean strict : new boolean[] {true, false}) {
      assertThatThrownBy(() -> load(weights, strict))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'backbone.conv1.weight' could be each of 2 tensors of the file")
          .hasMessageContaining("'conv1.weight', 'backbone.conv1.weight'");
    }
  }

  @Test
  void a_network_inside_a_module_is_found_there() {
    Map<String, Tensor> wrapped = new LinkedHashMap<>();
    weights().forEach((name, tensor) -> wrapped.put("net.model." + name, tensor));

    LoadedNetwork loaded = load(wrapped, true);
    assertThat(loaded.layout()).isEqualTo("torchvision and timm ResNet behind 'net.model.'");
    assertThat(loaded.taken()).isEqualTo(wrapped.size());
    wrapped.put("criterion.weight", Tensor.ofFloats(new float[5], 5));
    assertThatThrownBy(() -> load(wrapped, true))
        .hasMessageContaining("The network has no 1 of the file: criterion.weight");
    assertThat(load(wrapped, false).taken()).isEqualTo(weights().size());
  }

  @Test
  void two_networks_in_one_file_are_not_taken_for_one() {
    Map<String, Tensor> both = new LinkedHashMap<>();
    weights().forEach((name, tensor) -> both.put("student." + name, tensor));
    weights().forEach((name, tensor) -> both.put("teacher." + name, tensor));

    assertThatThrownBy(() -> load(both, true)).hasMessageContaining("The network has no 204");
  }

  @Test
  void without_a_classifier_nothing_tells_the_number_of_classes() {
    Map<String, Tensor> weights = weights();
    weights.keySet().removeIf(name -> name.startsWith("fc."));

    assertThatThrownBy(() -> load(weights, true))
        .hasMessageStartingWith("ResNet-18 does not fit the file, read as ")
        .hasMessageContaining("The file lacks 2: logits.weight, logits.bias");
    assertThatThrownBy(() -> load(weights, false))
        .hasMessageContaining("tell the number of classes; give Request.classes");
  }

  @Test
  void a_deployed_network_is_told_from_one_of_other_names() {
    Map<String, Tensor> weights = weights();
    weights.keySet().removeIf(name -> name.contains("bn") || name.contains("downsample.1"));

    assertThatThrownBy(() -> load(weights, true)).hasMessageEndingWith(DEPLOYED);
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    weights()
        .forEach(
            (name, tensor) ->
                renamed.put(name.replace(".", "_.").replace("running", "moving"), tensor));
    assertThatThrownBy(() -> load(renamed, true)).message().doesNotContain("deploy");
  }
}
