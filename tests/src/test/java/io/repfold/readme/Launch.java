package io.repfold.readme;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * A process that runs, with what it prints in a file.
 *
 * @param command for messages
 */
record Launch(List<String> command, Process process, Path output) implements AutoCloseable {
  /** Starts a command; what the user set for the launcher does not reach it. */
  static Launch of(Path folder, Path javaHome, List<String> command) throws IOException {
    Path output = Files.createTempFile("repfold", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("JAVA_HOME", javaHome.toString());
    builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
    builder.environment().keySet().removeAll(List.of("JAVA_OPTS", "REPFOLD_PROFILES"));
    Process process = builder.start();
    process.getOutputStream().close();
    return new Launch(command, process, output);
  }

  /** What it printed so far. */
  String printed() throws IOException {
    return Files.readString(output, StandardCharsets.UTF_8);
  }

  /** Waits until something is so. */
  void await(Callable<Boolean> condition) throws Exception {
    Instant end = Instant.now().plus(Duration.ofMinutes(Installation.HANG_MINUTES));
    while (!condition.call()) {
      boolean over = !process.isAlive() || Instant.now().isAfter(end);
      if (over && !condition.call()) {
        throw new AssertionError("%s does not get there: %s".formatted(command, printed()));
      }
      Thread.sleep(20);
    }
  }

  /** Waits until it ends by itself. */
  Installation.Run end() throws IOException, InterruptedException {
    if (!process.waitFor(Installation.HANG_MINUTES, TimeUnit.MINUTES)) {
      throw new AssertionError(
          "%s hangs: it took more than %d minutes. It printed: %s"
              .formatted(command, Installation.HANG_MINUTES, printed()));
    }
    return new Installation.Run(process.exitValue(), printed());
  }

  /** Ends it with all that it started. */
  @Override
  public void close() throws IOException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    Files.deleteIfExists(output);
  }
}
