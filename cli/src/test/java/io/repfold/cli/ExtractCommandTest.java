package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtractCommandTest {
  @TempDir private Path folder;
  private Path trained;
  private Path wrong;
  private Path part;

  @BeforeEach
  void write() {
    trained = Models.trained(folder);
    wrong = Models.wrong(folder);
    part = folder.resolve("part.onnx");
  }

  @Test
  void a_part_is_written_and_its_ends_are_told() {
    CliRun run = CliRun.of("extract", trained, "--to", Models.BLOCK + ".add", "-o", part);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("Wrote " + part)
        .contains(" nodes, from x: FLOAT[1, 3, 8, 10] to " + Models.BLOCK + ".add: FLOAT[1, 4, ");
    assertThat(CliRun.of("verify", part, part).code()).isZero();
  }

  @Test
  void what_is_refused_is_bad_usage_and_names_the_option() {
    CliRun run = CliRun.of("extract", trained, "--from", "y", "--to", "scores", "-o", part);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--from: there is no tensor 'y'");
    assertThat(part).doesNotExist();
  }

  @Test
  void verify_writes_the_smallest_part_that_differs() {
    Path found = folder.resolve("found");

    CliRun run = CliRun.of("verify", trained, wrong, "--bisect", found);

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out())
        .contains("NOT the same", "The smallest part that differs", "Wrote the part into " + found);
    CliRun again =
        CliRun.of(
            "verify",
            found.resolve("reference-part.onnx"),
            found.resolve("candidate-part.onnx"),
            "--input",
            found.resolve("inputs.npz"));
    assertThat(again.code()).as(again.out() + again.err()).isEqualTo(3);
  }

  @Test
  void json_stays_json_beside_a_bisection() {
    Path found = folder.resolve("found");

    CliRun run = CliRun.of("verify", trained, wrong, "--bisect", found, "--json");

    assertThat(Json.parse(run.out()).get("holds").asBoolean()).isFalse();
    assertThat(run.err()).contains("Wrote the part into");
  }

  @Test
  void models_that_agree_have_no_part() {
    Path found = folder.resolve("found");

    CliRun run = CliRun.of("verify", trained, trained, "--bisect", found);

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("do not differ");
    assertThat(Files.exists(found)).isFalse();
  }
}
