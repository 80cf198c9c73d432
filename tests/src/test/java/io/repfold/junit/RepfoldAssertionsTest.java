package io.repfold.junit;

import static io.repfold.junit.RepfoldAssertions.assertEquivalent;
import static io.repfold.junit.RepfoldAssertions.assertFolded;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.check.Tolerance;
import io.repfold.fold.FoldOptions;
import io.repfold.fold.Folder;
import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Layers;
import io.repfold.kit.Nets;
import io.repfold.kit.Weights;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.EngineException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepfoldAssertionsTest {
  private static final Shape FIXED = Shape.of(1, 4, 9, 7);

  @TempDir private Path folder;

  /** The graph with all weights of its last convolution a little larger. */
  private static Graph withWrongWeight(Graph graph) {
    String weight = graph.nodes().get(graph.nodes().size() - 1).input(1);
    return Weights.changed(graph, weight, (i, value) -> 1.01 * value);
  }

  private Path write(String name, Graph graph) {
    Path file = folder.resolve(name);
    OnnxModel.of(graph).write(file);
    return file;
  }

  @Test
  void a_model_and_its_fold_are_equivalent() {
    Graph graph = Nets.repVgg("x", FIXED);
    Path model = write("model.onnx", graph);
    Path folded = write("folded.onnx", Folder.fold(graph).graph());

    assertThatCode(() -> assertEquivalent(model, folded)).doesNotThrowAnyException();
  }

  @Test
  void inputs_without_an_element_prove_nothing() {
    Shape open = new Shape(List.of(new Dim.Symbol("N"), Dim.of(3)));
    Graph relu =
        new Graph.Builder("relu")
            .input(new Value("x", Optional.of(ElementType.FLOAT), Optional.of(open)))
            .node(Layers.RELU, List.of("x"), "y")
            .output(new Value("y", Optional.of(ElementType.FLOAT), Optional.of(open)))
            .build();
    Path model = write("relu.onnx", relu);
    EquivalenceOptions empty = EquivalenceOptions.DEFAULT.withShape("x", 0, 3);

    assertThatThrownBy(() -> assertEquivalent(model, model, empty))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("nothing was compared");
  }

  @Test
  void a_wrong_fold_is_not_equivalent_and_the_message_names_the_output() {
    Graph graph = Nets.repVgg("x", FIXED);
    Path model = write("model.onnx", graph);
    Path wrong = write("wrong.onnx", withWrongWeight(Folder.fold(graph).graph()));

    assertThatThrownBy(() -> assertEquivalent(model, wrong))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll("wrong.onnx", "model.onnx", graph.outputs().get(0).name());
  }

  @Test
  void the_tolerance_is_the_given_one() {
    Graph graph = Nets.repVgg("x", FIXED);
    Path model = write("model.onnx", graph);
    Path wrong = write("wrong.onnx", withWrongWeight(Folder.fold(graph).graph()));

    EquivalenceOptions loose = EquivalenceOptions.DEFAULT.withTolerance(new Tolerance(0.05, 0));

    assertThatCode(() -> assertEquivalent(model, wrong, loose)).doesNotThrowAnyException();
  }

  @Test
  void sizes_that_are_open_are_tried_out_or_given() {
    Graph graph =
        Nets.repVgg("x", new Shape(List.of(new Dim.Symbol("N"), Dim.of(4), Dim.of(9), Dim.of(7))));
    Path model = write("model.onnx", graph);
    Path folded = write("folded.onnx", Folder.fold(graph).graph());
    Path wrong = write("wrong.onnx", withWrongWeight(Folder.fold(graph).graph()));

    assertThatCode(() -> assertEquivalent(model, folded)).doesNotThrowAnyException();
    assertThatThrownBy(() -> assertEquivalent(model, wrong)).isInstanceOf(AssertionError.class);
    assertThatCode(
            () ->
                assertEquivalent(
                    model,
                    folded,
                    EquivalenceOptions.DEFAULT
                        .withShape("x", 2, 4, 9, 7)
                        .withSamples(2)
                        .withSeed(5)))
        .doesNotThrowAnyException();
  }

  @Test
  void other_inputs_are_a_difference() {
    Path model = write("model.onnx", Nets.repVgg("x", FIXED));
    Path renamed = write("renamed.onnx", Nets.repVgg("image", FIXED));

    assertThatThrownBy(() -> assertEquivalent(model, renamed))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("it takes inputs [image], the other one [x]");
  }

  @Test
  void a_missing_file_is_no_difference() {
    Path model = write("model.onnx", Nets.repVgg("x", FIXED));

    assertThatThrownBy(() -> assertEquivalent(model, folder.resolve("nowhere.onnx")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("nowhere.onnx");
  }

  @Test
  void a_folded_model_is_folded() {
    Path folded = write("folded.onnx", Folder.fold(Nets.repVgg("x", FIXED)).graph());

    assertThatCode(() -> assertFolded(folded)).doesNotThrowAnyException();
  }

  @Test
  void a_model_in_train_form_is_not_folded_and_the_message_names_every_region() {
    Graph graph = Nets.repVgg("x", FIXED);
    Path model = write("model.onnx", graph);
    List<String> regions =
        Folder.fold(graph).report().folded().stream().map(region -> region.target()).toList();

    assertThatThrownBy(() -> assertFolded(model))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("model.onnx")
        .hasMessageContainingAll(regions.toArray(String[]::new));
  }

  @Test
  void a_model_whose_weights_callers_may_override_is_not_folded() {
    Graph folded = Folder.fold(Nets.repVgg("x", FIXED)).graph();
    Graph.Builder listed = folded.toBuilder();
    folded
        .initializers()
        .forEach((name, t) -> listed.input(Value.of(name, t.type(), Shape.of(t.dims()))));
    Path model = write("model.onnx", listed.build());

    assertThatThrownBy(() -> assertFolded(model))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll("callers may override", "withConstantWeights");
  }

  @Test
  void what_counts_as_folded_depends_on_the_options() {
    GraphBuilder b = new GraphBuilder("growing", WeightSource.random(3));
    String x = b.input("x", 1, 4, 9, 7);
    Kernel dilated = Kernel.of(3).withDilation(2);
    b.output(b.add(List.of(b.conv(x, 4, dilated, 1), b.conv(x, 4, Kernel.of(3), 1))));
    Path model = write("model.onnx", b.build());

    assertThatCode(() -> assertFolded(model)).doesNotThrowAnyException();
    assertThatThrownBy(() -> assertFolded(model, FoldOptions.DEFAULT.withGrowth(10)))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void a_comparison_without_samples_is_refused() {
    assertThatThrownBy(() -> EquivalenceOptions.DEFAULT.withSamples(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 1000 samples, not 0");
  }
}
