package io.repfold.bench;

import io.repfold.runtime.BoundRun;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.Inputs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * How many runs an engine does in a second when several are under way at once. Each has inputs and
 * outputs bound for itself, and a thread, which starts the next run when one is done; on a GPU it
 * has a context and a stream for itself too.
 *
 * @param label of the contender
 * @param streams runs under way at once
 * @param runs that were counted, of all streams together
 * @param runsPerSecond the sum over the streams of their runs by their own time
 * @param milliseconds time of one run, which grows with the streams
 */
public record Throughput(
    String label, int streams, int runs, double runsPerSecond, Distribution milliseconds) {
  /** More threads than that measure the machine's scheduler. */
  public static final int MOST_STREAMS = 256;

  private static final int MOST_RUNS = 1_000_000;
  private static final double NANOSECONDS_PER_SECOND = 1e9;
  private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

  /**
   * Measures one engine.
   *
   * @param inputs rounded where the engine takes another floating type; all streams read the same
   * @param streams 1 to {@link #MOST_STREAMS}
   * @param window for how long each stream runs, at least
   * @param minimumRuns that each stream does also when the time is up, at least 1
   * @throws EngineException if a run fails, or so many cannot be bound
   */
  public static Throughput measure(
      Contender contender,
      Map<String, HostTensor> inputs,
      int streams,
      Duration window,
      int minimumRuns) {
    return measure(contender, inputs, streams, window, minimumRuns, System::nanoTime);
  }

  /** By a clock that counts nanoseconds. */
  static Throughput measure(
      Contender contender,
      Map<String, HostTensor> inputs,
      int streams,
      Duration window,
      int minimumRuns,
      LongSupplier clock) {
    if (streams < 1 || streams > MOST_STREAMS || minimumRuns < 1 || window.isNegative()) {
      throw new IllegalArgumentException(
          "A throughput is of 1 to %d streams with at least 1 run each and at least 0 s, not %d, %d, %s"
              .formatted(MOST_STREAMS, streams, minimumRuns, window));
    }
    List<BoundRun> bound = new ArrayList<>();
    try {
      Map<String, HostTensor> rounded = Inputs.rounded(inputs, contender.engine());
      for (int i = 0; i < streams; i++) {
        bound.add(contender.engine().bind(rounded));
      }
      return of(contender.label(), all(bound, window.toNanos(), minimumRuns, clock));
    } finally {
      bound.forEach(BoundRun::close);
    }
  }

  /**
   * The runs of one stream.
   *
   * @param times of each, in nanoseconds
   * @param nanoseconds from the start of the first to the end of the last
   */
  private record Stream(List<Long> times, long nanoseconds) {}

  private static Throughput of(String label, List<Stream> streams) {
    double rate =
        streams.stream()
            .mapToDouble(
                s -> s.times().size() * NANOSECONDS_PER_SECOND / Math.max(1, s.nanoseconds()))
            .sum();
    double[] times =
        streams.stream()
            .flatMap(stream -> stream.times().stream())
            .mapToDouble(time -> time / NANOSECONDS_PER_MILLISECOND)
            .toArray();
    return new Throughput(label, streams.size(), times.length, rate, Distribution.of(times));
  }

  private static List<Stream> all(
      List<BoundRun> bound, long window, int minimumRuns, LongSupplier clock) {
    ExecutorService threads = Executors.newFixedThreadPool(bound.size());
    try {
      CompletionService<Stream> work = new ExecutorCompletionService<>(threads);
      CountDownLatch warm = new CountDownLatch(bound.size());
      AtomicBoolean failed = new AtomicBoolean();
      for (BoundRun run : bound) {
        var unused = work.submit(() -> stream(run, window, minimumRuns, clock, warm, failed));
      }
      List<Stream> streams = new ArrayList<>();
      for (int i = 0; i < bound.size(); i++) {
        streams.add(result(work.take(), failed));
      }
      return streams;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("Interrupted while the throughput was measured", e);
    } finally {
      shutDown(threads);
    }
  }

  private static Stream result(Future<Stream> done, AtomicBoolean failed)
      throws InterruptedException {
    try {
      return done.get();
    } catch (ExecutionException e) {
      failed.set(true);
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException("A run throws no checked exception", e);
    }
  }

  /** What is bound must not be freed under a run. */
  private static void shutDown(ExecutorService threads) {
    threads.shutdown();
    boolean interrupted = false;
    while (!threads.isTerminated()) {
      try {
        if (threads.awaitTermination(1, TimeUnit.HOURS)) {
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

  /** Counts from when all have run once. */
  private static Stream stream(
      BoundRun run,
      long window,
      int minimumRuns,
      LongSupplier clock,
      CountDownLatch warm,
      AtomicBoolean failed)
      throws InterruptedException {
    try {
      run.run();
    } catch (RuntimeException | Error e) {
      failed.set(true);
      throw e;
    } finally {
      warm.countDown();
    }
    warm.await();
    List<Long> times = new ArrayList<>();
    long start = clock.getAsLong();
    long now = start;
    while (!failed.get()
        && times.size() < MOST_RUNS
        && (times.size() < minimumRuns || now - start < window)) {
      long before = now;
      run.run();
      now = clock.getAsLong();
      times.add(now - before);
    }
    return new Stream(times, now - start);
  }
}
