package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.repfold.runtime.Notices;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

class MainTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "inspect",
        "fold",
        "expand",
        "verify",
        "bench",
        "compile",
        "train",
        "eval",
        "export",
        "import",
        "networks",
        "demo",
        "completion"
      })
  void each_command_has_help_with_an_example(String command) {
    CliRun run = CliRun.of(command, "--help");

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("Usage: repfold " + command, "repfold " + command, "Example");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void the_version_names_the_tool_java_and_the_runtime() {
    CliRun run = CliRun.of("--version");

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("repfold ", "Java ", "ONNX Runtime CPU ");
  }

  @Test
  void what_is_said_while_a_command_works_is_a_line_on_the_error_stream() {
    StringWriter err = new StringWriter();
    Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), "--version");

    Notices.say("unpacking 1.8 GB");

    assertThat(err).hasToString("repfold: unpacking 1.8 GB" + System.lineSeparator());
  }

  @Test
  void the_help_lists_the_exit_codes() {
    assertThat(CliRun.of("--help").out()).contains("2   bad usage", "3   a verification");
  }

  @Test
  void the_list_of_commands_is_that_of_commands_described_in_full() {
    assertThat(commands("--help").getUsageMessage(Ansi.OFF))
        .isEqualTo(commands("completion").getUsageMessage(Ansi.OFF))
        .contains("inspect", "Shows what is in a model")
        .doesNotContain("warm-up");
  }

  /** Otherwise picocli warns on the error stream of the process. */
  @Test
  void every_description_is_a_format() {
    List<String> lines =
        commands("completion").getSubcommands().values().stream()
            .flatMap(command -> command.getCommandSpec().options().stream())
            .map(option -> ((AnnotatedElement) option.userObject()).getAnnotation(Option.class))
            .flatMap(option -> Stream.of(option.description()))
            .toList();

    assertThat(lines)
        .hasSizeGreaterThan(100)
        .allSatisfy(line -> assertThatCode(() -> String.format(line)).doesNotThrowAnyException());
  }

  private static CommandLine commands(String line) {
    return Commands.addTo(new CommandLine(new RepfoldCommand()), line);
  }

  @Test
  void a_completion_script_knows_the_commands() {
    CliRun run = CliRun.of("completion");

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .startsWith("#!/usr/bin/env bash")
        .contains("inspect", "--allow-growth", "expand", "--pointwise");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unfold",
        "fold",
        "fold x.onnx",
        "fold x.onnx -o y.onnx --samples two",
        "fold x.onnx -o y.onnx --samples 0",
        "fold x.onnx -o y.onnx --tolerance 0.5",
        "fold x.onnx -o y.onnx --report report.pdf",
        "fold x.onnx -o nowhere/y.onnx",
        "inspect x.onnx --shape 1x0x3",
        "inspect x.onnx --shape x=axb",
        "verify x.onnx",
        "bench x.onnx --threads 0",
        "bench x.onnx --runs 0",
        "bench x.onnx --seconds -1",
        "compile x.onnx",
        "compile x.onnx -o nowhere/x.plan"
      })
  void bad_usage_is_one_line_and_a_pointer_to_the_help(String line) {
    CliRun run = CliRun.of((Object[]) line.split(" "));

    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).startsWith("repfold: error: ").contains("--help'");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "inspect FILE",
        "fold FILE -o out.onnx",
        "verify FILE FILE",
        "bench FILE",
        "fold FILE --dry-run"
      })
  void a_missing_or_damaged_file_is_named_in_one_line(String line) throws IOException {
    Path damaged = folder.resolve("damaged.onnx");
    byte[] whole = Files.readAllBytes(Models.trained(folder));
    Files.write(damaged, java.util.Arrays.copyOf(whole, whole.length / 2));

    for (String file : new String[] {"missing.onnx", damaged.toString()}) {
      CliRun run = CliRun.of((Object[]) line.replace("FILE", file).split(" "));

      assertThat(run.code()).as(run.err()).isEqualTo(1);
      assertThat(run.err()).startsWith("repfold: error: ").contains(file).hasLineCount(1);
      assertThat(run.out()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "flod model.onnx, fold",
    "fold model.onnx --raport x.html, --report",
    "inspect model.onnx --jsn, --json",
    "--verison, --version"
  })
  void a_mistyped_word_is_answered_with_the_nearest(String line, String meant) {
    CliRun run = CliRun.of((Object[]) line.split(" ", -1));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("Did you mean " + meant + "?");
  }

  @Test
  void what_is_near_nothing_is_not_guessed() {
    assertThat(CliRun.of("xyzzy").err()).doesNotContain("Did you mean");
  }

  @Test
  void help_can_be_asked_for_in_words_or_with_nothing() {
    assertThat(CliRun.of("help", "fold")).isEqualTo(CliRun.of("fold", "--help"));
    assertThat(CliRun.of()).isEqualTo(CliRun.of("--help"));
    assertThat(CliRun.of("help")).isEqualTo(CliRun.of("--help"));
    assertThat(CliRun.of().out()).contains("inspect", "networks");
  }

  @Test
  void debug_shows_where_an_error_came_from() {
    CliRun run = CliRun.of("inspect", "missing.onnx", "--debug");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("\tat io.repfold.");
  }

  @Test
  void no_test_reports_the_use_of_onnx_runtime_to_its_maker() {
    assertThat(System.getenv("ORT_DISABLE_TELEMETRY"))
        .as("set by the build; processes that tests start inherit it")
        .isEqualTo("1");
  }
}
