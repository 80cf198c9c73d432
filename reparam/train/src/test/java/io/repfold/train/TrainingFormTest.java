package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Tensors;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a file that came from elsewhere. */
class TrainingFormTest {
  private static final Op CONV = new Op.Conv(Kernel.of(1).window(), 1);
  private static final Op NORM = new Op.BatchNormalization(1e-5f, 0.9f, true);

  private Graph.Builder builder = new Graph.Builder("net");

  @BeforeEach
  void begin() {
    builder
        .input(Value.float32("x", 1, 2, 4, 4))
        .output(Value.float32("y", 1, 2, 4, 4))
        .initializer("w", Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2, 1, 1))
        .initializer("ones", Tensors.filled(1, 2))
        .initializer("zeros", Tensors.filled(0, 2));
  }

  private TrainingForm form() {
    return TrainingForm.of(builder.build());
  }

  private void node(Op op, List<String> inputs, String... outputs) {
    builder.node(new Node("", op, inputs, List.of(outputs)));
  }

  @Test
  void a_normalization_in_training_mode_becomes_one_of_inference_with_its_own_tensors() {
    node(CONV, List.of("x", "w"), "a");
    node(NORM, List.of("a", "ones", "zeros", "zeros", "ones"), "y", "mean", "variance");
    TrainingForm form = form();
    Node norm = form.graph().producer("y").orElseThrow();
    assertThat(norm.op()).isEqualTo(new Op.BatchNormalization(1e-5f, 0.9f, false));
    assertThat(norm.outputs()).containsExactly("y");
    assertThat(norm.inputs()).containsExactly("a", "ones", "zeros", "y/mean", "y/variance");
    assertThat(form.notes())
        .containsExactly(
            "Parted what the file stores once for several parameters, 2 tensors: y/variance,"
                + " y/mean");
  }

  @Test
  void statistics_that_are_read_stay() {
    builder.output(Value.float32("mean", 2));
    node(NORM, List.of("x", "ones", "zeros", "zeros", "ones"), "y", "mean", "variance");
    Node norm = form().graph().producer("y").orElseThrow();
    assertThat(norm.outputs()).containsExactly("y", "mean", "variance");
  }

  @Test
  void a_mask_of_dropout_goes_if_nothing_reads_it() {
    node(CONV, List.of("x", "w"), "a");
    node(new Op.Dropout(OptionalDouble.of(0.5)), List.of("a"), "y", "mask");
    assertThat(form().graph().producer("y").orElseThrow().outputs()).containsExactly("y");
  }

  @Test
  void weights_in_fewer_bits_are_widened_under_the_name_that_is_read() {
    Tensor half = Tensor.ofDoubles(ElementType.FLOAT16, new double[] {0.5, 1, -2, 0.1}, 2, 2, 1, 1);
    builder
        .initializer("half", half)
        .initializer(
            "bytes", Tensor.ofDoubles(ElementType.INT8, new double[] {3, -128, 0, 1}, 2, 2, 1, 1))
        .initializer("scale", Tensors.scalar(0.25f));
    node(new Op.Cast(ElementType.FLOAT), List.of("half"), "first");
    node(CONV, List.of("x", "first"), "a");
    builder.node(
        new Node(
            "",
            new Op.DequantizeLinear(1, java.util.Optional.empty()),
            List.of("bytes", "scale"),
            List.of("second")));
    node(CONV, List.of("a", "second"), "y");
    TrainingForm form = form();
    assertThat(form.graph().initializers())
        .containsOnlyKeys("first", "second")
        .containsEntry("first", Tensor.ofDoubles(ElementType.FLOAT, half.toDoubles(), 2, 2, 1, 1))
        .containsEntry("second", Tensor.ofFloats(new float[] {0.75f, -32, 0, 0.25f}, 2, 2, 1, 1));
    assertThat(form.notes())
        .contains("Widened to float32 what the file stores in fewer bits: first, second");
  }

  @Test
  void the_scores_before_a_head_are_trained() {
    node(CONV, List.of("x", "w"), "a");
    node(new Op.Softmax(1, false), List.of("a"), "y");
    TrainingForm form = form();
    assertThat(form.graph().outputs()).extracting(Value::name).containsExactly("a");
    assertThat(form.graph().nodes()).hasSize(1);
    assertThat(form.notes().get(0)).contains("scores 'a'", "Softmax 'y'", "export --head");
  }

  @Test
  void all_heads_go_and_what_hands_them_on() {
    node(CONV, List.of("x", "w"), "a");
    node(new Op.Cast(ElementType.FLOAT), List.of("a"), "b");
    node(new Op.Softmax(-3, false), List.of("b"), "c");
    node(new Op.Softmax(1, false), List.of("c"), "d");
    node(new Op.Identity(), List.of("d"), "y");
    builder.output(Value.float32("b", 1, 2, 4, 4));
    TrainingForm form = form();
    assertThat(form.graph().outputs()).extracting(Value::name).containsExactly("b");
    assertThat(form.notes().get(0)).contains("scores 'b'", "Softmax 'd', Softmax 'c'");
  }

  @Test
  void a_softmax_over_the_images_or_the_width_is_no_head() {
    for (int axis : List.of(0, -1, 3)) {
      builder = new Graph.Builder("net");
      begin();
      node(CONV, List.of("x", "w"), "a");
      node(new Op.Softmax(axis, false), List.of("a"), "y");
      TrainingForm form = form();
      assertThat(form.graph().outputs()).extracting(Value::name).containsExactly("y");
      assertThat(form.notes().get(0)).startsWith("The scores come out of Softmax 'y'");
    }
  }

  @Test
  void scores_behind_a_sigmoid_are_told() {
    node(CONV, List.of("x", "w"), "a");
    node(new Op.Unary(Op.Unary.Function.SIGMOID), List.of("a"), "y");
    assertThat(form().notes().get(0))
        .startsWith("The scores come out of Sigmoid 'y', and the losses take logits");
  }

  @Test
  void bounds_of_a_clip_that_may_be_parameters_can_learn() {
    builder
        .initializer("act.low", Tensors.scalar(-1))
        .initializer("act.high", Tensors.scalar(2))
        .initializer("val_6", Tensors.scalar(6));
    Op clip = new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty());
    node(CONV, List.of("x", "w"), "a");
    node(clip, List.of("a", "act.low", "act.high"), "b");
    node(clip, List.of("b", "", "act.high"), "c");
    node(clip, List.of("c", "act.low"), "d");
    node(clip, List.of("d", "", "val_6"), "y");
    TrainingForm form = form();
    assertThat(form.graph().nodes())
        .extracting(n -> n.op().type() + n.inputs())
        .containsExactly(
            "Conv[x, w]",
            "Max[a, act.low]",
            "Min[b/above, act.high]",
            "Min[b, act.high]",
            "Max[c, act.low]",
            "Clip[d, , val_6]");
    assertThat(form.notes().get(0)).startsWith("Max and Min stand for Clip");
  }

  @Test
  void weights_that_callers_may_replace_are_named() {
    builder.input(Value.float32("w", 2, 2, 1, 1));
    node(CONV, List.of("x", "w"), "y");
    assertThat(form().notes())
        .anyMatch(
            note -> note.contains("initializers that are inputs too") && note.endsWith(": w"));
  }

  @Test
  void a_momentum_that_moves_nothing_is_told() {
    node(CONV, List.of("x", "w"), "a");
    node(
        new Op.BatchNormalization(1e-5f, 1, false),
        List.of("a", "ones", "zeros", "zeros", "ones"),
        "y");
    assertThat(form().notes())
        .anyMatch(note -> note.contains("momentum is 1") && note.contains("'y'"));
  }

  @Test
  void a_network_without_normalizations_is_asked_about() {
    node(CONV, List.of("x", "w"), "y");
    assertThat(form().notes()).singleElement().asString().contains("no normalization");
  }

  @Test
  void what_layers_share_is_named() {
    node(CONV, List.of("x", "w"), "a");
    node(CONV, List.of("a", "w"), "y");
    assertThat(form().notes())
        .contains(
            "One parameter for several nodes, as of a module that is called more than once: w"
                + " (Conv 'a', Conv 'y')");
  }
}
