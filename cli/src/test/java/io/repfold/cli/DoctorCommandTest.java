package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.pipeline.convert.IntegerSums;
import io.repfold.runtime.Availability;
import io.repfold.runtime.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  @TempDir private Path folder;

  @Test
  void every_engine_has_a_state() {
    CliRun run = CliRun.of("doctor");

    assertThat(run.code()).as(run.err()).isZero();
    for (var backend : Backends.all()) {
      assertThat(run.out()).containsPattern("(?m)^" + backend.id() + " .*(ready, |missing\\. )\\S");
    }
    assertThat(run.out())
        .contains(
            "training",
            "processor",
            "MiB free",
            OptionNames.in(IntegerSums.ofThisMachine().summary()));
  }

  @Test
  void json_says_the_same() {
    JsonNode json = Json.parse(CliRun.of("doctor", "--json").out());

    assertThat(json.get("engines")).hasSameSizeAs(Backends.all());
    assertThat(json.at("/engines/0/id").asText()).isEqualTo("ort-cpu");
    assertThat(json.at("/engines/0/ready").asBoolean()).isTrue();
    assertThat(json.at("/engines/0/version").asText()).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(json.at("/machine/cores").asInt()).isPositive();
    assertThat(json.at("/eightBitSums").asText())
        .isEqualToIgnoringCase(IntegerSums.ofThisMachine().name());
  }

  @Test
  void what_is_required_and_there_is_no_complaint() {
    assertThat(CliRun.of("doctor", "--require", "ort-cpu,interpreter").code()).isZero();
  }

  @Test
  void what_is_required_and_missing_does_not_hold() {
    Assumptions.assumeTrue(
        Backends.onnxRuntimeCuda().availability() instanceof Availability.Missing,
        "this machine has CUDA");

    CliRun run = CliRun.of("doctor", "--require", "ort-cpu,ort-cuda");

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).contains("missing here: ort-cuda").doesNotContain("ort-cpu");
  }

  @Test
  void an_unknown_engine_is_bad_usage() {
    CliRun run = CliRun.of("doctor", "--require", "cuda");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("no engine 'cuda'", "ort-cuda");
  }

  @Test
  void the_driver_and_the_cards_are_read_from_the_kernel() throws IOException {
    Files.writeString(
        folder.resolve("version"),
        """
        NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  Tue Sep 23 10:11:16 UTC 2025
        GCC version:  gcc version 12.3.0
        """);
    Path card = Files.createDirectories(folder.resolve("gpus/0000:04:00.0"));
    Files.writeString(
        card.resolve("information"), "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 16\n");

    assertThat(Graphics.read(folder))
        .isEqualTo(new Graphics(Optional.of("580.95.05"), List.of("NVIDIA H100 80GB HBM3")));
    assertThat(Graphics.read(folder.resolve("none")))
        .isEqualTo(new Graphics(Optional.empty(), List.of()))
        .hasToString("no NVIDIA driver");
  }
}
