package io.repfold.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the script does with its time and its results; in the place of Java runs a short program.
 */
class GpuScriptTest {
  private static final Path SCRIPT = Path.of("gpu", "run.sh").toAbsolutePath();

  /** What runs longer hangs. */
  private static final long HANG_MINUTES = 60;

  /** Seconds for all steps on the slowest machine. */
  private static final int PLENTY = 36_000;

  private static final String ASKED = "echo \"$*\" >>'FOLDER/asked.txt'\n";

  @TempDir private Path folder;

  /** What a call of the script gave. */
  private record Call(int code, String output) {}

  @BeforeEach
  void a_java_that_writes_down_what_it_was_asked_for() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash");
    Files.createDirectories(folder.resolve("native/lib"));
    fake(
        "native/jre/bin/java",
        ASKED
            + """
            case "$*" in
              *" compile "*) echo compiled && touch "$(sed 's/.* -o \\([^ ]*\\).*/\\1/' <<<"$*")" ;;
              *GpuChecks*) echo "two checks failed" && exit 1 ;;
            esac
            """);
  }

  /** A program that is a script of bash in the folder. */
  private void fake(String name, String script) throws IOException {
    Path program = folder.resolve(name);
    Files.createDirectories(program.getParent());
    Files.writeString(program, "#!/bin/bash\n" + script.replace("FOLDER", folder.toString()));
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void a_step_that_fails_keeps_none_of_the_others_and_all_is_kept() throws Exception {
    Call first = check(PLENTY);

    assertThat(first.code()).as(first.output()).isEqualTo(1);
    assertThat(first.output()).contains("failed: checks: exit code 1");
    assertThat(asked()).hasSize(6).last().asString().contains(" bench ");
    assertThat(Files.readString(folder.resolve("results/log.txt")))
        .contains("two checks failed", "=== compile.m.onnx: exit code 0", "=== bench.m.onnx");

    Call second = check(PLENTY);

    assertThat(second.code()).as(second.output()).isZero();
    assertThat(asked()).as("nothing is done a second time").hasSize(6);
  }

  @Test
  void where_no_plan_computes_nothing_else_is_tried() throws Exception {
    Call call = run(PLENTY, "measure", "native");

    assertThat(call.code()).as(call.output()).isEqualTo(1);
    assertThat(call.output()).contains("No plan computes here", "failed: smoke: exit code 1");
    assertThat(asked()).as("doctor and the smoke test").hasSize(2);
    assertThat(folder.resolve("results/log.txt")).content().contains("No plan computes here");
  }

  @Test
  void a_measurement_runs_to_its_end() throws Exception {
    fake(
        "python",
        """
        case "$*" in
          *nvidia*) exit 1 ;;
          -c*) cat >/dev/null ;;
        esac
        echo '{}'
        """);
    fake(
        "native/jre/bin/java",
        ASKED
            + """
            for word; do
              [ "$before" != -o ] || touch "$word"
              before=$word
            done
            """);
    Call call = run(PLENTY, "measure", "native");

    assertThat(call.code()).as(call.output()).isZero();
    assertThat(asked())
        .filteredOn(line -> line.contains(" bench "))
        .as("three sizes of two networks, in four forms")
        .hasSize(12);
    assertThat(asked())
        .filteredOn(line -> line.contains(" verify "))
        .as("those of one image")
        .hasSize(8);
  }

  @Test
  void what_does_not_fit_into_the_time_is_left_for_the_next_call() throws Exception {
    Call call = check(5);

    assertThat(call.code()).as(call.output()).isEqualTo(4);
    assertThat(call.output()).contains("left for the next call: 4 steps");
    assertThat(folder.resolve("asked.txt")).doesNotExist();
  }

  private List<String> asked() throws IOException {
    return Files.readAllLines(folder.resolve("asked.txt"));
  }

  private Call check(int budget) throws IOException, InterruptedException {
    return run(budget, "check", "native", "m.onnx");
  }

  private Call run(int budget, String... arguments) throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    List<String> command = new ArrayList<>(List.of("/bin/bash", SCRIPT.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(output.toFile());
    builder.environment().put("WORK", folder.resolve("work").toString());
    builder.environment().put("RESULTS", folder.resolve("results").toString());
    builder.environment().put("BUDGET", String.valueOf(budget));
    builder.environment().put("PYTHON", folder.resolve("python").toString());
    Process process = builder.start();
    assertThat(process.waitFor(HANG_MINUTES, TimeUnit.MINUTES)).as("it ends").isTrue();
    return new Call(process.exitValue(), Files.readString(output));
  }
}
