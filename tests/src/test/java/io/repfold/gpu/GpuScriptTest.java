package io.repfold.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  @TempDir private Path folder;

  /** What a call of the script gave. */
  private record Call(int code, String output) {}

  @BeforeEach
  void a_java_that_writes_down_what_it_was_asked_for() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash");
    Path java = folder.resolve("native/jre/bin/java");
    Files.createDirectories(java.getParent());
    Files.createDirectories(folder.resolve("native/lib"));
    Files.writeString(
        java,
        """
        #!/bin/bash
        echo "$*" >>"%s/asked.txt"
        case "$*" in
          *" compile "*) echo compiled && touch "$(sed 's/.* -o \\([^ ]*\\).*/\\1/' <<<"$*")" ;;
          *GpuChecks*) echo "two checks failed" && exit 1 ;;
        esac
        """
            .formatted(folder));
    assertThat(java.toFile().setExecutable(true)).isTrue();
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
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder("/bin/bash", SCRIPT.toString(), "check", "native", "m.onnx")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("WORK", folder.resolve("work").toString());
    builder.environment().put("RESULTS", folder.resolve("results").toString());
    builder.environment().put("BUDGET", String.valueOf(budget));
    Process process = builder.start();
    assertThat(process.waitFor(HANG_MINUTES, TimeUnit.MINUTES)).as("it ends").isTrue();
    return new Call(process.exitValue(), Files.readString(output));
  }
}
