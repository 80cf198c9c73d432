package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Layers;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.convert.ConvertFile;
import io.repfold.pipeline.convert.IntegerConversion;
import io.repfold.pipeline.convert.IntegerSums;
import io.repfold.pipeline.fold.Certificate;
import io.repfold.precision.Finding;
import io.repfold.precision.OutputKind;
import io.repfold.precision.Piece;
import io.repfold.precision.int8.QuantizationOptions;
import io.repfold.precision.int8.QuantizationReport;
import io.repfold.precision.int8.QuantizationTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntegerConversionTest {
  @TempDir private Path folder;

  private CliRun convert(Path model, Path output, Object... more) {
    List<Object> words =
        new ArrayList<>(List.of("convert", model, "-o", output, "--precision", "int8"));
    words.addAll(Arrays.asList(more));
    return CliRun.of(words.toArray());
  }

  @Test
  void a_model_is_folded_quantized_and_compared() {
    Path small = folder.resolve("small.onnx");
    Path data = HalfModels.samples(folder, 4, 1, 3, 8, 10);
    CliRun run =
        convert(Models.trained(folder), small, "--data", data, "--target-agreement", "0.9");

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    assertThat(run.out())
        .contains("int8 for ONNX Runtime on a CPU: 3 layers of 3 compute in integers")
        .contains("own dB", "Verified: ", "Wrote " + small)
        .doesNotContain("interpreter");
    OnnxModel model = OnnxModel.read(small);
    assertThat(model.graph().nodes()).filteredOn(n -> n.op() instanceof Op.Conv).hasSize(3);
    assertThat(integers(model.graph()))
        .contains(ElementType.UINT8, ElementType.INT8, ElementType.INT32);
    assertThat(model.metadata().get(ConvertFile.KEY))
        .contains("\"INT8\"", "int8, 0 layers of 3 in float32");
  }

  private static List<ElementType> integers(Graph graph) {
    return graph.initializers().values().stream().map(t -> t.type()).distinct().toList();
  }

  @Test
  void for_tensorrt_all_rules_hold() {
    Path small = folder.resolve("small.onnx");
    Path data = HalfModels.samples(folder, 4, 1, 3, 8, 10);
    CliRun run =
        convert(
            Models.trained(folder),
            small,
            "--data",
            data,
            "--target-agreement",
            "0.8",
            "--target",
            "tensorrt",
            "--calibration",
            "minmax",
            "--no-equalization",
            "--no-bias-correction",
            "--json");

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    JsonNode conversion = Json.parse(run.out()).get("conversion");
    assertThat(conversion.get("breaches")).isEmpty();
    assertThat(conversion.at("/options/target").asText()).isEqualTo("TENSORRT");
    assertThat(conversion.at("/options/method").asText()).isEqualTo("MINMAX");
    assertThat(conversion.at("/options/equalization").asBoolean()).isFalse();
    assertThat(conversion.at("/options/biasCorrection").asBoolean()).isFalse();
    assertThat(conversion.get("layers")).hasSize(3);
    assertThat(Json.parse(run.out()).get("remarks")).isEmpty();
    assertThat(integers(OnnxModel.read(small).graph()))
        .doesNotContain(ElementType.UINT8, ElementType.INT32);
  }

  /** Two classes that a grid for the third one, which is far away, cannot tell apart. */
  private Path subtle() {
    Graph graph =
        new Graph.Builder("subtle")
            .input(Value.float32("x", 1, 3, 8, 10))
            .initializer("w", Tensor.ofFloats(new float[] {1, 0.5f, 2, 1, 1, 1}, 2, 3, 1, 1))
            .initializer("b", Tensor.ofFloats(new float[] {1, 0}, 2))
            .node(Layers.CONV, List.of("x", "w", "b"), "c")
            .node(Layers.RELU, List.of("c"), "r")
            .initializer(
                "v", Tensor.ofFloats(new float[] {0.5f, 0.25f, 0.501f, 0.25f, 1, 1}, 3, 2, 1, 1))
            .initializer("far", Tensor.ofFloats(new float[] {0, 0, -100}, 3))
            .node(Layers.CONV, List.of("r", "v", "far"), "y")
            .output(Value.float32("y", 1, 3, 8, 10))
            .build();
    return Models.write(folder.resolve("subtle.onnx"), graph);
  }

  @Test
  void weights_of_seven_bits_make_sums_exact_on_every_processor() {
    Path data = HalfModels.samples(folder, 4, 1, 3, 8, 10);
    Path model = Models.trained(folder);
    Path eight = folder.resolve("8.onnx");
    Path seven = folder.resolve("7.onnx");
    CliRun wide = convert(model, eight, "--data", data, "--target-agreement", 0.8);
    CliRun narrow =
        convert(model, seven, "--data", data, "--target-agreement", 0.8, "--weight-bits", 7);
    CliRun wrong = convert(model, eight, "--data", data, "--weight-bits", 4);

    assertThat(wide.out()).contains(OptionNames.in(IntegerSums.ofThisMachine().remark()));
    assertThat(narrow.code()).as(narrow.err() + narrow.out()).isZero();
    assertThat(narrow.out()).doesNotContain("VNNI");
    assertThat(largestWeight(eight)).isEqualTo(127);
    assertThat(largestWeight(seven)).isEqualTo(63);
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("--weight-bits is 7 or 8, not 4");
  }

  private static double largestWeight(Path model) {
    return OnnxModel.read(model).graph().initializers().values().stream()
        .filter(t -> t.type() == ElementType.INT8)
        .flatMapToDouble(t -> Arrays.stream(t.toDoubles()))
        .map(Math::abs)
        .max()
        .orElseThrow();
  }

  @Test
  void layers_stay_float32_until_the_target_holds() {
    Path small = folder.resolve("small.onnx");
    Path data = HalfModels.samples(folder, 4, 1, 3, 8, 10);
    CliRun run =
        convert(subtle(), small, "--judge", "classes", "--data", data, "--target-agreement", "1");

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    assertThat(run.out())
        .contains("1 layer of 2 compute in integers", "costs most", "Verified: ", "100.0000 %");
    CliRun kept =
        convert(
            Models.trained(folder),
            small,
            "--data",
            data,
            "--keep",
            "scores",
            "--target-agreement",
            "0.8");
    assertThat(kept.out()).contains("2 layers of 3 compute in integers").contains("excluded");
  }

  @Test
  void where_no_layer_reaches_the_target_nothing_is_written_and_the_reason_is_given() {
    Path small = folder.resolve("small.onnx");
    Path data = HalfModels.samples(folder, 2, 1, 1, 4, 4);
    CliRun run = convert(HalfModels.close(folder), small, "--judge", "classes", "--data", data);

    assertThat(run.code()).as(run.err() + run.out()).isEqualTo(3);
    assertThat(run.out())
        .contains("0 layers of 1 compute in integers", "Error at the outputs: exact")
        .contains("the target was not reached with any layer in integers")
        .contains("THE TARGET WAS MISSED WITH EVERY TRY", "with all layers in integers, ")
        .contains("or less would accept it", "Nothing was written.")
        .doesNotContain("costs most", "Infinity", "Verified");
    assertThat(Files.exists(small)).isFalse();
    JsonNode json =
        Json.parse(
            convert(HalfModels.close(folder), small, "--judge", "classes", "--data", data, "--json")
                .out());
    assertThat(json.get("holds").asBoolean()).isFalse();
    assertThat(json.get("output").isNull()).isTrue();
    String refusal = json.get("refusal").asText();
    String accepted = refusal.replaceAll(".*--target-agreement ([0-9.]+) .*", "$1");
    CliRun again =
        convert(
            HalfModels.close(folder),
            small,
            "--judge",
            "classes",
            "--data",
            data,
            "--target-agreement",
            accepted);
    assertThat(again.code()).as(again.err() + again.out()).isZero();
    assertThat(again.out()).contains("1 layer of 1 compute in integers", "Wrote " + small);
  }

  @Test
  void what_all_layers_reach_is_told_beside_the_best_try() {
    QuantizationReport.Layer kept =
        new QuantizationReport.Layer("y", "Conv", false, "", Double.NaN, 0, 40, 40, 0.5);
    QuantizationReport report =
        new QuantizationReport(
            QuantizationOptions.of(QuantizationTarget.CPU),
            List.of(kept, kept, kept),
            List.of(),
            true,
            16,
            1,
            40,
            List.of(trial(0, 0.990234375), trial(1, 0.989671), trial(2, 0.998046875)));
    Graph graph = OnnxModel.read(Models.trained(folder)).graph();

    assertThat(new IntegerConversion(graph, report, List.of(), Optional.empty()).refusal())
        .contains(
            "THE TARGET WAS MISSED WITH EVERY TRY: with all layers in integers, 99.0234 % of decisions stay the same (99.9000 % are asked for) at output 'y': withTargetAgreement 0.9902 or less would accept it; the best, with 2 of 3 layers in float32: 99.8047 % of decisions stay the same (99.9000 % are asked for) at output 'y': withTargetAgreement 0.9980 or less would accept it");
  }

  private static QuantizationReport.Trial trial(int excluded, double share) {
    Piece classes =
        new Piece(OutputKind.CLASSES, Optional.empty(), OptionalInt.of(1), true, "a Softmax");
    Finding.Check check = new Finding.Check(Finding.Measure.AGREEMENT, share, 0.999);
    Finding finding =
        new Finding("y", classes, OptionalInt.empty(), 1, 0, 0, 0, 0, 0, 0, 0, List.of(check));
    return new QuantizationReport.Trial(excluded, share, Optional.of(finding));
  }

  @Test
  void without_a_target_99_percent_are_asked_for() {
    Path data = HalfModels.samples(folder, 4, 1, 3, 8, 10);
    CliRun run = convert(subtle(), folder.resolve("small.onnx"), "--data", data, "--json");

    assertThat(Json.parse(run.out()).get("targets").get("agreement").asDouble()).isEqualTo(0.99);
    assertThat(run.code()).as(run.out()).isZero();
  }

  @Test
  void the_error_of_decisions_alone_is_said_not_to_be_measured() {
    OnnxModel scores = OnnxModel.read(Models.trained(folder));
    Graph graph =
        scores.graph().toBuilder()
            .node(
                new Op.ArgMax(1, false, false),
                List.of(scores.graph().outputs().get(0).name()),
                "best")
            .replaceOutputs(
                List.of(new Value("best", Optional.of(ElementType.INT64), Optional.empty())))
            .build();
    Path model = Models.write(folder.resolve("decided.onnx"), graph);
    Path data = HalfModels.samples(folder, 4, 1, 3, 8, 10);
    CliRun run =
        convert(model, folder.resolve("small.onnx"), "--data", data, "--target-agreement", "0.5");

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    assertThat(run.out())
        .contains("Error at the outputs: not measured", "integer")
        .doesNotContain("outputs: exact");
  }

  @Test
  void a_model_of_which_everything_is_kept_is_refused() {
    Path data = HalfModels.samples(folder, 1, 1, 3, 8, 10);
    CliRun run =
        convert(
            Models.trained(folder), folder.resolve("small.onnx"), "--data", data, "--keep", "*");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("No layer of graph", "and 2 more: excluded");
  }

  /** How many elements are not 0 is decided by the numbers, so the size of the output is too. */
  @Test
  void an_output_whose_size_the_conversion_changes_is_compared() {
    Random random = new Random(5);
    float[] weight = new float[32 * 3];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = random.nextFloat() - 0.5f;
    }
    Graph graph =
        new Graph.Builder("indices")
            .input(Value.float32("x", 1, 3, 8, 10))
            .initializer("w", Tensor.ofFloats(weight, 32, 3, 1, 1))
            .node(Layers.CONV, List.of("x", "w"), "c")
            .node(Layers.RELU, List.of("c"), "r")
            .node(new Op.Opaque("", "NonZero", Map.of(), List.of()), List.of("r"), "y")
            .output(new Value("y", Optional.of(ElementType.INT64), Optional.empty()))
            .build();
    Path model = Models.write(folder.resolve("indices.onnx"), graph);
    Path small = folder.resolve("small.onnx");
    Path data = HalfModels.samples(folder, 2, 1, 3, 8, 10);

    CliRun run = convert(model, small, "--data", data, "--target-agreement", "0", "--json");

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    JsonNode output = Json.parse(run.out()).at("/comparisons/0/findings/0");
    assertThat(output.at("/piece/kind").asText()).isEqualTo("LABELS");
    assertThat(output.get("disagreements").asLong())
        .isBetween(1L, output.get("positions").asLong());
    assertThat(Json.parse(run.out()).at("/conversion/agreement").asDouble())
        .isCloseTo(
            1 - output.get("disagreements").asDouble() / output.get("positions").asDouble(),
            within(1e-9));
  }

  @Test
  void the_same_conversion_gives_the_same_bytes() {
    Path model = Models.trained(folder);
    Path data = HalfModels.samples(folder, 2, 1, 3, 8, 10);
    convert(model, folder.resolve("1.onnx"), "--data", data, "--target-agreement", "0.9");
    convert(model, folder.resolve("2.onnx"), "--data", data, "--target-agreement", "0.9");

    assertThat(folder.resolve("1.onnx")).hasSameBinaryContentAs(folder.resolve("2.onnx"));
  }

  @Test
  void what_cannot_be_done_is_refused_and_leaves_no_file() {
    Path model = Models.trained(folder);
    Path small = folder.resolve("small.onnx");
    Path data = HalfModels.samples(folder, 2, 1, 3, 8, 10);

    CliRun without = convert(model, small);
    assertThat(without.code()).isEqualTo(2);
    assertThat(without.err()).contains("--data names a folder");
    CliRun half = convert(model, small, "--data", data, "--io", "half");
    assertThat(half.code()).isEqualTo(2);
    CliRun other =
        CliRun.of(
            "convert",
            model,
            "-o",
            small,
            "--precision",
            "fp16",
            "--data",
            data,
            "--calibration",
            "mse");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("go with --precision int8 only");
    assertThat(Files.exists(small)).isFalse();
  }

  @Test
  void a_sample_that_is_no_number_is_named_and_a_mask_is_no_obstacle() {
    Path data = HalfModels.samples(folder, 2, 1, 3, 8, 10);
    float[] values = new float[240];
    values[7] = Float.NaN;
    Path broken = HalfModels.npy(data.resolve("broken.npy"), values, 1, 3, 8, 10);
    Path small = folder.resolve("small.onnx");
    CliRun nan = convert(Models.trained(folder), small, "--data", data);
    CliRun masked =
        convert(
            HalfModels.attention(folder),
            small,
            "--data",
            HalfModels.samples(folder.resolve("more"), 2, 1, 4, 6),
            "--target-agreement",
            "0.5");

    assertThat(nan.code()).isEqualTo(1);
    assertThat(nan.err()).contains(broken + ": input 'x' holds NaN at element 7", "leave");
    assertThat(masked.code()).as(masked.err() + masked.out()).isZero();
  }

  @Test
  void a_model_that_is_half_already_is_refused_by_that_name() {
    Path data = HalfModels.samples(folder, 2, 1, 3, 8, 10);
    Path half = folder.resolve("half.onnx");
    CliRun.of("convert", Models.trained(folder), "-o", half, "--precision", "fp16");
    CliRun run = convert(half, folder.resolve("small.onnx"), "--data", data);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("its weights are FLOAT16 already; convert the float32 model that it was made of");
  }

  @Test
  void the_file_says_what_it_was_made_of_and_how_far_it_agrees() {
    Path folded = folder.resolve("folded.onnx");
    CliRun.of("fold", Models.trained(folder), "-o", folded);
    Path small = folder.resolve("small.onnx");
    Path data = HalfModels.samples(folder, 4, 1, 3, 8, 10);
    List<Object> words = new ArrayList<>(List.of("--data", data, "--target-agreement", "0.9"));
    words.addAll(List.of("--no-bias-correction", "--json"));
    CliRun run = convert(folded, small, words.toArray());

    Map<String, String> metadata = OnnxModel.read(small).metadata();
    JsonNode record = Json.parse(metadata.getOrDefault(ConvertFile.KEY, ""));
    String fold = OnnxModel.read(folded).metadata().getOrDefault(Certificate.KEY, "none");
    assertThat(metadata).doesNotContainKey(Certificate.KEY);
    assertThat(record.get("fold").asText()).isEqualTo(fold).contains("largestErrorBound");
    assertThat(record.get("source").asText()).isEqualTo(ModelFile.read(folded).sha256());
    assertThat(record.get("target").asDouble()).isEqualTo(0.9);
    assertThat(record.get("agreement").asDouble())
        .isEqualTo(Json.parse(run.out()).at("/conversion/agreement").asDouble());

    CliRun before = CliRun.of("inspect", folded, "--json");
    CliRun after = CliRun.of("inspect", small, "--json");
    assertThat(Json.parse(after.out()).get("parameters"))
        .isEqualTo(Json.parse(before.out()).get("parameters"));
    assertThat(CliRun.of("inspect", small).out())
        .contains("converted by", "its weights are quantized already")
        .doesNotContain("folded by", "'...'");
  }

  @Test
  void a_model_that_is_quantized_already_is_refused() {
    Path small = folder.resolve("small.onnx");
    Path data = HalfModels.samples(folder, 2, 1, 3, 8, 10);
    convert(Models.trained(folder), small, "--data", data, "--target-agreement", "0.9");
    CliRun again = convert(small, folder.resolve("again.onnx"), "--data", data);

    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("small.onnx", "is quantized already");
    assertThat(Files.exists(folder.resolve("again.onnx"))).isFalse();
  }
}
