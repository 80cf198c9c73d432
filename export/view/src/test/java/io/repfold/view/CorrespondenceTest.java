package io.repfold.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Tensor;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.fold.FoldFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorrespondenceTest {
  private static final ModelFile TRAINED = ModelFile.read(ModelViewTest.TRAINED);

  @TempDir private Path folder;

  private static List<Correspondence.Link> links(Graph left, Graph right) {
    return Correspondence.of(ModelPicture.of("left", left), ModelPicture.of("right", right));
  }

  private static List<String> names(List<Integer> entries, ModelPicture picture) {
    return entries.stream().map(entry -> picture.entries().get(entry).name()).toList();
  }

  private Path folded() {
    Path folded = folder.resolve("folded.onnx");
    FoldFile.of(TRAINED).withoutComparison().to(folded, Steps.UNHEARD);
    return folded;
  }

  @Test
  void what_was_folded_is_told_node_by_node() {
    ModelPicture left = ModelPicture.of("left", TRAINED.graph());
    ModelPicture right = ModelPicture.of("right", ModelFile.read(folded()).graph());

    List<Correspondence.Link> folded =
        Correspondence.of(left, right).stream()
            .filter(link -> link.kind() == Correspondence.Kind.BECAME)
            .toList();

    assertThat(folded).hasSize(3);
    assertThat(names(folded.get(1).left(), left))
        .contains("body.kxk.conv", "body.pointwise.conv", "body.identity.bn", "body.add")
        .noneMatch(name -> name.startsWith("stem") || name.startsWith("relu"));
    assertThat(folded)
        .allSatisfy(
            link -> assertThat(right.entries().get(link.right().get(0)).op()).isEqualTo("Conv"));
  }

  @Test
  void the_page_says_that_it_is_the_fold_and_why_the_rest_was_left_alone() {
    Path folded = folded();
    String page = ModelView.of(TRAINED, Map.of()).beside(ModelFile.read(folded), Map.of()).page();

    assertThat(ModelViewTest.data(page).flag("fold")).isTrue();
    assertThat(ModelViewTest.data(page).optional("leftAlone").orElseThrow().names()).isNotEmpty();

    String same = ModelView.of(TRAINED, Map.of()).beside(TRAINED, Map.of()).page();
    assertThat(ModelViewTest.data(same).flag("fold")).isFalse();
  }

  @Test
  void the_fold_is_divided_as_the_original() {
    ModelPicture left = ModelPicture.of("left", TRAINED.graph());
    ModelFile folded = ModelFile.read(folded());

    ModelPicture alone = ModelPicture.of(folded, Map.of(), Optional.empty());
    ModelPicture right = ModelPicture.of(folded, Map.of(), Optional.of(left));

    assertThat(top(alone)).startsWith("image", "stem/kxk", "body/kxk", "wide/kxk");
    assertThat(top(right))
        .startsWith("image", "stem/conv", "relu", "body/conv", "relu_2", "wide/conv", "relu_3");
  }

  private static List<String> top(ModelPicture picture) {
    return picture.hierarchy().root().items().stream().map(picture.hierarchy()::name).toList();
  }

  @Test
  void a_model_beside_itself_is_the_same() {
    assertThat(links(TRAINED.graph(), TRAINED.graph()))
        .isNotEmpty()
        .allMatch(link -> link.kind() == Correspondence.Kind.SAME);
  }

  @Test
  void other_weights_are_noted_with_their_difference() {
    Graph graph = TRAINED.graph();
    Map<String, Tensor> weights = new LinkedHashMap<>(graph.initializers());
    Tensor weight = weights.get("body.kxk.conv.weight");
    double[] values = weight.toDoubles();
    values[3] += 0.5;
    weights.put("body.kxk.conv.weight", Tensor.ofDoubles(weight.type(), values, weight.dims()));

    List<Correspondence.Link> changed =
        links(graph, graph.toBuilder().replaceInitializers(weights).build()).stream()
            .filter(link -> link.kind() != Correspondence.Kind.SAME)
            .toList();

    assertThat(changed).hasSize(1);
    assertThat(changed.get(0).kind()).isEqualTo(Correspondence.Kind.CHANGED);
    assertThat(changed.get(0).notes())
        .containsExactly("body.kxk.conv.weight: the largest difference is 0.500");
  }

  @Test
  void where_no_name_agrees_the_order_of_ops_tells() {
    Graph graph = TRAINED.graph();
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      nodes.add(
          new Node(
              node.name(),
              node.op(),
              node.inputs().stream().map(v -> renamed(graph, v)).toList(),
              node.outputs().stream().map(v -> renamed(graph, v)).toList()));
    }
    Graph renamed = graph.toBuilder().replaceDeclared(Map.of()).replaceNodes(nodes).build();

    List<Correspondence.Link> links = links(graph, renamed);

    assertThat(links)
        .hasSize(Entry.of(graph, Constants.of(graph)).size())
        .allMatch(link -> link.kind() == Correspondence.Kind.SAME)
        .allMatch(link -> link.left().equals(link.right()));
  }

  private static String renamed(Graph graph, String value) {
    boolean inner = graph.producer(value).isPresent() && !graph.isOutput(value);
    return inner ? "other." + value : value;
  }
}
