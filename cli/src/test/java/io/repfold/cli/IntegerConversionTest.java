package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.onnx.OnnxModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
        .contains(DotProducts.ofThisMachine().remark())
        .doesNotContain("interpreter");
    OnnxModel model = OnnxModel.read(small);
    assertThat(model.graph().nodes()).filteredOn(n -> n.op() instanceof Op.Conv).hasSize(3);
    assertThat(integers(model.graph()))
        .contains(ElementType.UINT8, ElementType.INT8, ElementType.INT32);
    assertThat(model.metadata().get(ConvertWork.KEY))
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

  @Test
  void layers_stay_float32_until_the_target_holds() {
    Path small = folder.resolve("small.onnx");
    Path data = HalfModels.samples(folder, 4, 1, 3, 8, 10);
    CliRun run = convert(Models.trained(folder), small, "--data", data, "--target-agreement", "1");

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    assertThat(run.out()).contains("Verified: 100.0000 %");
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
