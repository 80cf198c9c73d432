package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.repfold.runtime.Availability;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.TensorInfo;
import io.repfold.tensorrt.DeviceDescription;
import io.repfold.tensorrt.PlanKey;
import io.repfold.tensorrt.PlanLayer;
import io.repfold.tensorrt.PlanManifest;
import io.repfold.tensorrt.PlanPlugin;
import io.repfold.tensorrt.PlanResult;
import io.repfold.tensorrt.TensorRtBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompileCommandTest {
  @TempDir private Path folder;

  @Test
  void without_a_gpu_it_says_why_and_writes_nothing() {
    assumeTrue(
        new TensorRtBackend().availability() instanceof Availability.Missing,
        "TensorRT can run here");
    Availability.Missing missing = (Availability.Missing) new TensorRtBackend().availability();
    Path plan = folder.resolve("net.plan");

    CliRun run = CliRun.of("compile", Models.dynamic(folder), "-o", plan, "--explain");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo("repfold: error: Cannot compile: %s%n".formatted(missing.reason()));
    assertThat(plan).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fold", "bench", "verify"})
  void where_an_onnx_file_is_expected_a_plan_is_told_by_its_name(String command)
      throws IOException {
    Path plan = Files.write(folder.resolve("net.plan"), new byte[] {'f', 't', 'r', 't', 0});
    CliRun run =
        switch (command) {
          case "verify" -> CliRun.of(command, plan, plan);
          case "fold" -> CliRun.of(command, plan, "-o", folder.resolve("folded.onnx"));
          default -> CliRun.of(command, plan);
        };

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("is a TensorRT plan by its name", "engine tensorrt");
  }

  @Test
  void a_plan_of_others_is_not_taken_over_without_a_gpu() throws IOException {
    assumeTrue(
        new TensorRtBackend().availability() instanceof Availability.Missing,
        "TensorRT can run here");
    Path theirs = Files.writeString(folder.resolve("theirs.engine"), "ftrt and more");
    Path plan = folder.resolve("net.plan");

    CliRun run = CliRun.of("compile", "--adopt", theirs, "-o", plan);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).startsWith("repfold: error: Cannot compile: ").hasLineCount(1);
    assertThat(plan).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--profile x=1", "--timing-cache t", "--workspace 1", "--sparsity", "--aux-streams 1",
        "--hardware-compatible", "--tf32", "--level 3", "--cache c", "--explain"
      })
  void options_for_models_are_refused_for_a_plan_that_is_compiled_already(String option) {
    String line =
        "compile --adopt theirs.engine -o %s %s".formatted(folder.resolve("p.plan"), option);

    CliRun run = CliRun.of((Object[]) line.split(" "));

    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).contains(option.split(" ", 2)[0] + " says how to compile a model");
  }

  @Test
  void a_plan_that_was_taken_over_says_so() {
    DeviceDescription device = new DeviceDescription("NVIDIA H100", "9.0", "580", "12.6", "10.6.0");
    PlanManifest manifest = PlanInspectionTest.adopted(device);

    assertThat(
            CompileReport.text(
                Path.of("p.plan"),
                new PlanResult(Path.of("p.plan"), manifest, 1, List.of()),
                List.of(),
                false))
        .startsWith("p.plan: taken over in 1.0 s for NVIDIA H100");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--profile y=1x3x8x8",
        "--profile x=1x3x8x8:1x3x4x4:1x3x8x8",
        "--profile 1x3x8x8",
        "--level 6",
        "--workspace -1",
        "--aux-streams -1",
        "--profile x=@1,2:1,1:1,2",
        "--time-limit 0"
      })
  void options_that_cannot_be_are_refused_before_a_gpu_is_asked_for(String options) {
    String line =
        "compile %s -o %s %s".formatted(Models.dynamic(folder), folder.resolve("p.plan"), options);

    CliRun run = CliRun.of((Object[]) line.split(" "));

    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).startsWith("repfold: error: ").contains("compile --help");
  }

  @Test
  void the_report_names_device_size_tensors_and_layers() {
    DeviceDescription device = new DeviceDescription("NVIDIA H100", "9.0", "580", "12.6", "10.6.0");
    PlanManifest manifest =
        new PlanManifest(
            "net.onnx",
            "ab",
            12_345_678,
            new PlanKey("cd", device, "tf32=false", ""),
            List.of(new TensorInfo("images", ElementType.FLOAT16, List.of())),
            List.of(),
            List.of(new PlanPlugin("libops.so", "ef")),
            List.of(new PlanLayer("conv1 + relu", "gemm", "Half 1x64x56x56", "sm90_xmma")));
    PlanResult result = new PlanResult(Path.of("c.plan"), manifest, 12.34, List.of("odd weights"));

    String text = CompileReport.text(Path.of("net.plan"), result, List.of("because"), true);

    assertThat(text)
        .startsWith("because\nnet.plan: compiled in 12.3 s for NVIDIA H100")
        .contains("12.3 MB", "1 layer", "images: float16", "odd weights", "plug-in libops.so")
        .contains("conv1 + relu", "sm90_xmma", "Half 1x64x56x56");
    assertThat(CompileReport.json(Path.of("net.plan"), result, List.of()).at("/manifest/key/gpu"))
        .hasToString("\"NVIDIA H100\"");
    assertThat(
            CompileReport.text(
                Path.of("p"),
                new PlanResult(Path.of("c"), manifest, 0, List.of()),
                List.of(),
                false))
        .contains("was in the cache")
        .doesNotContain("sm90_xmma");
  }
}
