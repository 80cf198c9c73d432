package io.repfold.image;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Adds up how long stages take that come to their end, on any thread. */
final class StageTimes {
  private final long start = System.nanoTime();
  private final Map<Stage, LongAdder> nanoseconds = new EnumMap<>(Stage.class);

  /** Work of a stage. */
  interface Work<T> {
    T run() throws IOException;
  }

  StageTimes() {
    for (Stage stage : Stage.values()) {
      nanoseconds.put(stage, new LongAdder());
    }
  }

  <T> T measure(Stage stage, Work<T> work) throws IOException {
    long begin = System.nanoTime();
    T result = work.run();
    add(stage, System.nanoTime() - begin);
    return result;
  }

  void time(Stage stage, Runnable work) {
    long begin = System.nanoTime();
    work.run();
    add(stage, System.nanoTime() - begin);
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
