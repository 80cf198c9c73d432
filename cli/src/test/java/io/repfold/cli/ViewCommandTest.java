package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.GraphicsEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewCommandTest {
  private static final Path TRAINED = Path.of("../samples/models/trained.onnx");
  private static final Path DEPLOYED = Path.of("../samples/models/deployed.onnx");

  @TempDir private Path folder;

  @Test
  void one_model_is_drawn_as_a_page_and_as_a_picture() throws IOException {
    Path page = folder.resolve("page.html");
    Path picture = folder.resolve("picture.svg");

    CliRun run = CliRun.of("view", TRAINED, "-o", page, "--svg", picture);

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).isEqualTo("Wrote %s and %s\n".formatted(page, picture));
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>").contains("trained.onnx");
    assertThat(Files.readString(picture)).startsWith("<svg ").contains("stem", "body", "wide");
  }

  @Test
  void two_models_are_on_one_page() throws IOException {
    Path page = folder.resolve("page.html");

    assertThat(CliRun.of("view", TRAINED, DEPLOYED, "-o", page).code()).isEqualTo(ExitCodes.DONE);

    assertThat(Files.readString(page)).contains("trained.onnx and deployed.onnx", "\"BECAME\"");
  }

  @Test
  void a_page_that_cannot_be_written_is_bad_usage_before_any_work() {
    CliRun run =
        CliRun.of("view", folder.resolve("missing.onnx"), "-o", folder.resolve("no/page.html"));

    assertThat(run.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(run.err()).contains("there is no folder");
  }

  @Test
  void a_shape_that_contradicts_the_model_is_bad_usage() {
    CliRun run =
        CliRun.of("view", TRAINED, "-o", folder.resolve("page.html"), "--shape", "1x4x64x48");

    assertThat(run.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(run.err()).contains("--shape 1x4x64x48 contradicts");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void without_a_desktop_the_page_is_written_and_the_reason_told() {
    Assumptions.assumeTrue(
        GraphicsEnvironment.isHeadless(), "there is a desktop, whose browser would open");
    Path page = folder.resolve("page.html");

    CliRun run = CliRun.of("view", TRAINED, "-o", page, "--open");

    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("was written, but there is no desktop here");
    assertThat(page).exists();
  }
}
