package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.runtime.Availability;
import io.repfold.runtime.Backends;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
  @TempDir private Path folder;

  @Test
  void a_table_names_models_machine_and_inputs() {
    Path model = Models.trained(folder);

    CliRun run = CliRun.of("bench", model, model, "--runs", 3, "--seconds", 0, "--threads", 1);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(
            "median ms", "speed-up", "1 thread", "optimizer on", "3 runs of each", "1x3x8x10");
  }

  @Test
  void json_holds_a_timing_for_each_model() {
    Path dynamic = Models.dynamic(folder);

    CliRun run =
        CliRun.of(
            "bench",
            dynamic,
            Models.trained(folder),
            "--runs",
            2,
            "--seconds",
            0,
            "--json",
            "--no-optimizer");

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode json = Json.parse(run.out());
    JsonNode benchmark = json.at("/benchmarks/0");
    assertThat(benchmark.get("timings")).hasSize(2);
    assertThat(benchmark.at("/timings/1/milliseconds/median").asDouble()).isPositive();
    assertThat(benchmark.at("/timings/0/optimized").asBoolean()).isFalse();
    assertThat(benchmark.at("/inputs/x/3").asInt()).as("the fixed model's width").isEqualTo(10);
  }

  @Test
  void engines_and_batches_are_measured_side_by_side() {
    Path dynamic = Models.dynamic(folder);

    CliRun run =
        CliRun.of(
            "bench",
            dynamic,
            "--engine",
            "ort-cpu,interpreter",
            "--batch",
            "1,3",
            "--runs",
            1,
            "--seconds",
            0,
            "--json");

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode benchmarks = Json.parse(run.out()).get("benchmarks");
    assertThat(benchmarks).hasSize(2);
    assertThat(benchmarks.at("/1/inputs/x/0").asInt()).isEqualTo(3);
    assertThat(benchmarks.at("/1/timings/1/label").asText()).isEqualTo(dynamic + " on interpreter");
    assertThat(benchmarks.at("/1/timings/0/tf32").asBoolean()).isFalse();
    double median = benchmarks.at("/1/timings/0/milliseconds/median").asDouble();
    assertThat(benchmarks.at("/1/timings/0/samplesPerSecond").asDouble())
        .isCloseTo(3000 / median, Offset.offset(1e-6));
    assertThat(benchmarks.at("/1/timings/0/backend").asText()).startsWith("ONNX Runtime CPU");
  }

  @Test
  void a_batch_that_the_model_fixes_and_an_unknown_engine_are_bad_usage() {
    Path model = Models.trained(folder);

    CliRun batch = CliRun.of("bench", model, "--batch", 4);
    CliRun engine = CliRun.of("bench", model, "--engine", "ort-gpu");

    assertThat(batch.code()).isEqualTo(2);
    assertThat(batch.err()).contains("--batch 4", model.toString(), "x");
    assertThat(engine.code()).isEqualTo(2);
    assertThat(engine.err()).contains("'ort-gpu'", "ort-cpu", "interpreter");
  }

  @Test
  void an_engine_that_is_missing_says_what_it_needs() {
    Assumptions.assumeTrue(
        Backends.onnxRuntimeCuda().availability() instanceof Availability.Missing,
        "this machine has CUDA");

    CliRun run = CliRun.of("bench", Models.trained(folder), "--engine", "ort-cuda");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("ONNX Runtime CUDA cannot run here: ", "repfold doctor");
  }

  @Test
  void a_model_that_takes_half_numbers_is_measured_beside_one_that_takes_floats() {
    Path model = Models.dynamic(folder);
    Path half = folder.resolve("half.onnx");
    CliRun converted =
        CliRun.of(
            "convert", model, "-o", half, "--precision", "fp16", "--io", "half", "--random", 2);
    assertThat(converted.code()).as(converted.out() + converted.err()).isZero();

    CliRun run = CliRun.of("bench", model, half, "--runs", 1, "--seconds", 0);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains(half.toString());
  }

  @Test
  void a_gpu_is_refused_where_nothing_runs_on_one() {
    Path model = Models.trained(folder);
    for (String engine : new String[] {"ort-cpu", "interpreter"}) {
      CliRun run = CliRun.of("bench", model, model, "--device", 1, "--engine", engine);
      assertThat(run.code()).isEqualTo(ExitCodes.BAD_USAGE);
      assertThat(run.err()).contains("--device 1 names a GPU");
    }
  }

  @Test
  void session_options_reach_onnx_runtime_and_are_refused_for_others() {
    Path model = Models.trained(folder);
    String senseless = "session.intra_op_thread_affinities=nowhere";
    CliRun run = CliRun.of("bench", model, model, "--session-option", senseless);
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("nowhere");

    run =
        CliRun.of("bench", model, model, "--session-option", senseless, "--engine", "interpreter");
    assertThat(run.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(run.err()).contains("interpreter is another engine");
  }
}
