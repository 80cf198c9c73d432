package io.repfold.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.nn.Parameter;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which tensors learn, and which are constants. */
class HeldTest {
  private final GraphBuilder b = new GraphBuilder("net", WeightSource.random(4));

  private String parameter(String name, long... dims) {
    return b.initializer(name, Tensors.random(new SplittableRandom(name.hashCode()), 1, dims));
  }

  private String binary(Op.Binary.Function function, String x, String y) {
    return b.op("v", new Op.Binary(function), List.of(x, y), 4);
  }

  private String mul(String x, String y) {
    return binary(Op.Binary.Function.MUL, x, y);
  }

  private String sub(String x, String y) {
    return binary(Op.Binary.Function.SUB, x, y);
  }

  private String div(String x, String y) {
    return binary(Op.Binary.Function.DIV, x, y);
  }

  private String root(String variance, float epsilon) {
    String sum = binary(Op.Binary.Function.ADD, variance, b.constant(Tensors.scalar(epsilon)));
    return b.op("root", new Op.Unary(Op.Unary.Function.SQRT), List.of(sum), 4);
  }

  private String image() {
    return b.input("x", 2, 4, 6, 6);
  }

  /** Ends the graph with a convolution. */
  private Graph ending(String y) {
    b.output(b.scope("end").conv(y, 3, Kernel.of(1), 1));
    return b.build();
  }

  private static Map<String, String> held(Graph graph, GraphBlockOptions options) {
    try (GraphBlock block = GraphBlock.of(graph, options)) {
      return new TreeMap<>(block.held());
    }
  }

  private static Map<String, String> held(Graph graph) {
    return held(graph, GraphBlockOptions.DEFAULT);
  }

  private static Set<String> learnt(Graph graph, GraphBlockOptions options) {
    try (GraphBlock block = GraphBlock.of(graph, options)) {
      Set<String> names = new TreeSet<>();
      block.trainable().stream().map(Parameter::getName).forEach(names::add);
      return names;
    }
  }

  @Test
  void the_first_scale_and_shift_of_the_images_are_constants() {
    String normal = div(sub(image(), parameter("mean", 4, 1, 1)), parameter("std", 4, 1, 1));
    String first = b.conv(normal, 4, Kernel.of(3), 1);
    Graph graph = ending(mul(first, parameter("gain", 4, 1, 1)));
    assertThat(held(graph))
        .containsOnlyKeys("mean", "std")
        .containsValue("a scale or shift of the images");
    assertThat(learnt(graph, GraphBlockOptions.DEFAULT)).contains("gain").doesNotContain("mean");
  }

  @Test
  void a_map_that_is_added_to_the_images_learns() {
    Graph graph = ending(binary(Op.Binary.Function.ADD, image(), parameter("map", 4, 6, 6)));
    assertThat(held(graph)).isEmpty();
    assertThat(learnt(graph, GraphBlockOptions.DEFAULT)).contains("map");
  }

  @Test
  void a_mask_of_a_weight_is_a_constant() {
    String mask = b.initializer("mask", Tensor.ofFloats(new float[] {0, 1, 1, 0}, 2, 2, 1, 1));
    String zeros = b.initializer("gates", Tensor.ofFloats(new float[] {0, 0, 0, 0}, 4, 1, 1));
    String x = b.input("x", 1, 2, 5, 5);
    Op conv = new Op.Conv(Kernel.of(1).window(), 1);
    String y = b.op("y", conv, List.of(x, mul(parameter("w", 2, 2, 1, 1), mask)), 2);
    b.output(mul(b.scope("end").conv(y, 4, Kernel.of(1), 1), zeros));
    Graph graph = b.build();
    assertThat(held(graph)).isEqualTo(Map.of("mask", "a mask of zeros and ones"));
    assertThat(learnt(graph, GraphBlockOptions.DEFAULT))
        .as("gates that start at zero multiply an image, not a weight")
        .contains("w", "gates");
  }

  @Test
  void a_mask_of_scores_is_a_constant() {
    String first = b.conv(image(), 4, Kernel.of(3), 1);
    String mask = b.initializer("mask", Tensor.ofFloats(new float[] {0, -100, 0, -200}, 4, 1, 1));
    String bias = b.initializer("bias", Tensor.ofFloats(new float[] {0, -100, 1, 0}, 4, 1, 1));
    String zeros = b.initializer("zeros", Tensors.filled(0, 4, 1, 1));
    String y = first;
    for (String added : List.of(mask, bias, zeros)) {
      y = binary(Op.Binary.Function.ADD, y, added);
    }
    assertThat(held(ending(y))).isEqualTo(Map.of("mask", "a mask that is added to scores"));
  }

  @Test
  void a_frozen_batch_normalization_is_constant_throughout() {
    String first = b.conv(image(), 4, Kernel.of(3), 1);
    String scale =
        mul(
            parameter("weight", 4, 1, 1),
            b.op(
                "inverse",
                new Op.Unary(Op.Unary.Function.RECIPROCAL),
                List.of(root(parameter("var", 4, 1, 1), 1e-5f)),
                4));
    String shift = sub(parameter("bias", 4, 1, 1), mul(parameter("mean", 4, 1, 1), scale));
    Graph graph = ending(binary(Op.Binary.Function.ADD, mul(first, scale), shift));
    assertThat(held(graph)).containsOnlyKeys("bias", "mean", "var", "weight");
    GraphBlockOptions told = GraphBlockOptions.DEFAULT.withLearnt(name -> name.equals("weight"));
    assertThat(held(graph, told)).containsOnlyKeys("bias", "mean", "var");
    assertThat(learnt(graph, told)).contains("weight");
  }

  @Test
  void of_a_batch_normalization_that_is_spelled_out_the_statistics_are_constant() {
    String first = b.conv(image(), 4, Kernel.of(3), 1);
    String unit =
        div(sub(first, parameter("mean", 4, 1, 1)), root(parameter("var", 4, 1, 1), 1e-3f));
    Graph graph =
        ending(
            binary(
                Op.Binary.Function.ADD,
                mul(unit, parameter("scale", 4, 1, 1)),
                parameter("shift", 4, 1, 1)));
    assertThat(held(graph)).containsOnlyKeys("mean", "var");
    assertThat(learnt(graph, GraphBlockOptions.DEFAULT)).contains("scale", "shift");
  }

  @Test
  void a_root_of_something_else_is_no_deviation() {
    String first = b.conv(image(), 4, Kernel.of(3), 1);
    Graph graph = ending(div(first, root(parameter("temperature", 4, 1, 1), 0.5f)));
    assertThat(held(graph)).isEmpty();
    assertThat(learnt(graph, GraphBlockOptions.DEFAULT)).contains("temperature");
  }

  @Test
  void the_vectors_of_a_spectral_normalization_are_constants() {
    String w = parameter("w", 4, 4);
    String norm =
        b.op(
            "n",
            new Op.MatMul(),
            List.of(
                parameter("u", 1, 4),
                b.op("m", new Op.MatMul(), List.of(w, parameter("v", 4, 1)), 1)),
            1);
    String x = b.input("x", 2, 4);
    b.output(b.op("y", new Op.MatMul(), List.of(x, div(w, norm)), 4));
    assertThat(held(b.build())).containsOnlyKeys("u", "v");
  }

  @Test
  void whoever_trains_decides() {
    String first = b.conv(image(), 4, Kernel.of(3), 1);
    String half = b.initializer("val_3", Tensors.scalar(0.5f));
    Graph graph = ending(mul(mul(first, half), parameter("gain", 4, 1, 1)));
    GraphBlockOptions told =
        GraphBlockOptions.DEFAULT
            .withHeld(name -> name.equals("gain"))
            .withLearnt(name -> name.equals("val_3"));
    assertThat(held(graph, told)).isEqualTo(Map.of("gain", "as told"));
    assertThat(learnt(graph, told)).contains("val_3").doesNotContain("gain");
    assertThat(learnt(graph, GraphBlockOptions.DEFAULT)).contains("gain").doesNotContain("val_3");
  }

  @Test
  void a_single_number_learns_if_it_is_named_as_a_parameter() {
    String first = b.conv(image(), 4, Kernel.of(3), 1);
    String named = b.initializer("body.alpha", Tensors.scalar(0.5f));
    String folded = b.initializer("/body/Constant_output_0", Tensors.scalar(0.5f));
    Graph graph = ending(mul(mul(first, named), folded));
    assertThat(learnt(graph, GraphBlockOptions.DEFAULT))
        .contains("body.alpha")
        .doesNotContain("/body/Constant_output_0");
  }

  @Test
  void numbers_of_an_exporter_do_not_learn_and_one_that_may_be_a_parameter_does() {
    String first = b.conv(image(), 4, Kernel.of(3), 1);
    String spread = b.initializer("val_7", Tensors.filled(1, 4, 1, 1));
    String folded = b.initializer("val_8", Tensors.random(new SplittableRandom(1), 1, 4, 1, 1));
    String alpha = b.initializer("logit_scale", Tensors.scalar(0.5f));
    Graph graph = ending(mul(mul(mul(first, spread), folded), alpha));
    assertThat(held(graph)).isEmpty();
    assertThat(learnt(graph, GraphBlockOptions.DEFAULT))
        .contains("val_8", "logit_scale")
        .doesNotContain("val_7");
  }

  @Test
  void what_follows_a_sum_of_images_and_features_is_no_scale_of_the_images() {
    String x = image();
    String sum = binary(Op.Binary.Function.ADD, x, b.conv(x, 4, Kernel.of(3), 1));
    Graph graph = ending(mul(sum, parameter("gain", 4, 1, 1)));
    assertThat(held(graph)).isEmpty();
  }

  @Test
  void a_mask_has_a_zero() {
    String ones = b.initializer("gates", Tensors.filled(1, 2, 2, 1, 1));
    String x = b.input("x", 1, 2, 5, 5);
    Op conv = new Op.Conv(Kernel.of(1).window(), 1);
    b.output(b.op("y", conv, List.of(x, mul(parameter("w", 2, 2, 1, 1), ones)), 2));
    assertThat(held(b.build())).isEmpty();
  }

  @Test
  void a_root_that_no_mean_goes_with_is_no_deviation() {
    String first = b.conv(image(), 4, Kernel.of(3), 1);
    assertThat(held(ending(div(first, root(parameter("norm", 4, 1, 1), 1e-3f))))).isEmpty();
  }

  @Test
  void a_blur_is_constant_and_a_depthwise_kernel_is_not() {
    float[] taps = {1, 2, 1, 2, 4, 2, 1, 2, 1};
    float[] kernel = new float[4 * taps.length];
    float[] mean = new float[kernel.length];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = taps[i % taps.length] / 16;
      mean[i] = 1 / 9f;
    }
    Op depthwise = new Op.Conv(Kernel.of(3).window(), 4);
    String y = image();
    for (String name : List.of("blur", "even", "learnt")) {
      String w =
          name.equals("learnt")
              ? parameter(name, 4, 1, 3, 3)
              : b.initializer(
                  name, Tensor.ofFloats(name.equals("blur") ? kernel : mean, 4, 1, 3, 3));
      y = b.op(name + "d", depthwise, List.of(y, w), 4);
    }
    Graph graph = ending(y);
    assertThat(held(graph)).isEqualTo(Map.of("blur", "a kernel that is the same in all channels"));
    assertThat(learnt(graph, GraphBlockOptions.DEFAULT)).contains("even", "learnt");
  }

  @Test
  void parameters_are_told_apart_by_what_they_do() {
    String x = b.input("x", 2, 4);
    String product = b.op("m", new Op.MatMul(), List.of(x, parameter("w", 4, 4)), 4);
    String table = b.op("t", new Op.MatMul(), List.of(parameter("table", 2, 4), product), 4);
    String y = binary(Op.Binary.Function.ADD, table, parameter("bias", 4));
    Op norm = new Op.Opaque("", "LpNormalization", Map.of(), List.of());
    String unit = b.op("n", norm, List.of(y), 4);
    String scaled = mul(unit, parameter("gamma", 4));
    String shifted = binary(Op.Binary.Function.ADD, scaled, parameter("beta", 4));
    b.output(binary(Op.Binary.Function.ADD, shifted, parameter("offset", 4)));
    Map<String, Parameter.Type> types = new TreeMap<>();
    LearnedTensors.of(b.build(), GraphBlockOptions.DEFAULT).parameters().forEach(types::put);
    assertThat(types)
        .containsEntry("w", Parameter.Type.WEIGHT)
        .containsEntry("table", Parameter.Type.OTHER)
        .containsEntry("bias", Parameter.Type.BIAS)
        .containsEntry("gamma", Parameter.Type.GAMMA)
        .containsEntry("beta", Parameter.Type.BETA)
        .containsEntry("offset", Parameter.Type.OTHER);
  }

  @Test
  void what_is_computed_from_sizes_does_not_learn_and_what_is_resized_to_them_does() {
    String x = image();
    String map = b.resizeLike(parameter("map", 1, 4, 3, 3), x, "linear", "half_pixel");
    String size =
        b.op(
            "c",
            new Op.Cast(io.repfold.graph.ElementType.FLOAT),
            List.of(b.op("s", new Op.Size(), List.of(x), 0)),
            0);
    String formula = mul(size, b.initializer("factor", Tensors.filled(0.01, 1)));
    Graph graph =
        ending(binary(Op.Binary.Function.ADD, b.conv(mul(x, formula), 4, Kernel.of(1), 1), map));
    assertThat(learnt(graph, GraphBlockOptions.DEFAULT)).contains("map").doesNotContain("factor");
  }
}
