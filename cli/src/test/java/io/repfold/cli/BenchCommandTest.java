package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.bench.Distribution;
import io.repfold.bench.Timing;
import io.repfold.runtime.Availability;
import io.repfold.runtime.Backends;
import io.repfold.tensorrt.PlanLayer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
  void several_runs_at_once_are_counted_for_each_engine() {
    Path dynamic = Models.dynamic(folder);
    Object[] command = {
      "bench",
      dynamic,
      "--engine",
      "ort-cpu,interpreter",
      "--threads",
      1,
      "--batch",
      2,
      "--streams",
      "1,3",
      "--runs",
      3,
      "--seconds",
      0
    };

    CliRun run = CliRun.of(Stream.concat(Stream.of(command), Stream.of("--json")).toArray());

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode throughput = Json.parse(run.out()).at("/benchmarks/0/throughput");
    assertThat(throughput).hasSize(4);
    assertThat(throughput.findValuesAsText("streams")).containsExactly("1", "1", "3", "3");
    assertThat(throughput.at("/3/label").asText()).isEqualTo(dynamic + " on interpreter");
    assertThat(throughput.at("/2/runs").asInt()).as("one for each stream").isEqualTo(3);
    double runs = throughput.at("/2/runsPerSecond").asDouble();
    assertThat(runs).isPositive();
    assertThat(throughput.at("/2/samplesPerSecond").asDouble())
        .isCloseTo(2 * runs, Offset.offset(1e-6));
    assertThat(throughput.at("/2/milliseconds/median").asDouble()).isPositive();

    assertThat(CliRun.of(command).out())
        .containsPattern("model +streams +runs a second +samples a second +median ms\n")
        .containsPattern("on interpreter +3 +[\\d.]+ +[\\d.]+ +[\\d.]+\n");
  }

  @Test
  void streams_that_cannot_be_are_bad_usage() {
    Path model = Models.trained(folder);
    for (String streams : List.of("0", "1,257", "-1")) {
      CliRun run = CliRun.of("bench", model, "--streams", streams);
      assertThat(run.code()).isEqualTo(ExitCodes.BAD_USAGE);
      assertThat(run.err()).contains("--streams must be 1 to 256, not");
    }

    CliRun serial = CliRun.of("bench", model, "--streams", "2", "--engine", "ort-tensorrt");
    assertThat(serial.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(serial.err()).contains("ort-tensorrt does one run at a time", "engine tensorrt");
  }

  @Test
  void layers_and_plug_ins_are_refused_where_no_plan_runs() {
    Path model = Models.trained(folder);

    CliRun layers = CliRun.of("bench", model, "--layers");
    assertThat(layers.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(layers.err()).contains("--layers shows the layers of plans", "ort-cpu");

    for (String command : List.of("bench", "verify")) {
      CliRun plugin = CliRun.of(command, model, model, "--plugin", "libops.so");
      assertThat(plugin.code()).isEqualTo(ExitCodes.BAD_USAGE);
      assertThat(plugin.err()).contains("--plugin is for the engine tensorrt, and ort-cpu");
    }
  }

  @Test
  void the_layers_of_a_plan_stand_beside_the_time_of_all() {
    Distribution compute = Distribution.of(1.25, 1.25);
    Timing.Stages stages = new Timing.Stages(compute, compute, compute);
    Timing timing =
        new Timing(
            "net.plan",
            "net.plan",
            "TensorRT",
            1,
            true,
            false,
            compute,
            compute,
            Optional.of(stages));
    BenchLayers plan =
        new BenchLayers("net.plan", List.of(new PlanLayer("conv1", "gemm", "Half 1x3", "sm90_x")));

    assertThat(plan.text(List.of(timing)))
        .startsWith(
            "1 layer of net.plan: 1.250 ms in all, the median; TensorRT tells Java no times")
        .contains("conv1", "sm90_x");
    assertThat(BenchLayers.json(List.of(plan)).at("/0/layers/0/type").asText()).isEqualTo("gemm");
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
