package io.repfold.image;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Adds up how long stages work that come to their end, on any thread. Time that a thread waits for
 * a processor that others use is none of it.
 */
final class StageTimes {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Processor time of this thread; what passed if this Java cannot tell it. */
  private static final LongSupplier OWN_WORK =
      THREADS.isCurrentThreadCpuTimeSupported()
          ? THREADS::getCurrentThreadCpuTime
          : System::nanoTime;

  private final long start = System.nanoTime();
  private final Map<Stage, LongAdder> nanoseconds = new EnumMap<>(Stage.class);
  private final LongSupplier runClock;

  /** Work of a stage. */
  interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Begins.
   *
   * @param runsOnCaller whether the thread that calls the network does all of its work; otherwise
   *     what passes until it returns counts
   */
  StageTimes(boolean runsOnCaller) {
    runClock = runsOnCaller ? OWN_WORK : System::nanoTime;
    for (Stage stage : Stage.values()) {
      nanoseconds.put(stage, new LongAdder());
    }
  }

  <T> T measure(Stage stage, Work<T> work) throws IOException {
    LongSupplier clock = clock(stage);
    long begin = clock.getAsLong();
    T result = work.run();
    add(stage, clock.getAsLong() - begin);
    return result;
  }

  void time(Stage stage, Runnable work) {
    LongSupplier clock = clock(stage);
    long begin = clock.getAsLong();
    work.run();
    add(stage, clock.getAsLong() - begin);
  }

  private LongSupplier clock(Stage stage) {
    return stage == Stage.RUN ? runClock : OWN_WORK;
  }

  private void add(Stage stage, long duration) {
    nanoseconds.computeIfAbsent(stage, s -> new LongAdder()).add(duration);
  }

  StageFigures figures(int images) {
    Map<Stage, Double> seconds = new EnumMap<>(Stage.class);
    nanoseconds.forEach((stage, sum) -> seconds.put(stage, sum.sum() / 1e9));
    return new StageFigures(images, (System.nanoTime() - start) / 1e9, seconds);
  }
}
