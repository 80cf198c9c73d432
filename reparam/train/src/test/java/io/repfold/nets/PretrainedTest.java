package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.onnx.OnnxModel;
import io.repfold.weights.WeightsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainedTest {
  @TempDir Path folder;

  private static Graph build(long seed, Object pretrained, int baseChannels) {
    Map<String, Object> arguments =
        Map.of("backbone", "resnet18", "base_channels", baseChannels, "pretrained", pretrained);
    return Networks.build("PSPNet", arguments, 4, WeightSource.random(seed)).graph();
  }

  private String write(Graph graph) {
    Path file = folder.resolve("trained.onnx");
    OnnxModel.of(graph).write(file);
    return file.toString();
  }

  /** The same graph with other names for its initializers. */
  private static Graph bare(Graph graph) {
    Map<String, Tensor> kept = new LinkedHashMap<>();
    graph.initializers().forEach((name, tensor) -> kept.put(name.replace("backbone.", ""), tensor));
    return new Graph.Builder("weights").replaceInitializers(kept).build();
  }

  @Test
  void the_backbone_is_the_files_and_the_rest_is_not() {
    Graph trained = build(1, false, 4);
    for (String file : new String[] {write(trained), write(bare(trained))}) {
      Graph graph = build(2, file, 4);
      Graph random = build(2, false, 4);
      graph
          .initializers()
          .forEach(
              (name, tensor) -> {
                Graph origin = name.startsWith("backbone.") ? trained : random;
                assertThat(tensor).as(name).isEqualTo(origin.initializers().get(name));
              });
    }
  }

  /** As an exporter writes it that stores equal tensors once. */
  private static Graph merged(Graph graph) {
    Map<Tensor, String> first = new HashMap<>();
    Map<String, Tensor> kept = new LinkedHashMap<>();
    List<Node> nodes = new ArrayList<>();
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              String owner = first.putIfAbsent(tensor, name);
              if (owner == null) {
                kept.put(name, tensor);
              } else {
                nodes.add(new Node("", new Op.Identity(), List.of(owner), List.of(name)));
              }
            });
    nodes.addAll(graph.nodes());
    return graph.toBuilder().replaceInitializers(kept).replaceNodes(nodes).build();
  }

  @Test
  void what_a_file_stores_once_is_found_under_all_its_names() {
    Map<String, Object> arguments = Map.of("backbone", "resnet18", "base_channels", 4);
    Graph fresh = Networks.build("PSPNet", arguments, 4, WeightSource.he(1)).graph();
    Graph merged = merged(fresh);
    assertThat(merged.initializers()).hasSizeLessThan(fresh.initializers().size() / 2);
    Graph graph = build(2, write(merged), 4);
    graph.initializers().keySet().stream()
        .filter(name -> name.startsWith("backbone."))
        .forEach(
            name ->
                assertThat(graph.initializers().get(name))
                    .as(name)
                    .isEqualTo(fresh.initializers().get(name)));
  }

  @Test
  void a_file_with_two_tensors_for_one_parameter_is_refused() {
    Graph trained = build(1, false, 4);
    Map<String, Tensor> both = new LinkedHashMap<>(trained.initializers());
    both.putAll(bare(build(2, false, 4)).initializers());
    Graph graph = new Graph.Builder("weights").replaceInitializers(both).build();

    assertThatThrownBy(() -> build(3, write(graph), 4))
        .hasMessageContaining("has both 'backbone.")
        .hasMessageContaining("they differ; save it again with one of them");
  }

  /** As PyTorch's DataParallel names them, without the backbone's prefix. */
  @Test
  void a_file_of_another_framework_gives_the_same() throws IOException {
    Graph trained = build(1, false, 4);
    Map<String, Tensor> named = new LinkedHashMap<>();
    bare(trained).initializers().forEach((name, tensor) -> named.put("module." + name, tensor));
    Path file = folder.resolve("trained");
    WeightsFile.writeSafetensors(file, named);

    assertThat(build(2, file.toString(), 4)).isEqualTo(build(2, write(trained), 4));
  }

  @Test
  void a_file_that_cannot_be_read_is_refused_as_an_argument() throws IOException {
    Path file = Files.writeString(folder.resolve("notes.pth"), "Weights come later");
    assertThatThrownBy(() -> build(2, file.toString(), 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("arch.args.pretrained: " + file + ": is no file of weights");
    Path empty = folder.resolve("empty");
    WeightsFile.writeSafetensors(empty, Map.of());
    assertThatThrownBy(() -> build(2, empty.toString(), 4))
        .hasMessageContaining("empty' holds no tensors; give a file of a trained network");
  }

  @Test
  void another_backbone_is_refused() {
    String wider = write(build(1, false, 8));
    assertThatThrownBy(() -> build(2, wider, 4))
        .hasMessageContaining("'backbone.conv1.weight' of '" + wider + "' is FLOAT[8, 3, 7, 7]")
        .hasMessageContaining("shape [4, 3, 7, 7]; give a file with the same backbone");
  }

  @Test
  void a_folded_file_has_no_norms() {
    String folded = write(Folder.fold(build(1, false, 4)).graph());
    assertThatThrownBy(() -> build(2, folded, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("it must hold the same backbone in training form");
  }
}
