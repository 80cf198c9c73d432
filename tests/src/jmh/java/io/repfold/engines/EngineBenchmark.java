package io.repfold.engines;

import ai.onnxruntime.OrtException;
import io.repfold.runtime.HostTensor;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What this library adds to ONNX Runtime's own Java API, with the same options on the same model
 * and image: each way by itself, for the profilers, and two by turns, for the overhead.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class EngineBenchmark {
  /** ONNX Runtime, from pinned input to pinned output. */
  @Benchmark
  public void bare(Contestants contestants) throws OrtException {
    contestants.bare.run();
  }

  /** The same through a bound run. */
  @Benchmark
  public void bound(Contestants contestants) {
    contestants.bound.run();
  }

  /** The same through a session that looks its memory up by shape. */
  @Benchmark
  public Map<String, HostTensor> session(Contestants contestants) {
    return contestants.runSession();
  }

  /** ONNX Runtime on a new input tensor, its output copied out of its memory. */
  @Benchmark
  public Object bareCopying(Contestants contestants) throws OrtException {
    return contestants.bare.runCopying();
  }

  /** The same through an engine. */
  @Benchmark
  public Map<String, HostTensor> run(Contestants contestants) {
    return contestants.run();
  }

  /** A bare run and a bound one, by turns; the iteration ends with the ratio of their medians. */
  @Benchmark
  public void turnsBound(Contestants contestants, Turns turns) throws OrtException {
    turns.take(contestants.bare::run, contestants.bound::run);
  }

  /** The same for the two ways that copy. */
  @Benchmark
  public void turnsRun(Contestants contestants, Turns turns) throws OrtException {
    turns.take(contestants.bare::runCopying, contestants::run);
  }
}
