package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.onnx.Sha256;
import io.repfold.runtime.Dimension;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.TensorInfo;
import io.repfold.tensorrt.DeviceDescription;
import io.repfold.tensorrt.PlanKey;
import io.repfold.tensorrt.PlanLayer;
import io.repfold.tensorrt.PlanManifest;
import io.repfold.tensorrt.PlanPlugin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code inspect} of a plan, which needs neither a GPU nor TensorRT. */
class PlanInspectionTest {
  private static final DeviceDescription H100 =
      new DeviceDescription("NVIDIA H100", "9.0", "580", "12.6", "10.6.0");
  private static final byte[] BYTES = "the plan".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;

  static PlanManifest adopted(DeviceDescription device) {
    return manifest(
        new PlanKey("unknown", device, "adopted=true versionCompatible=false tf32=unknown", ""));
  }

  private static PlanManifest manifest(PlanKey key) {
    return new PlanManifest(
        "net.onnx",
        Sha256.of(BYTES),
        BYTES.length,
        key,
        List.of(new TensorInfo("images", ElementType.FLOAT16, List.of(new Dimension(-1, "")))),
        List.of(new TensorInfo("scores", ElementType.FLOAT, List.of(new Dimension(5, "")))),
        List.of(new PlanPlugin("libops.so", "cafe")),
        List.of(
            new PlanLayer("conv1 + relu", "gemm", "Half 1x64", "sm90_xmma"),
            new PlanLayer("conv2", "gemm", "Half 1x64", "sm90_xmma"),
            new PlanLayer("copy", "Reformat", "", "")));
  }

  private Path plan(PlanManifest manifest) throws IOException {
    Path plan = Files.write(folder.resolve("net.plan"), BYTES);
    Files.writeString(PlanManifest.beside(plan), manifest.json());
    return plan;
  }

  @Test
  void a_plan_is_shown_by_its_manifest() throws IOException {
    Path plan = plan(manifest(new PlanKey("ab12", H100, "level=3", "images=1:2:4")));

    CliRun run = CliRun.of("inspect", plan);

    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains(
            "plan           " + plan + ", 8 B",
            "file           whole",
            "compiled from  net.onnx, SHA-256 ab12",
            "for            NVIDIA H100 (compute capability 9.0)",
            "options        level=3",
            "profiles       images=1:2:4",
            "plug-in        libops.so, SHA-256 cafe",
            "input          images: float16",
            "output         scores: float32",
            "layers         1 Reformat, 2 gemm")
        .doesNotContain("sm90_xmma");
    assertThat(CliRun.of("inspect", plan, "--nodes").out())
        .contains("conv1 + relu", "sm90_xmma", "Half 1x64");
  }

  @Test
  void of_a_plan_that_was_taken_over_it_says_what_is_not_known() throws IOException {
    Path plan = plan(adopted(H100));

    assertThat(CliRun.of("inspect", plan).out())
        .contains("taken over     from net.onnx; the model that it was compiled from")
        .contains("tf32=unknown")
        .doesNotContain("compiled from  ");
    JsonNode json = Json.parse(CliRun.of("inspect", plan, "--json").out());
    assertThat(json.get("adopted").asBoolean()).isTrue();
    assertThat(json.get("whole").asBoolean()).isTrue();
    assertThat(json.at("/manifest/key/model").asText()).isEqualTo("unknown");
  }

  @Test
  void a_plan_that_was_changed_does_not_hold() throws IOException {
    Path plan = plan(manifest(new PlanKey("ab12", H100, "level=3", "")));
    Files.writeString(plan, "the plam");

    CliRun run = CliRun.of("inspect", plan);

    assertThat(run.code()).isEqualTo(ExitCodes.DOES_NOT_HOLD);
    assertThat(run.out()).contains("it was changed since it was compiled");
    assertThat(Json.parse(CliRun.of("inspect", plan, "--json").out()).get("whole").asBoolean())
        .isFalse();
  }

  @Test
  void a_plan_without_a_manifest_is_told_how_to_get_one() throws IOException {
    Path plan = Files.write(folder.resolve("theirs.engine"), BYTES);

    CliRun run = CliRun.of("inspect", plan);

    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err())
        .contains("there is no manifest 'theirs.engine.json'", "repfold compile --adopt")
        .hasLineCount(1);
  }

  @Test
  void a_plan_that_is_not_there_is_not_asked_for_a_manifest() {
    Path missing = folder.resolve("none.plan");
    CliRun run = CliRun.of("inspect", missing);

    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err())
        .isEqualTo("repfold: error: %s: there is no such file%n".formatted(missing));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--check", "--listing", "--risk", "--verbose", "--shape=1x3x8x8"})
  void what_is_asked_of_models_only_is_refused(String option) throws IOException {
    Path plan = plan(manifest(new PlanKey("ab12", H100, "level=3", "")));

    CliRun run = CliRun.of("inspect", plan, option);

    assertThat(run.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(run.err()).contains(option.split("=", 2)[0] + " goes with an ONNX file");
  }
}
