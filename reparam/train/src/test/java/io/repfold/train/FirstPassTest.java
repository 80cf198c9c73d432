package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.data.Batch;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Tensors;
import io.repfold.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that cannot be trained are refused with the reason before there is a run. */
class FirstPassTest {
  private static final Op POINT = new Op.Conv(Kernel.of(1).window(), 1);
  private static final Op RESHAPE = new Op.Reshape(false);

  private final Graph.Builder builder = new Graph.Builder("net");

  @TempDir private Path folder;

  private void begin(long batch) {
    builder
        .input(Value.float32("images", batch, 3, 32, 32))
        .initializer("w", Tensors.random(new SplittableRandom(1), 1, 3, 3, 1, 1));
    output("y");
  }

  private void output(String name) {
    builder.output(new Value(name, Optional.of(ElementType.FLOAT), Optional.empty()));
  }

  private void node(Op op, String y, String... inputs) {
    builder.node(op, List.of(inputs), y);
  }

  private String shape(String name, long... dims) {
    builder.initializer(name, Tensor.ofLongs(dims, dims.length));
    return name;
  }

  private FirstPass.Passed pass(String... overrides) {
    Path file = folder.resolve("net.onnx");
    TrainConfig config = TinyRun.config(folder, overrides);
    OnnxModel.of(builder.build()).write(file);
    NetworkSource source = NetworkSource.of(config, TinyRun.CLASSES, Optional.empty());
    try (Batch batch = TrainingData.training(config).firstBatch(1)) {
      return FirstPass.of(source, config.learning(), batch);
    }
  }

  private void assertRefused(String... parts) {
    assertThatThrownBy(this::pass).isInstanceOf(RunException.class).hasMessageContainingAll(parts);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4})
  void shapes_that_hold_the_size_of_the_batch_are_opened(long batch) {
    begin(batch);
    node(POINT, "a", "images", "w");
    node(RESHAPE, "b", "a", shape("halves", batch * 2, 3, 16, 32));
    node(RESHAPE, "y", "b", shape("whole", batch, 3, 32, 32));
    FirstPass.Passed passed = pass();
    passed.network().close();
    Map<String, Tensor> shapes = passed.source().graph().initializers();
    assertThat(shapes.get("b/open shape").toLongs()).containsExactly(-1, 3, 16, 32);
    assertThat(shapes.get("y/open shape").toLongs()).containsExactly(-1, 3, 32, 32);
    assertThat(passed.source().notes())
        .contains(
            "The file is written for a batch of %d; opened the shapes that hold it"
                .formatted(batch));
  }

  @Test
  void beside_a_size_that_is_computed_the_batch_is_copied() {
    begin(2);
    node(POINT, "a", "images", "w");
    node(RESHAPE, "b", "a", shape("rows", 2, -1, 32));
    node(new Op.Identity(), "c", "b");
    node(RESHAPE, "y", "c", shape("whole", 2, 3, 32, 32));
    FirstPass.Passed passed = pass("train_loader.args.batch_size=3");
    passed.network().close();
    Map<String, Tensor> shapes = passed.source().graph().initializers();
    assertThat(shapes.get("b/open shape").toLongs()).containsExactly(0, -1, 32);
  }

  @Test
  void a_shape_that_is_put_together_from_constants_is_found() {
    begin(4);
    node(POINT, "a", "images", "w");
    node(new Op.Concat(0), "b shape", shape("batch", 4), shape("rest", 3, 16, 64));
    node(RESHAPE, "b", "a", "b shape");
    node(RESHAPE, "y", "b", shape("whole", 4, 3, 32, 32));
    FirstPass.Passed passed = pass();
    passed.network().close();
    Map<String, Tensor> shapes = passed.source().graph().initializers();
    assertThat(shapes).doesNotContainKeys("batch", "rest");
    assertThat(shapes.get("b/open shape").toLongs()).containsExactly(-1, 3, 16, 64);
  }

  @Test
  void what_is_right_as_it_stands_is_left() {
    begin(1);
    node(POINT, "a", "images", "w");
    node(RESHAPE, "b", "a", shape("flat", -1, 3, 1024));
    node(RESHAPE, "y", "b", shape("whole", 0, 3, 32, 32));
    FirstPass.Passed passed = pass();
    passed.network().close();
    assertThat(passed.source().graph().initializers()).containsKeys("flat", "whole");
  }

  @Test
  void images_that_would_mix_are_refused() {
    begin(1);
    node(POINT, "a", "images", "w");
    node(RESHAPE, "b", "a", shape("channels first", 3, -1, 32, 32));
    node(new Op.Transpose(List.of(1, 0, 2, 3)), "y", "b");
    assertRefused(
        "the scores of an image depend on the images beside it", "dynamic_axes={'images'");
  }

  @Test
  void a_tensor_that_stands_beside_one_image_is_repeated() {
    begin(1);
    token(1);
    node(new Op.Concat(1), "both", "images", "token");
    node(POINT, "y", "both", "v");
    FirstPass.Passed passed = pass();
    passed.network().close();
    assertThat(passed.source().graph().producer("both").orElseThrow().inputs())
        .containsExactly("images", "both/token");
  }

  private void token(long images) {
    builder
        .initializer("token", Tensors.random(new SplittableRandom(2), 1, images, 3, 32, 32))
        .initializer("v", Tensors.random(new SplittableRandom(3), 1, 3, 6, 1, 1));
  }

  @Test
  void a_tensor_for_other_batches_is_refused_with_the_way_out() {
    begin(3);
    token(3);
    node(new Op.Concat(1), "both", "images", "token");
    node(POINT, "y", "both", "v");
    assertRefused("Concat", "written for a batch of 3, and this one is of 2", "dynamic_axes");
  }

  @Test
  void a_value_is_expanded_as_it_is() {
    begin(4);
    node(POINT, "a", "images", "w");
    node(new Op.Expand(), "b", "a", shape("whole", 4, 3, 32, 32));
    node(RESHAPE, "y", "b", "whole");
    FirstPass.Passed passed = pass();
    passed.network().close();
    Map<String, Tensor> shapes = passed.source().graph().initializers();
    assertThat(shapes.get("b/open shape").toLongs()).containsExactly(1, 3, 32, 32);
  }

  @Test
  void scores_of_another_size_are_refused() {
    begin(1);
    node(new Op.Conv(Kernel.of(1).withStride(2).window(), 1), "y", "images", "w");
    assertRefused("output 'y' is [2, 3, 16, 16]", "the loss takes [2, 3, 32, 32]", "crop_size");
  }

  @Test
  void an_auxiliary_output_is_looked_at_too() {
    begin(1);
    node(POINT, "y", "images", "w");
    output("side");
    node(new Op.Conv(Kernel.of(1).withStride(2).window(), 1), "side", "images", "w");
    assertThatThrownBy(() -> pass("train.auxiliary_output=side"))
        .hasMessageContaining("output 'side' is [2, 3, 16, 16]");
  }

  @Test
  void weights_that_are_not_finite_are_named() {
    begin(1);
    builder.initializer("bias", Tensor.ofFloats(new float[] {0, Float.NaN, 0}, 3));
    node(POINT, "y", "images", "w", "bias");
    assertRefused("not finite before it is trained", "these hold NaN or infinities: bias");
  }

  @Test
  void an_op_without_meaning_is_named() {
    begin(1);
    node(POINT, "a", "images", "w");
    node(new Op.Opaque("", "Det", Map.of(), List.of()), "y", "a");
    assertRefused("ops that repfold cannot compute, so it cannot be trained: Det 'y'");
  }
}
