package io.repfold.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.graph.Window;
import io.repfold.nets.Networks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HierarchyTest {
  private static final Op RELU = new Op.Unary(Op.Unary.Function.RELU);

  private static ModelPicture network(String type, int classes) {
    return ModelPicture.of(type, graph(type, classes));
  }

  private static Graph graph(String type, int classes) {
    return Networks.build(type, Map.of(), classes, WeightSource.everywhere(0.5)).graph();
  }

  @ParameterizedTest
  @CsvSource({
    "/layer3/layer3.2/conv2/Conv, layer3 2 conv2 Conv",
    "backbone.layer3.2.conv2, backbone layer3 2 conv2",
    "/model.24/m.0/Conv, model 24 m 0 Conv",
    "/features/features.0/features.0.1/Relu, features 0 1 Relu",
    "/Flatten, Flatten",
    "Conv_12, Conv_12",
    "a//b, a b",
  })
  void names_are_split_into_scopes(String name, String words) {
    assertThat(ScopeNames.split(name)).containsExactly(words.split(" "));
  }

  @Test
  void a_resnet_50_reads_as_3_4_6_and_3_bottlenecks() {
    ModelPicture picture = network("ResNet-50", 1000);

    assertThat(top(picture)).contains("image", "backbone", "global_average_pool", "logits");
    assertThat(parts(picture, "backbone"))
        .containsExactly(
            "conv1", "bn1", "relu", "max_pool", "layer1", "layer2", "layer3", "layer4");
    assertThat(stages(picture, "layer1", "layer2", "layer3", "layer4"))
        .containsExactly(
            "layer1: 3, 2 equal", "layer2: 4, 3 equal", "layer3: 6, 5 equal", "layer4: 3, 2 equal");
  }

  @Test
  void a_resnet_50_without_names_reads_the_same() {
    Graph graph = graph("ResNet-50", 1000);

    ModelPicture picture = ModelPicture.of("nameless", nameless(graph));

    assertThat(stages(picture, "stage 1", "stage 2", "stage 3", "stage 4"))
        .containsExactly(
            "stage 1: 3, 2 equal",
            "stage 2: 4, 3 equal",
            "stage 3: 6, 5 equal",
            "stage 4: 3, 2 equal");
  }

  @Test
  void a_reppsp_reads_as_backbone_pyramid_and_heads() {
    assertThat(top(network("RepPSP", 21)))
        .containsExactly(
            "image",
            "backbone",
            "pyramid",
            "head",
            "logits",
            "auxiliary_head",
            "auxiliary",
            "logits",
            "auxiliary");
  }

  /** Older exports number their nodes; the weights alone tell where they lie. */
  @Test
  void nodes_without_scopes_lie_where_their_weights_say_or_with_what_they_read() {
    Graph.Builder graph = new Graph.Builder("g").input(Value.float32("x", 1, 2, 4, 4));
    String at = "x";
    for (int block = 0; block < 2; block++) {
      String first = conv(graph, at, "layer1." + block + ".conv1.weight", block * 10 + 1);
      String second = conv(graph, first, "layer1." + block + ".conv2.weight", block * 10 + 2);
      String sum = "" + (block * 10 + 3);
      graph.node(
          new Node(
              "Add_" + sum,
              new Op.Binary(Op.Binary.Function.ADD),
              List.of(second, at),
              List.of(sum)));
      at = "" + (block * 10 + 4);
      graph.node(new Node("Relu_" + at, RELU, List.of(sum), List.of(at)));
    }
    Graph whole = graph.output(Value.float32(at, 1, 2, 4, 4)).build();

    ModelPicture picture = ModelPicture.of("g", whole);

    assertThat(parts(picture, "layer1")).containsExactly("0", "1");
    assertThat(parts(picture, "0")).containsExactly("conv1", "conv2", "Add_3", "Relu_4");
    assertThat(stages(picture, "layer1")).containsExactly("layer1: 2, 2 equal");
  }

  private static String conv(Graph.Builder graph, String from, String weight, int number) {
    graph.initializer(weight, Tensor.ofFloats(new float[4], 2, 2, 1, 1));
    Op op = new Op.Conv(Window.DEFAULT, 1);
    graph.node(new Node("Conv_" + number, op, List.of(from, weight), List.of("" + number)));
    return "" + number;
  }

  @Test
  void weights_that_identity_hands_on_have_no_box() {
    Graph graph =
        new Graph.Builder("g")
            .input(Value.float32("x", 2))
            .initializer("w", Tensor.ofFloats(new float[] {1, 2}, 2))
            .node(new Node("i", new Op.Identity(), List.of("w"), List.of("same")))
            .node(new Op.Binary(Op.Binary.Function.ADD), List.of("x", "same"), "y")
            .output(Value.float32("y", 2))
            .build();

    ModelPicture picture = ModelPicture.of("g", graph);

    assertThat(picture.entries()).extracting(Entry::op).containsExactly("input", "Add", "output");
    assertThat(picture.constants().tensors(graph.nodes().get(1))).hasSize(1);
  }

  @Test
  void blocks_with_another_attribute_are_not_equal() {
    Graph graph = chain("b.0.a", "b.0.b", "b.1.a", "b.1.b");
    assertThat(stages(ModelPicture.of("g", graph), "b")).containsExactly("b: 2, 2 equal");

    List<Node> nodes = new ArrayList<>(graph.nodes());
    Node last = nodes.get(3);
    nodes.set(3, new Node(last.name(), new Op.LeakyRelu(0.3f), last.inputs(), last.outputs()));
    Graph other = graph.toBuilder().replaceNodes(nodes).build();
    assertThat(stages(ModelPicture.of("g", other), "b")).containsExactly("b: 2, none equal");
  }

  @Test
  void a_thousand_scopes_in_each_other_are_joined() {
    String[] names = new String[1000];
    StringBuilder scope = new StringBuilder();
    for (int i = 0; i < names.length; i++) {
      names[i] = scope + "relu";
      scope.append('s').append(i).append('/');
    }

    ModelPicture picture = ModelPicture.of("deep", chain(names));

    int deepest =
        Stream.iterate(0, i -> i < picture.entries().size(), i -> i + 1)
            .mapToInt(i -> picture.hierarchy().way(i).size())
            .max()
            .orElse(0);
    assertThat(deepest).isEqualTo(ScopeNames.DEEPEST + 2);
    assertThat(picture.entries()).hasSize(1002);
  }

  private static Graph chain(String... names) {
    Graph.Builder graph = new Graph.Builder("g").input(Value.float32("x", 4));
    String at = "x";
    for (String name : names) {
      graph.node(new Node(name, RELU, List.of(at), List.of(name)));
      at = name;
    }
    return graph.output(Value.float32(at, 4)).build();
  }

  private static Graph nameless(Graph graph) {
    Map<String, String> names = new HashMap<>();
    Map<String, Tensor> weights = new LinkedHashMap<>();
    graph.initializers().forEach((name, w) -> weights.put(renamed(names, name), w));
    graph.inputs().forEach(input -> names.put(input.name(), input.name()));
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      nodes.add(
          new Node(
              "",
              node.op(),
              node.inputs().stream().map(v -> names.getOrDefault(v, v)).toList(),
              node.outputs().stream().map(v -> renamed(names, v)).toList()));
    }
    return graph.toBuilder()
        .replaceInitializers(weights)
        .replaceNodes(nodes)
        .replaceDeclared(Map.of())
        .replaceOutputs(
            graph.outputs().stream()
                .map(v -> new Value(names.getOrDefault(v.name(), ""), v.type(), v.shape()))
                .toList())
        .build();
  }

  private static String renamed(Map<String, String> names, String name) {
    return names.computeIfAbsent(name, n -> "v" + names.size());
  }

  private static List<String> top(ModelPicture picture) {
    return picture.hierarchy().root().items().stream().map(picture.hierarchy()::name).toList();
  }

  private static Hierarchy.Scope scope(ModelPicture picture, String name) {
    return picture.hierarchy().scopes().stream()
        .filter(scope -> scope.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> parts(ModelPicture picture, String name) {
    return scope(picture, name).items().stream().map(picture.hierarchy()::name).toList();
  }

  private static List<String> stages(ModelPicture picture, String... names) {
    List<String> stages = new ArrayList<>();
    for (String name : names) {
      Hierarchy.Scope scope = scope(picture, name);
      List<EqualParts.Run> runs =
          picture.equal().runs(picture.hierarchy(), scope, picture.level(scope));
      String equal = runs.isEmpty() ? "none" : "" + runs.get(0).count();
      stages.add("%s: %d, %s equal".formatted(name, scope.items().size(), equal));
    }
    return stages;
  }
}
