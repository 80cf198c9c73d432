package io.repfold.tensorrt;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs a command, hands on each line that it prints, and ends it when its time is up, when the
 * thread that waits is interrupted and when this process ends.
 *
 * @param command the program and its arguments
 * @param folder where it runs
 * @param limit for the whole run
 * @param patience how to wait for that long
 */
record ChildProcess(List<String> command, Path folder, Duration limit, Patience patience) {
  private static final int SIGNALS = 128;
  private static final Duration TO_DIE = Duration.ofSeconds(10);

  ChildProcess {
    command = List.copyOf(command);
  }

  /** Waits for a process. */
  interface Patience {
    /** By the time of this machine. */
    Patience REAL = (process, limit) -> process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);

    /** Returns when the process has ended or the time is up; true if it has ended. */
    boolean waitFor(Process process, Duration limit) throws InterruptedException;
  }

  /**
   * How it ended.
   *
   * @param code the exit code; a signal adds 128 to its number
   */
  record Ending(int code, boolean timedOut) {
    /** In words that can follow "the process". */
    String words(Duration limit) {
      if (timedOut) {
        return "was not done within %s and was ended".formatted(text(limit));
      }
      return code > SIGNALS
          ? "died of signal %d%s".formatted(code - SIGNALS, name(code - SIGNALS))
          : "ended with exit code " + code;
    }

    private static String name(int signal) {
      return switch (signal) {
        case 4 -> " (SIGILL)";
        case 6 -> " (SIGABRT)";
        case 7 -> " (SIGBUS)";
        case 8 -> " (SIGFPE)";
        case 9 -> " (SIGKILL); Linux does that when memory runs out";
        case 11 -> " (SIGSEGV)";
        case 15 -> " (SIGTERM)";
        default -> "";
      };
    }

    private static String text(Duration limit) {
      long seconds = limit.toSeconds();
      if (seconds < 1) {
        return limit.toMillis() + " ms";
      }
      return seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
    }
  }

  /**
   * Runs it to its end.
   *
   * @param lines takes each line of its output and error stream, on another thread
   * @throws InterruptedException after ending it
   */
  Ending run(Consumer<String> lines) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    Thread reader = new Thread(() -> read(process, lines), "output of process " + process.pid());
    Thread hook = new Thread(() -> end(process), "end of process " + process.pid());
    reader.setDaemon(true);
    reader.start();
    addHook(hook);
    try {
      boolean ended = patience.waitFor(process, limit);
      if (!ended) {
        end(process);
      }
      // What it started may hold its output open.
      reader.join(TO_DIE.toMillis());
      return new Ending(process.exitValue(), !ended);
    } finally {
      end(process);
      removeHook(hook);
    }
  }

  private static void read(Process process, Consumer<String> lines) {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.accept(line);
      }
    } catch (IOException e) {
      // The stream is closed under the reader when the process is ended: there is no more to read.
      lines.accept("(its output broke off: %s)".formatted(e.getMessage()));
    }
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    boolean interrupted = false;
    long until = System.nanoTime() + TO_DIE.toNanos();
    while (process.isAlive() && System.nanoTime() < until) {
      try {
        if (process.waitFor(TO_DIE.toMillis(), TimeUnit.MILLISECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void addHook(Thread hook) {
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      // This process is ending already, and takes no more hooks.
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook is running.
    }
  }
}
