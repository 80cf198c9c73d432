package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed loses nothing but time. */
@Tag("slow")
class KilledRunTest {
  private static final String[] OPTIONS = {
    "threads=2", "trainer.save_per_iter=3", "train_loader.args.num_workers=2", "trainer.epochs=4"
  };

  @TempDir private Path folder;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void a_run_that_is_killed_twice_ends_with_the_same_bytes() throws Exception {
    TinyRun.write(folder);
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");

    run(null, begin(whole));
    run("2.1", begin(killed));
    run("3.5", List.of("resume", killed.toString()));
    run(null, List.of("resume", killed.toString()));

    TrainerTest.assertSameRun(killed, whole);
  }

  private List<String> begin(Path run) {
    List<String> arguments = new ArrayList<>(List.of("begin", folder.toString(), run.toString()));
    arguments.addAll(List.of(OPTIONS));
    return arguments;
  }

  /** Runs to the end, or kills the process, as {@code kill -9} does, once it tells that step. */
  private void run(String step, List<String> arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                KillableRun.class.getName()));
    command.addAll(arguments);
    Path errors = folder.resolve("errors.txt");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    boolean reached = false;
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(step)) {
          reached = process.toHandle().destroyForcibly();
        }
      }
    }
    int code = process.waitFor();
    assertThat(reached).as("%s of %s", step, errors).isEqualTo(step != null);
    if (step == null) {
      assertThat(code).as("see %s", errors).isZero();
    }
  }
}
