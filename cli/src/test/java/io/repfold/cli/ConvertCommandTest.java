package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.convert.ConvertFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertCommandTest {
  @TempDir private Path folder;

  private CliRun convert(Path model, Path output, String precision, Object... more) {
    List<Object> words =
        new ArrayList<>(List.of("convert", model, "-o", output, "--precision", precision));
    words.addAll(Arrays.asList(more));
    return CliRun.of(words.toArray());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private static ElementType type(Graph graph, String value) {
    return ShapeInference.infer(graph).get(value).type().orElseThrow();
  }

  @Test
  void a_model_is_folded_and_becomes_half_and_its_decisions_stay() throws IOException {
    Path half = folder.resolve("half.onnx");
    Path data = HalfModels.samples(folder, 3, 1, 3, 8, 10);

    CliRun run = convert(Models.trained(folder), half, "fp16", "--data", data);

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    assertThat(run.out())
        .contains(" in float16, 0 in float32; 2 Casts;", "No overflow is predicted")
        .contains("ONNX Runtime ", "interpreter, rounding", "best class")
        .contains("Verified: ", "on 3 samples from " + data, "Wrote " + half);
    Graph graph = OnnxModel.read(half).graph();
    assertThat(graph.initializers().values()).allMatch(t -> t.type() == ElementType.FLOAT16);
    assertThat(graph.nodes()).noneMatch(n -> n.op() instanceof Op.BatchNormalization);
    assertThat(graph.outputs().get(0).type()).contains(ElementType.FLOAT);
    assertThat(names()).containsExactly("data", "half.onnx", "trained.onnx");
    assertThat(OnnxModel.read(half).metadata().get(ConvertFile.KEY))
        .contains("\"precision\":\"FP16\"", "float16, 0 nodes of");
  }

  /** A model of bytes with channels last, and an image of its size. */
  @Test
  void bytes_are_not_normalized() throws IOException {
    Graph graph =
        new Graph.Builder("last")
            .input(
                new Value("x", Optional.of(ElementType.UINT8), Optional.of(Shape.of(1, 5, 7, 3))))
            .node(new Op.Cast(ElementType.FLOAT), List.of("x"), "y")
            .output(Value.float32("y", 1, 5, 7, 3))
            .build();
    Path white = folder.resolve("white.png");
    ImageIO.write(new BufferedImage(7, 5, BufferedImage.TYPE_INT_RGB), "png", white.toFile());

    CliRun run =
        convert(
            Models.write(folder.resolve("last.onnx"), graph),
            folder.resolve("o.onnx"),
            "fp16",
            "--data",
            white,
            "--mean",
            "0,0,0");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--mean", "takes uint8 images");
  }

  @Test
  void the_same_conversion_gives_the_same_bytes() {
    Path model = Models.trained(folder);
    Path data = HalfModels.samples(folder, 2, 1, 3, 8, 10);

    convert(model, folder.resolve("1.onnx"), "fp16", "--data", data);
    convert(model, folder.resolve("2.onnx"), "FP16", "--data", data);

    assertThat(folder.resolve("1.onnx")).hasSameBinaryContentAs(folder.resolve("2.onnx"));
  }

  @Test
  void a_planted_overflow_is_predicted_and_kept_out() throws IOException {
    Path half = folder.resolve("half.onnx");
    Path data = HalfModels.samples(folder, 3, 1, 2, 6, 5);

    CliRun run =
        convert(HalfModels.planted(folder, -145.4f), half, "fp16", "--data", data, "--json");

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    JsonNode conversion = Json.parse(run.out()).get("conversion");
    assertThat(conversion.get("exceeding").findValuesAsText("value")).contains("r");
    assertThat(conversion.get("exceeding").get(0).get("certain").asBoolean()).isTrue();
    assertThat(conversion.get("islands").findValuesAsText("cause")).contains("UNKNOWN", "RANGE");
    assertThat(conversion.get("islands").findValuesAsText("output")).contains("sin", "r");
    Graph graph = OnnxModel.read(half).graph();
    assertThat(type(graph, "c")).isEqualTo(ElementType.FLOAT16);
    assertThat(graph.producer("sin").orElseThrow().inputs()).containsExactly("c_float32");
  }

  @Test
  void too_few_equal_decisions_leave_nothing_behind() throws IOException {
    Path half = folder.resolve("half.onnx");
    Path data = HalfModels.samples(folder, 1, 1, 1, 4, 4);
    Files.writeString(half, "before");

    CliRun run =
        convert(HalfModels.close(folder), half, "fp16", "--data", data, "--judge", "classes");

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out())
        .contains("BELOW THE TARGET: 0.0000 % of decisions stay the same (99.9000 % are asked for)")
        .contains("Nothing was written.");
    assertThat(half).hasContent("before");
    assertThat(names()).containsExactly("close.onnx", "data", "half.onnx");
    assertThat(
            convert(HalfModels.close(folder), half, "fp16", "--data", data, "--target-error", 0.005)
                .code())
        .isZero();
  }

  @Test
  void nodes_are_kept_by_pattern() {
    Path half = folder.resolve("half.onnx");
    Path data = HalfModels.samples(folder, 1, 1, 1, 4, 4);

    CliRun kept = convert(HalfModels.close(folder), half, "fp16", "--data", data, "--keep", "*");
    CliRun none = convert(HalfModels.close(folder), half, "fp16", "--data", data, "--keep", "z*");

    assertThat(kept.code()).as(kept.err()).isZero();
    assertThat(kept.out())
        .contains("0 nodes in float16, 1 in float32", "it was asked for")
        .contains("No node computes in float16; the table above says why.");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("--keep z*: fits no node");
  }

  @Test
  void without_samples_random_inputs_show_whether_it_still_works_and_tell_no_ranges()
      throws IOException {
    Path half = folder.resolve("half.onnx");

    CliRun run = convert(Models.trained(folder), half, "fp16");
    CliRun blind = convert(HalfModels.overflowing(folder), folder.resolve("no.onnx"), "fp16");
    CliRun told =
        convert(
            HalfModels.overflowing(folder),
            folder.resolve("yes.onnx"),
            "fp16",
            "--data",
            HalfModels.samples(folder, 2, 1, 2, 6, 5));

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    assertThat(run.out())
        .contains("Whether values overflow is not known", "Verified: ")
        .contains(
            "(0.00500 is allowed)", ", on 2 random inputs, seed 0", "--data FOLDER gives samples");
    assertThat(blind.code()).as(blind.err() + blind.out()).isEqualTo(3);
    assertThat(blind.out())
        .contains("OVERFLOW: ", "Overflow: value 'c1'", "Nothing was written.")
        .doesNotContain("Verified");
    assertThat(told.code()).as(told.err() + told.out()).isZero();
    assertThat(names())
        .containsExactly("data", "half.onnx", "overflowing.onnx", "trained.onnx", "yes.onnx");
  }

  @Test
  void what_random_inputs_do_not_fit_is_written_and_said_to_be_uncompared() {
    Path half = folder.resolve("half.onnx");

    Graph logarithm =
        new Graph.Builder("logarithm")
            .input(Value.float32("x", 1, 4))
            .node(new Op.Unary(Op.Unary.Function.LOG), List.of("x"), "y")
            .output(Value.float32("y", 1, 4))
            .build();
    Path model = Models.write(folder.resolve("logarithm.onnx"), logarithm);

    CliRun run = convert(model, half, "fp16", "--json");
    CliRun text = convert(model, half, "fp16");

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    assertThat(Json.parse(run.out()).get("comparisons")).isEmpty();
    assertThat(text.out()).contains("NOT COMPARED with the original: ", "Wrote " + half);
  }

  @Test
  void samples_that_do_not_fit_or_hold_nothing_are_named_beside_the_model() {
    Path model = Models.dynamic(folder);
    Path half = folder.resolve("half.onnx");
    Path empty = HalfModels.npy(folder.resolve("empty.npy"), new float[0], 0, 3, 8, 10);
    Path narrow = HalfModels.npy(folder.resolve("narrow.npy"), new float[160], 1, 2, 8, 10);
    for (String precision : List.of("fp16", "int8")) {
      CliRun none = convert(model, half, precision, "--data", empty);
      CliRun wrong = convert(model, half, precision, "--data", narrow);

      assertThat(none.code()).isEqualTo(1);
      assertThat(none.err()).contains(empty + ": holds no element", "leave this sample out");
      assertThat(wrong.code()).isEqualTo(1);
      assertThat(wrong.err())
          .contains(narrow.toString(), "float32[1, 2, 8, 10]", model.toString())
          .doesNotContain("exposed.onnx");
    }
  }

  @Test
  void some_of_the_samples_may_be_enough() {
    Path half = folder.resolve("half.onnx");
    Path data = HalfModels.samples(folder, 5, 1, 3, 8, 10);

    CliRun two = convert(Models.trained(folder), half, "fp16", "--data", data, "--samples", 2);
    CliRun none = convert(Models.trained(folder), half, "fp16", "--data", data, "--samples", 0);

    assertThat(two.out()).contains("on 2 samples from " + data);
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("--samples must be at least 1, not 0");
  }

  @Test
  void random_inputs_are_taken_if_asked_for_and_named() {
    Path half = folder.resolve("half.onnx");

    CliRun run = convert(Models.trained(folder), half, "fp16", "--random", 2, "--seed", 5);
    CliRun both = convert(Models.trained(folder), half, "fp16", "--random", 2, "--data", folder);

    assertThat(run.out()).contains("on 2 random inputs, seed 5");
    assertThat(both.code()).isEqualTo(2);
    assertThat(both.err()).contains("--data and --random");
  }

  @Test
  void data_that_are_no_samples_are_an_error() throws IOException {
    Path half = folder.resolve("half.onnx");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    float[] values = new float[240];
    values[7] = Float.NaN;
    Path broken = HalfModels.npy(folder.resolve("broken.npy"), values, 1, 3, 8, 10);

    CliRun none = convert(Models.trained(folder), half, "fp16", "--data", empty);
    CliRun nan = convert(Models.trained(folder), half, "fp16", "--data", broken);

    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err()).contains(empty.toString(), "holds no file that ends in .npy");
    assertThat(nan.code()).isEqualTo(1);
    assertThat(nan.err()).contains(broken + ": input 'x' holds NaN at element 7", "leave");
    assertThat(half).doesNotExist();
  }

  @Test
  void masks_of_infinities_are_no_obstacle_and_no_overflow() {
    Path half = folder.resolve("half.onnx");
    Path data = HalfModels.samples(folder, 3, 1, 4, 6);

    CliRun run =
        convert(
            HalfModels.attention(folder), half, "fp16", "--data", data, "--target-agreement", 0.9);

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    assertThat(run.out())
        .contains("No overflow is predicted", "interpreter, rounding", "Wrote " + half)
        .doesNotContain("Overflow:");
    assertThat(type(OnnxModel.read(half).graph(), "scores")).isEqualTo(ElementType.FLOAT16);
  }

  @Test
  void bfloat16_is_shown_by_the_interpreter_because_the_cpu_has_no_kernels() {
    Path half = folder.resolve("half.onnx");
    Path data = HalfModels.samples(folder, 2, 1, 3, 8, 10);

    CliRun run =
        convert(Models.trained(folder), half, "bf16", "--data", data, "--target-agreement", "0.9");
    CliRun opaque =
        convert(
            HalfModels.planted(folder, 0),
            folder.resolve("other.onnx"),
            "bf16",
            "--data",
            HalfModels.samples(folder.resolve("more"), 1, 1, 2, 6, 5));

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    assertThat(run.out()).contains("in bfloat16", "opset 22", "interpreter, rounding");
    assertThat(run.out()).doesNotContain("ONNX Runtime ");
    assertThat(OnnxModel.read(half).graph().opset()).isEqualTo(22);
    assertThat(opaque.code()).isEqualTo(1);
    assertThat(opaque.err())
        .contains("has no kernels for this precision. Not emulated in the interpreter, which")
        .contains("does not know Sin. Without --data it is written all the same");
    CliRun unseen = convert(HalfModels.planted(folder, 0), folder.resolve("other.onnx"), "bf16");
    assertThat(unseen.code()).as(unseen.err()).isZero();
    assertThat(OnnxModel.read(folder.resolve("other.onnx")).graph().opset()).isEqualTo(22);
  }

  @Test
  void a_half_model_is_not_converted_again() {
    Path half = folder.resolve("half.onnx");
    convert(Models.trained(folder), half, "fp16");

    CliRun run = convert(half, folder.resolve("again.onnx"), "fp16");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains(half.toString(), "is FLOAT16 already");
  }

  /** Samples of it have no range; that it holds no real number is said, and no defect. */
  @Test
  void a_model_of_integers_has_nothing_to_convert() {
    Value x = new Value("x", Optional.of(ElementType.INT64), Optional.of(Shape.of(2, 3)));
    Graph graph =
        new Graph.Builder("integers")
            .input(x)
            .node(new Op.Binary(Op.Binary.Function.ADD), List.of("x", "x"), "y")
            .output(new Value("y", x.type(), x.shape()))
            .build();
    Path model = Models.write(folder.resolve("integers.onnx"), graph);

    CliRun run = convert(model, folder.resolve("half.onnx"), "fp16", "--random", 2);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("has no float32 value").doesNotContain("defect");
  }

  @Test
  void inputs_and_outputs_may_be_half_too() {
    Path half = folder.resolve("half.onnx");
    Path data = HalfModels.samples(folder, 2, 1, 3, 8, 10);

    CliRun run = convert(Models.trained(folder), half, "fp16", "--data", data, "--io", "half");

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    assertThat(run.out()).contains("0 Casts");
    Graph graph = OnnxModel.read(half).graph();
    assertThat(graph.inputs().get(0).type()).contains(ElementType.FLOAT16);
    assertThat(graph.outputs().get(0).type()).contains(ElementType.FLOAT16);
  }

  @Test
  void a_report_holds_everything() throws IOException {
    Path report = folder.resolve("report.json");
    Path data = HalfModels.samples(folder, 2, 1, 3, 8, 10);

    convert(
        Models.trained(folder),
        folder.resolve("half.onnx"),
        "fp16",
        "--data",
        data,
        "--report",
        report);

    JsonNode root = Json.parse(Files.readString(report));
    assertThat(root.get("holds").asBoolean()).isTrue();
    assertThat(root.get("comparisons")).hasSize(2);
    assertThat(root.get("conversion").get("halfNodes").asInt()).isPositive();
    assertThat(root.get("comparisons").get(0).get("findings").get(0).get("positions").asInt())
        .isEqualTo(160);
  }

  @Test
  void images_need_a_size_where_the_model_has_none() throws IOException {
    Path half = folder.resolve("half.onnx");
    Path image = folder.resolve("gray.png");
    var pixels = new BufferedImage(20, 16, BufferedImage.TYPE_INT_RGB);
    pixels.setRGB(3, 4, 0xa0b0c0);
    ImageIO.write(pixels, "png", image.toFile());
    Path model = Models.dynamic(folder);

    CliRun open = convert(model, half, "fp16", "--data", image);
    CliRun sized =
        convert(
            model,
            half,
            "fp16",
            "--data",
            image,
            "--shape",
            "1x3x8x10",
            "--mean",
            "0.5",
            "--std",
            "0.5,0.5,0.5",
            "--target-agreement",
            "0.9");
    CliRun wrong =
        convert(model, half, "fp16", "--data", image, "--shape", "1x3x8x10", "--mean", "0.5,0.5");

    assertThat(open.code()).isEqualTo(2);
    assertThat(open.err()).contains("--shape", "images of any size");
    assertThat(sized.code()).as(sized.err() + sized.out()).isZero();
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("--mean, --std");
  }
}
