package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run may start from. */
class NetworkSourceTest {
  @TempDir private Path folder;

  private NetworkSource of(String... overrides) {
    return NetworkSource.of(TinyRun.config(folder, overrides), 3, Optional.empty());
  }

  private NetworkSource source(Consumer<GraphBuilder> author, String... overrides) {
    GraphBuilder b = new GraphBuilder("theirs", WeightSource.he(1));
    author.accept(b);
    Path file = folder.resolve("theirs.onnx");
    OnnxModel.of(b.build()).write(file);
    List<String> all = new ArrayList<>(List.of("start_from=" + file));
    all.addAll(List.of(overrides));
    return of(all.toArray(new String[0]));
  }

  @Test
  void a_strangers_model_is_taken_with_any_batch() {
    NetworkSource source =
        source(b -> b.output(b.conv(b.input("x", 1, 3, 8, 8), 3, Kernel.of(3), 1)));

    Graph graph = source.graph();
    assertThat(graph.inputs().get(0).shape().orElseThrow().dims())
        .containsExactly(new Dim.Symbol("N"), Dim.of(3), Dim.of(8), Dim.of(8));
    assertThat(source.traits().classes()).isEqualTo(3);
    assertThat(source.traits().backbonePrefix()).isEmpty();
  }

  @Test
  void weights_that_callers_may_override_learn_only_if_they_are_asked_for() {
    Consumer<GraphBuilder> network =
        b -> b.output(b.conv(b.input("x", 1, 3, 8, 8), 3, Kernel.of(3), 1));
    Path file = folder.resolve("overridable.onnx");
    GraphBuilder b = new GraphBuilder("theirs", WeightSource.he(1));
    network.accept(b);
    Graph plain = b.build();
    Graph.Builder listed = plain.toBuilder();
    plain
        .initializers()
        .forEach((name, t) -> listed.input(Value.of(name, t.type(), Shape.of(t.dims()))));
    OnnxModel.of(listed.build()).write(file);
    int weights = plain.initializers().size();

    NetworkSource kept = of("start_from=" + file);
    NetworkSource taken = of("start_from=" + file, "train.constant_weights=true");

    assertThat(kept.graph().optionalInputs()).hasSize(weights);
    assertThat(kept.notes())
        .anyMatch(
            note ->
                note.startsWith("%d of %d initializers are inputs too".formatted(weights, weights))
                    && note.contains("train.constant_weights"));
    assertThat(taken.graph().optionalInputs()).isEmpty();
    assertThat(taken.notes()).noneMatch(note -> note.contains("inputs too"));
    assertThat(taken.graph().initializers()).isEqualTo(plain.initializers());
  }

  @Test
  void the_number_of_classes_must_be_that_of_the_data() {
    assertThatThrownBy(
            () -> source(b -> b.output(b.conv(b.input("x", 1, 3, 8, 8), 4, Kernel.of(1), 1))))
        .hasMessageContaining("theirs.onnx: tells 4 classes apart, and the data have 3")
        .hasMessageContaining("--head new");
  }

  @Test
  void a_new_head_has_the_classes_of_the_data_before_a_softmax() {
    NetworkSource source =
        source(
            b -> {
              String scores = b.named("c").biasedConv(b.input("x", 1, 3, 8, 8), 4, Kernel.of(1), 1);
              b.output(b.op("p", new Op.Softmax(1, false), List.of(scores), 4));
            },
            "head=new");

    assertThat(source.traits().classes()).isEqualTo(3);
    assertThat(source.graph().initializers().get("c.weight").dims()).containsExactly(3, 3, 1, 1);
    assertThat(source.notes())
        .contains("Starts anew, for 3 classes in place of 4: c.weight [3, 3, 1, 1], c.bias [3]");
  }

  @Test
  void probabilities_give_way_to_the_scores_before_them() {
    NetworkSource source =
        source(
            b -> {
              String scores = b.conv(b.input("x", 1, 3, 8, 8), 3, Kernel.of(1), 1);
              b.output(b.op("p", new Op.Softmax(1, false), List.of(scores), 3));
            });
    assertThat(source.graph().nodes()).hasSize(1);
    assertThat(source.notes()).anyMatch(note -> note.contains("Softmax"));
  }

  private static void withTwoOutputs(GraphBuilder b) {
    String x = b.input("x", 1, 3, 8, 8);
    b.output(b.named("main").conv(x, 3, Kernel.of(3), 1));
    b.output(b.named("aux").conv(x, 3, Kernel.of(1), 1));
  }

  @Test
  void an_output_without_a_loss_is_named_and_can_have_one() {
    NetworkSource source = source(NetworkSourceTest::withTwoOutputs);
    String aux = source.graph().outputs().get(1).name();
    assertThat(source.notes()).anyMatch(note -> note.startsWith("The loss leaves out " + aux));
    NetworkSource both = source(NetworkSourceTest::withTwoOutputs, "train.auxiliary_output=" + aux);
    assertThat(both.traits().auxiliaryOutput()).contains(aux);
    assertThat(both.notes()).noneMatch(note -> note.contains("leaves out"));
    assertThatThrownBy(
            () -> source(NetworkSourceTest::withTwoOutputs, "train.auxiliary_output=other"))
        .hasMessageContaining("has no output 'other' beside the first; it has " + aux);
  }

  @Test
  void images_have_three_channels() {
    assertThatThrownBy(
            () -> source(b -> b.output(b.conv(b.input("x", 1, 1, 8, 8), 3, Kernel.of(1), 1))))
        .hasMessageContaining("input 'x' must be images [N, 3, H, W], found [1, 1, 8, 8]");
  }

  @Test
  void there_is_one_input() {
    assertThatThrownBy(
            () ->
                source(
                    b -> {
                      String x = b.input("x", 1, 3, 8, 8);
                      b.output(b.add(List.of(x, b.input("y", 1, 3, 8, 8))));
                    }))
        .hasMessageContaining("has 2 inputs");
  }
}
