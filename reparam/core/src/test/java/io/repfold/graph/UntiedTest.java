package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.kit.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class UntiedTest {
  private static final Tensor KERNEL = random(1, 4, 4, 1, 1);
  private static final Tensor OTHER_KERNEL = random(2, 4, 4, 1, 1);
  private static final Tensor ONES = Tensor.ofFloats(new float[] {1, 1, 1, 1}, 4);
  private static final Tensor ZEROS = Tensor.ofFloats(new float[4], 4);
  private static final Op CONV =
      new Op.Conv(Window.of(List.of(1, 1), List.of(), List.of(0, 0, 0, 0)), 1);
  private static final Op NORM = new Op.BatchNormalization(1e-5f, 0.9f, false);

  private final Graph.Builder builder =
      new Graph.Builder("g")
          .input(Value.float32("x", 1, 4, 2, 2))
          .output(Value.float32("y", 1, 4, 2, 2))
          .initializer("ones", ONES)
          .initializer("zeros", ZEROS)
          .initializer("kernel", KERNEL)
          .initializer("other", OTHER_KERNEL);

  private static Tensor random(long seed, long... dims) {
    return Tensors.random(new SplittableRandom(seed), 1, dims);
  }

  private void conv(String y, String x, String... weights) {
    node(CONV, y, x, weights);
  }

  private void norm(String y, String x, String... tensors) {
    node(NORM, y, x, tensors);
  }

  private void node(Op op, String y, String x, String... tensors) {
    List<String> inputs = new ArrayList<>(List.of(x));
    inputs.addAll(List.of(tensors));
    builder.node(op, inputs, y);
  }

  private void identity(String y, String x) {
    builder.node(new Op.Identity(), List.of(x), y);
  }

  private Untied untied() {
    return Untied.of(builder.build());
  }

  private static List<String> inputs(Untied untied, String output) {
    return untied.graph().producer(output).orElseThrow().inputs();
  }

  @Test
  void what_an_exporter_merged_through_identities_is_parted_under_its_own_names() {
    identity("1.var", "ones");
    identity("1.mean", "zeros");
    identity("2.mean", "1.mean");
    conv("a", "x", "kernel");
    norm("b", "a", "ones", "zeros", "1.mean", "1.var");
    conv("c", "b", "other", "2.mean");
    identity("y", "c");
    Untied untied = untied();
    assertThat(untied.parted()).containsExactly("1.var", "1.mean", "2.mean");
    assertThat(untied.graph().initializers())
        .containsEntry("1.var", ONES)
        .containsEntry("2.mean", ZEROS);
    assertThat(inputs(untied, "b")).containsExactly("a", "ones", "zeros", "1.mean", "1.var");
    assertThat(untied.shared()).isEmpty();
  }

  @Test
  void what_is_merged_without_identities_is_parted_by_use() {
    conv("a", "x", "kernel", "zeros");
    norm("b", "a", "ones", "zeros", "zeros", "ones");
    conv("c", "b", "other", "zeros");
    norm("y", "c", "ones", "zeros", "zeros", "ones");
    Untied untied = untied();
    assertThat(inputs(untied, "a")).containsExactly("x", "kernel", "zeros");
    assertThat(inputs(untied, "b")).containsExactly("a", "ones", "b/bias", "b/mean", "b/variance");
    assertThat(inputs(untied, "c")).containsExactly("b", "other", "c/bias");
    assertThat(inputs(untied, "y"))
        .containsExactly("c", "y/scale", "y/bias", "y/mean", "y/variance");
    assertThat(untied.parted()).hasSize(8);
    assertThat(untied.shared()).isEmpty();
    assertThat(untied.graph().initializers()).containsEntry("y/variance", ONES);
  }

  @Test
  void a_module_that_is_called_twice_stays_one_and_is_named() {
    conv("a", "x", "kernel", "zeros");
    norm("b", "a", "ones", "zeros", "zeros", "ones");
    builder.node(new Op.PRelu(), List.of("b", "ones"), "c");
    conv("d", "c", "kernel", "zeros");
    norm("e", "d", "ones", "zeros", "zeros", "ones");
    builder.node(new Op.PRelu(), List.of("e", "ones"), "y");
    Untied untied = untied();
    assertThat(inputs(untied, "d")).containsExactly("c", "kernel", "zeros");
    assertThat(inputs(untied, "e"))
        .as("statistics are apart from scale and shift, and those of both calls are one")
        .containsExactly("d", "ones", "b/bias", "b/mean", "b/variance");
    assertThat(inputs(untied, "y")).containsExactly("e", "c/slope");
    assertThat(untied.shared().keySet())
        .containsExactlyInAnyOrder(
            "kernel", "zeros", "ones", "b/bias", "b/mean", "b/variance", "c/slope");
  }

  @Test
  void nothing_is_parted_where_equal_tensors_stand_side_by_side() {
    builder.initializer("other ones", ONES);
    conv("a", "x", "kernel", "zeros");
    norm("b", "a", "other ones", "zeros", "m", "v");
    builder.initializer("m", random(3, 4)).initializer("v", random(4, 4));
    identity("clone", "ones");
    builder.node(new Op.PRelu(), List.of("b", "clone"), "c");
    conv("d", "c", "other");
    builder.node(new Op.PRelu(), List.of("d", "ones"), "y");
    Untied untied = untied();
    assertThat(untied.parted()).isEmpty();
    assertThat(inputs(untied, "c")).containsExactly("b", "ones");
    assertThat(untied.shared().keySet()).containsExactlyInAnyOrder("zeros", "ones");
  }

  @Test
  void large_or_trained_twins_are_no_proof_that_nothing_was_merged() {
    builder.initializer("large", Tensor.ofFloats(new float[2048], 2048));
    builder.initializer("large too", Tensor.ofFloats(new float[2048], 2048));
    builder.initializer("tied", KERNEL);
    builder.initializer("number", Tensor.ofFloats(new float[] {1}, 1));
    builder.initializer("number too", Tensor.ofFloats(new float[] {1}, 1));
    conv("a", "x", "kernel", "zeros");
    conv("y", "a", "other", "zeros");
    assertThat(inputs(untied(), "y")).containsExactly("a", "other", "y/bias");
  }

  @Test
  void where_identities_part_what_was_merged_one_name_is_one_parameter() {
    identity("bias", "zeros");
    conv("a", "x", "kernel", "bias");
    builder.node(new Op.PRelu(), List.of("a", "zeros"), "b");
    conv("c", "b", "other");
    builder.node(new Op.PRelu(), List.of("c", "zeros"), "y");
    Untied untied = untied();
    assertThat(untied.parted()).containsExactly("bias");
    assertThat(inputs(untied, "y")).containsExactly("c", "zeros");
  }

  @Test
  void a_tensor_of_formulas_is_parted_only_if_layers_show_that_tensors_were_merged() {
    Op mul = new Op.Binary(Op.Binary.Function.MUL);
    builder.initializer("gain", Tensor.ofFloats(new float[] {2, 2}, 2, 1, 1));
    node(mul, "a", "x", "gain");
    node(mul, "b", "a", "gain");
    conv("y", "b", "kernel", "zeros");
    assertThat(untied().parted()).isEmpty();
    node(new Op.PRelu(), "z", "y", "zeros");
    assertThat(untied().parted()).containsExactly("b/Mul1", "z/slope");
  }

  @Test
  void a_node_that_asks_for_a_shape_or_a_type_reads_no_parameter() {
    node(new Op.PRelu(), "y", "x", "ones");
    builder.node(new Op.ShapeOf(0, Optional.empty()), List.of("ones"), "shape");
    builder.node(new Op.Opaque("", "CastLike", Map.of(), List.of()), List.of("y", "ones"), "z");
    assertThat(untied().parted()).isEmpty();
  }

  @Test
  void a_kernel_that_two_convolutions_read_stays_one() {
    conv("a", "x", "kernel");
    conv("y", "a", "kernel");
    Untied untied = untied();
    assertThat(untied.parted()).isEmpty();
    assertThat(untied.shared()).isEqualTo(Map.of("kernel", List.of("Conv 'a'", "Conv 'y'")));
  }

  @Test
  void a_kernel_that_is_handed_on_by_an_identity_stays_one_too() {
    identity("tied", "kernel");
    conv("a", "x", "kernel");
    conv("y", "a", "tied");
    Untied untied = untied();
    assertThat(inputs(untied, "y")).containsExactly("a", "kernel");
    assertThat(untied.shared()).containsOnlyKeys("kernel");
  }

  @Test
  void statistics_are_never_shared_with_a_scale() {
    Tensor distinct = Tensor.ofFloats(new float[] {1, 2, 3, 4}, 4);
    builder.initializer("v", distinct).initializer("m", random(3, 4));
    norm("y", "x", "v", "m", "m", "v");
    Untied untied = untied();
    assertThat(inputs(untied, "y")).containsExactly("x", "v", "m", "y/mean", "y/variance");
    assertThat(untied.graph().initializers()).containsEntry("y/variance", distinct);
  }

  @Test
  void constant_nodes_are_parted_as_initializers_are() {
    builder.node(new Op.Constant(ONES), List.of(), "c");
    identity("c2", "c");
    norm("a", "x", "c", "zeros", "zeros", "c2");
    norm("y", "a", "c", "zeros", "zeros", "c2");
    Untied untied = untied();
    assertThat(inputs(untied, "y"))
        .containsExactly("a", "y/scale", "y/bias", "y/mean", "y/variance");
    assertThat(untied.graph().constant("y/scale")).contains(ONES);
    assertThat(untied.graph().initializers()).doesNotContainKeys("c2", "y/scale");
  }

  @Test
  void what_callers_may_replace_and_numbers_of_formulas_stay_as_they_are() {
    builder.input(Value.float32("ones", 4));
    builder.initializer("half", Tensor.ofFloats(new float[] {0.5f}));
    identity("again", "ones");
    builder.node(new Op.Binary(Op.Binary.Function.MUL), List.of("x", "half"), "a");
    builder.node(new Op.Binary(Op.Binary.Function.MUL), List.of("a", "half"), "b");
    builder.node(new Op.PRelu(), List.of("b", "ones"), "c");
    builder.node(new Op.PRelu(), List.of("c", "again"), "y");
    Graph graph = builder.build();
    assertThat(Untied.of(graph).graph()).isEqualTo(graph);
  }
}
