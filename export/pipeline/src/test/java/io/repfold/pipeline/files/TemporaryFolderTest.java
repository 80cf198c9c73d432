package io.repfold.pipeline.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemporaryFolderTest {
  /** What runs longer hangs. */
  private static final long HANG_MINUTES = 60;

  /** Opens a folder in another process, says so, and waits to be ended, or for this one's end. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws Exception {
      TemporaryFolder folder = TemporaryFolder.in(Path.of(arguments[0]));
      Files.writeString(folder.path().resolve("half.png"), "half a mask");
      System.out.println("open");
      System.in.read();
    }
  }

  @TempDir private Path output;

  private List<Path> content() throws IOException {
    try (Stream<Path> files = Files.list(output)) {
      return files.toList();
    }
  }

  private Process holder() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                output.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo("open");
    return process;
  }

  private static void age(Path folder) throws IOException {
    Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_process_that_ends_early_leaves_nothing_for_long(boolean politely) throws Exception {
    Process process = holder();
    assertThat(content()).hasSize(1);
    Path folder = content().get(0);
    age(folder);
    TemporaryFolder.in(output).close();
    assertThat(content()).as("one that is in use").containsExactly(folder);

    if (politely) {
      process.destroy();
    } else {
      process.destroyForcibly();
    }
    assertThat(process.waitFor(HANG_MINUTES, TimeUnit.MINUTES)).as("it ends").isTrue();

    assertThat(Files.exists(folder)).isEqualTo(!politely);
    TemporaryFolder.in(output).close();
    assertThat(content()).isEmpty();
  }

  @Test
  void what_is_open_here_or_not_ours_is_left_alone() throws Exception {
    Path foreign = Files.createDirectories(output.resolve(".repfold-notes/kept"));
    age(foreign.getParent());
    try (TemporaryFolder first = TemporaryFolder.in(output)) {
      age(first.path().getParent());
      TemporaryFolder.in(output).close();
      TemporaryFolder.in(output.resolve(".repfold-notes/..")).close();
      assertThat(first.path()).isDirectory();
    }
    assertThat(content()).containsExactly(foreign.getParent());
  }
}
