package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
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
    assertThat(json.get("timings")).hasSize(2);
    assertThat(json.at("/timings/1/milliseconds/median").asDouble()).isPositive();
    assertThat(json.at("/timings/0/optimized").asBoolean()).isFalse();
    assertThat(json.at("/inputs/x/3").asInt()).as("the fixed model's width").isEqualTo(10);
  }
}
