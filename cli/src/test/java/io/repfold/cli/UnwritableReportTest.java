package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.onnx.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever asks for a model and a report gets both, or exit code 1 and no model. */
class UnwritableReportTest {
  /** Of a name that may be, beside which the longer name of a file on its way may not. */
  private static final String NAME = "r".repeat(245);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fold --report .html",
        "fold --report .json",
        "fold --no-verify --report .html",
        "expand --kind dbb --report .json",
        "convert --precision fp16 --report .json",
      })
  void no_model_appears_without_its_report(String command) throws IOException {
    Path report = folder.resolve(NAME + command.substring(command.lastIndexOf(' ') + 1));
    Path output = folder.resolve("new.onnx");
    Path model = Models.trained(folder);
    List<Object> words =
        new ArrayList<>(List.of(command.substring(0, command.lastIndexOf(' ')).split(" ")));
    words.addAll(List.of(report, model, "-o", output));

    CliRun run = CliRun.of(words.toArray());

    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains(report + ": cannot be written", "too long").hasLineCount(1);
    assertThat(run.out()).isEmpty();
    assertThat(files()).containsExactly("trained.onnx");
  }

  @Test
  void what_was_there_before_stays() throws IOException {
    Path model = Models.trained(folder);
    String before = Sha256.of(model);

    CliRun run = CliRun.of("fold", model, "-o", model, "--report", folder.resolve(NAME + ".html"));

    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(Sha256.of(model)).isEqualTo(before);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }
}
