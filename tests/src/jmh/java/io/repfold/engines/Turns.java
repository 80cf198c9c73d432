package io.repfold.engines;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Times two things by turns, so that what slows the machine down slows both. */
@State(Scope.Benchmark)
public class Turns {
  private final List<long[]> nanoseconds = new ArrayList<>();

  /** One of the two. */
  interface Run {
    void run() throws OrtException;
  }

  @Setup(Level.Iteration)
  public void forget() {
    nanoseconds.clear();
  }

  void take(Run first, Run second) throws OrtException {
    long[] times = new long[2];
    boolean flipped = nanoseconds.size() % 2 == 1;
    times[flipped ? 1 : 0] = time(flipped ? second : first);
    times[flipped ? 0 : 1] = time(flipped ? first : second);
    nanoseconds.add(times);
  }

  private static long time(Run run) throws OrtException {
    long start = System.nanoTime();
    run.run();
    return System.nanoTime() - start;
  }

  @TearDown(Level.Iteration)
  public void tell() {
    System.out.printf(
        Locale.ROOT,
        "[%d turns: medians %.2f us bare, %.2f us ours; median of ours / bare %.5f] ",
        nanoseconds.size(),
        median(times -> times[0] / 1e3),
        median(times -> times[1] / 1e3),
        median(times -> times[1] / (double) times[0]));
  }

  private double median(ToDoubleFunction<long[]> of) {
    double[] sorted = nanoseconds.stream().mapToDouble(of).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }
}
