package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Layers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks of kinds whose outputs are no classes, in 8-bit integers. */
class JudgedConversionTest {
  private static final Op SIGMOID = new Op.Unary(Op.Unary.Function.SIGMOID);
  private static final Op MUL = new Op.Binary(Op.Binary.Function.MUL);

  @TempDir private Path folder;

  private JsonNode convert(Graph.Builder graph, Object... more) {
    Path model = Models.write(folder.resolve("model.onnx"), graph.build());
    List<Object> words =
        new ArrayList<>(List.of("convert", model, "-o", folder.resolve("small.onnx"), "--json"));
    words.addAll(List.of("--precision", "int8", "--random", 10));
    words.addAll(Arrays.asList(more));
    CliRun run = CliRun.of(words.toArray());
    assertThat(run.code()).as(run.err() + run.out()).isIn(0, 3);
    JsonNode json = Json.parse(run.out());
    assertThat(json.get("holds").asBoolean()).isEqualTo(run.code() == 0);
    assertThat(Files.exists(folder.resolve("small.onnx"))).isEqualTo(run.code() == 0);
    return json;
  }

  private static List<String> float32(JsonNode json) {
    List<String> names = new ArrayList<>();
    for (JsonNode layer : json.at("/conversion/layers")) {
      if (!layer.get("quantized").asBoolean()) {
        names.add(layer.get("name").asText());
      }
    }
    return names;
  }

  private static Tensor random(Random random, double scale, long... dims) {
    int size = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    double[] values = new double[size];
    Arrays.setAll(values, i -> scale * random.nextGaussian());
    return Tensor.ofDoubles(ElementType.FLOAT, values, dims);
  }

  /**
   * Boxes of up to 640 pixels, and scores that hang on channels which are small beside their
   * neighbors, so that 8 bits for all lose them.
   */
  private static Graph.Builder detector(Random random) {
    double[] weight = random(random, 0.02, 4, 8, 1, 1).toDoubles();
    for (int i = 0; i < weight.length; i++) {
      weight[i] *= i % 8 < 4 ? 20_000 : 0.01;
    }
    return new Graph.Builder("detector")
        .opset("", 17)
        .input(Value.float32("x", 1, 3, 16, 16))
        .initializer("a", random(random, 0.01, 4, 3, 3, 3))
        .initializer("b", random(random, 1, 4, 3, 3, 3))
        .initializer("bw", random(random, 0.2, 4, 8, 1, 1))
        .initializer("sb", centered(weight))
        .initializer("sw", Tensor.ofDoubles(ElementType.FLOAT, weight, 4, 8, 1, 1))
        .initializer("pixels", Tensor.ofFloats(new float[] {640}, 1))
        .initializer("flat", Tensor.ofLongs(new long[] {1, 4, 196}, 3))
        .node(Layers.CONV, List.of("x", "a"), "small")
        .node(Layers.CONV, List.of("x", "b"), "large")
        .node(SIGMOID, List.of("small"), "bounded")
        .node(new Op.Elu(1), List.of("large"), "open")
        .node(new Op.Concat(1), List.of("bounded", "open"), "both")
        .node(Layers.CONV, List.of("both", "bw"), "box")
        .node(SIGMOID, List.of("box"), "unit")
        .node(MUL, List.of("unit", "pixels"), "far")
        .node(new Op.Reshape(false), List.of("far", "flat"), "boxes")
        .node(Layers.CONV, List.of("both", "sw", "sb"), "score")
        .node(SIGMOID, List.of("score"), "likely")
        .node(new Op.Reshape(false), List.of("likely", "flat"), "scores");
  }

  /** What takes back the mean of the bounded channels, 0.5. */
  private static Tensor centered(double... weight) {
    double[] bias = new double[4];
    for (int i = 0; i < weight.length; i++) {
      bias[i / 8] -= i % 8 < 4 ? weight[i] / 2 : 0;
    }
    return Tensor.ofDoubles(ElementType.FLOAT, bias, 4);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void the_layer_that_costs_the_scores_stays_float32(int seed) {
    Graph.Builder one =
        detector(new Random(seed))
            .node(new Op.Concat(1), List.of("boxes", "scores"), "y")
            .output(Value.float32("y", 1, 8, 196));
    JsonNode joined = convert(one);
    assertThat(float32(joined)).as(joined.toPrettyString()).containsExactly("score");
    assertThat(joined.at("/comparisons/0/findings").findValuesAsText("kind"))
        .containsExactly("BOXES", "SCORES");
    Graph.Builder apart =
        detector(new Random(seed))
            .output(Value.float32("boxes", 1, 4, 196))
            .output(Value.float32("scores", 1, 4, 196));
    assertThat(float32(convert(apart))).containsExactly("score");
  }

  /** Three angles of some degrees, of which the largest is always the same. */
  @Test
  void angles_are_held_to_the_error_that_is_asked_for() {
    Random random = new Random(4);
    Graph.Builder graph =
        new Graph.Builder("pose")
            .opset("", 17)
            .input(Value.float32("x", 1, 3, 16, 16))
            .initializer("w", random(random, 0.3, 8, 3, 3, 3))
            .initializer("v", random(random, 0.3, 3, 8))
            .initializer("far", Tensor.ofFloats(new float[] {90, 0, -90}, 3))
            .node(Layers.CONV, List.of("x", "w"), "c")
            .node(Layers.RELU, List.of("c"), "r")
            .node(new Op.GlobalAveragePool(), List.of("r"), "p")
            .node(new Op.Flatten(1), List.of("p"), "f")
            .node(new Op.Gemm(1, 1, false, true), List.of("f", "v", "far"), "y")
            .output(Value.float32("y", 1, 3));
    JsonNode json = convert(graph, "--target-error", "1e-6");
    assertThat(json.at("/comparisons/0/findings/0/piece/kind").asText("")).isIn("BOXES", "");
    assertThat(float32(json)).isNotEmpty();
    JsonNode classes = convert(graph, "--judge", "y=classes", "--target-error", "1e-6");
    assertThat(float32(classes)).as("what an argmax sees").isEmpty();
  }

  /** Slopes that differ by channel: what lies before them may gain what lies behind loses. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void channels_are_balanced_across_slopes_only_where_the_outputs_gain(int seed) {
    Random random = new Random(seed);
    double[] slopes = new double[16];
    Arrays.setAll(slopes, i -> i % 2 == 0 ? 0.001 : 1);
    double[] offsets = new double[16];
    Arrays.setAll(offsets, i -> i % 2 == 0 ? -8 : 0);
    Graph.Builder graph =
        new Graph.Builder("slopes")
            .opset("", 17)
            .input(Value.float32("x", 1, 3, 16, 16))
            .initializer("w", random(random, 0.3, 16, 3, 3, 3))
            .initializer("b", Tensor.ofDoubles(ElementType.FLOAT, offsets, 16))
            .initializer("s", Tensor.ofDoubles(ElementType.FLOAT, slopes, 16, 1, 1))
            .initializer("v", random(random, 0.3, 4, 16, 3, 3))
            .node(Layers.CONV, List.of("x", "w", "b"), "c")
            .node(new Op.PRelu(), List.of("c", "s"), "p")
            .node(Layers.CONV, List.of("p", "v"), "y")
            .output(new Value("y", Optional.of(ElementType.FLOAT), Optional.empty()));
    double with = convert(graph, "--target-error", "0.5").at("/conversion/decibels").asDouble();
    double without =
        convert(graph, "--target-error", "0.5", "--no-equalization")
            .at("/conversion/decibels")
            .asDouble();
    assertThat(with).isGreaterThanOrEqualTo(without);
    assertThat(with).isGreaterThan(20);
  }

  /** As older exporters write segmentation networks. */
  @ParameterizedTest
  @ValueSource(strings = {"nearest", "linear"})
  void upsample_of_opset_nine_and_eight_is_restated(String mode) {
    for (int opset : List.of(8, 9)) {
      Random random = new Random(5);
      Graph.Builder graph =
          new Graph.Builder("old")
              .opset("", opset)
              .input(Value.float32("x", 1, 3, 8, 8))
              .initializer("w", random(random, 0.3, 5, 3, 3, 3))
              .node(Layers.PADDED_CONV, List.of("x", "w"), "c");
      List<Float> scales = List.of(1f, 1f, 2f, 2f);
      if (opset == 9) {
        graph
            .initializer("scales", Tensor.ofFloats(new float[] {1, 1, 2, 2}, 4))
            .node(
                new Op.Opaque("", "Upsample", Map.of("mode", mode), List.of()),
                List.of("c", "scales"),
                "y");
      } else {
        graph.node(
            new Op.Opaque("", "Upsample", Map.of("mode", mode, "scales", scales), List.of()),
            List.of("c"),
            "y");
      }
      graph.output(Value.float32("y", 1, 5, 16, 16));
      JsonNode json = convert(graph, "--target-agreement", "0.9");
      assertThat(json.get("holds").asBoolean()).as(json.toPrettyString()).isTrue();
      assertThat(json.at("/comparisons/0/findings/0/decibels").asDouble()).isGreaterThan(25);
    }
  }

  /** One kernel that two layers share, whose inputs differ in scale. */
  @Test
  void layers_that_share_a_kernel_are_converted_each_by_its_own_range() {
    Random random = new Random(6);
    Graph.Builder graph =
        new Graph.Builder("shared")
            .opset("", 17)
            .input(Value.float32("x", 1, 4, 16, 16))
            .initializer("w", random(random, 0.3, 4, 4, 3, 3))
            .initializer("k", Tensor.ofFloats(new float[] {50}, 1))
            .node(Layers.PADDED_CONV, List.of("x", "w"), "c")
            .node(Layers.RELU, List.of("c"), "r")
            .node(MUL, List.of("r", "k"), "m")
            .node(Layers.PADDED_CONV, List.of("m", "w"), "y")
            .output(Value.float32("y", 1, 4, 16, 16));
    JsonNode json = convert(graph);
    assertThat(json.get("holds").asBoolean()).as(json.toPrettyString()).isTrue();
    assertThat(float32(json)).isEmpty();
  }

  /** Rounding to 8 bits makes it constant: its input differs by less than a step. */
  @Test
  void an_output_that_no_longer_follows_is_not_written() {
    Graph.Builder graph =
        new Graph.Builder("dead")
            .opset("", 17)
            .input(Value.float32("x", 1, 1, 8, 8))
            .initializer("w", Tensor.ofFloats(new float[] {0.001f}, 1, 1, 1, 1))
            .initializer("b", Tensor.ofFloats(new float[] {40}, 1))
            .initializer("mean", Tensor.ofFloats(new float[] {-40}, 1))
            .initializer("k", Tensor.ofFloats(new float[] {1000}, 1))
            .node(Layers.CONV, List.of("x", "w", "b"), "c")
            .node(Layers.RELU, List.of("c"), "r")
            .node(Layers.ADD, List.of("r", "mean"), "d")
            .node(MUL, List.of("d", "k"), "y")
            .output(Value.float32("y", 1, 1, 8, 8));
    JsonNode json = convert(graph);
    assertThat(json.get("holds").asBoolean()).isFalse();
    assertThat(json.get("refusal").asText())
        .contains("THE TARGET WAS MISSED WITH EVERY TRY", "output 'y'");
  }
}
