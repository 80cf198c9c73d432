package io.repfold.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How a process ended that was given so much time and memory.
 *
 * @param code its exit code; 128 and the number of the signal if one ended it
 * @param broken what limit it broke, in words
 */
record ChildProcess(int code, Optional<String> broken) {
  private static final int SIGNALS = 128;
  private static final int ABORT = 6;
  private static final int BUS = 7;
  private static final int FPE = 8;
  private static final int KILL = 9;
  private static final int SEGMENT = 11;
  private static final long POLL_MILLIS = 50;
  private static final double NANOS = 1e9;

  /**
   * Runs a command and waits for it. It ends with this process.
   *
   * @param seconds after which it is ended
   * @param bytes of resident memory from which on it is ended, where the system tells them (Linux)
   * @param out where its output goes
   * @param err where its errors go
   * @throws UncheckedIOException if it cannot be started
   */
  static ChildProcess run(
      List<String> command, double seconds, long bytes, Writer out, Writer err) {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread first = copied(process.getInputStream(), out);
    Thread second = copied(process.getErrorStream(), err);
    Thread hook = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      ChildProcess child = watched(process, seconds, bytes);
      first.join();
      second.join();
      return child;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new ChildProcess(SIGNALS + KILL, Optional.of("it was interrupted"));
    } finally {
      process.destroyForcibly();
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }

  private static Thread copied(InputStream from, Writer to) {
    Thread thread =
        new Thread(
            () -> {
              try (Reader reader = new InputStreamReader(from, Charset.defaultCharset())) {
                reader.transferTo(to);
                to.flush();
              } catch (IOException e) {
                return; // it was ended: what it had to say does not matter any more
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static ChildProcess watched(Process process, double seconds, long bytes)
      throws InterruptedException {
    long start = System.nanoTime();
    while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      if ((System.nanoTime() - start) / NANOS > seconds) {
        return ended(process, "it took more than %.0f s".formatted(seconds));
      }
      long resident = resident(process.pid());
      if (resident > bytes) {
        return ended(process, "it took %,d MB of memory".formatted(resident >> 20));
      }
    }
    return new ChildProcess(process.exitValue(), Optional.empty());
  }

  private static ChildProcess ended(Process process, String why) throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
    return new ChildProcess(process.exitValue(), Optional.of(why));
  }

  /** Bytes; 0 where the system does not tell. */
  private static long resident(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  /** Whether it ended otherwise than by itself. */
  boolean isBroken() {
    return broken.isPresent() || code > SIGNALS;
  }

  /** The same, of a virtual machine that wrote down a crash: it may end with any code. */
  ChildProcess crashed() {
    return broken.isPresent() ? this : new ChildProcess(SIGNALS + ABORT, Optional.empty());
  }

  /** How it ended, in words. */
  String reason() {
    return broken.orElseGet(() -> "it ended by " + signal(code - SIGNALS));
  }

  private static String signal(int number) {
    return switch (number) {
      case ABORT -> "SIGABRT, as a virtual machine does when native code crashes";
      case BUS -> "SIGBUS";
      case FPE -> "SIGFPE";
      case KILL -> "SIGKILL, as by a system that has no memory left";
      case SEGMENT -> "SIGSEGV";
      default -> String.format(Locale.ROOT, "signal %d", number);
    };
  }
}
