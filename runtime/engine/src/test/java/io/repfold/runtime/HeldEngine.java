package io.repfold.runtime;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine with one thread whose runs begin and then wait until the test lets them go. */
final class HeldEngine extends AbstractEngine {
  private static final TensorInfo X =
      new TensorInfo("x", ElementType.FLOAT, List.of(new Dimension(1, "")));

  private final AtomicInteger runs = new AtomicInteger();
  private final Semaphore begun = new Semaphore(0);
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile Thread lastThread;

  HeldEngine() {
    super(
        "held.onnx",
        "test",
        EngineOptions.defaults().withThreads(Runtime.getRuntime().availableProcessors()),
        List.of(X),
        List.of(X),
        new ModelMetadata("", "", "", 0, Map.of()));
  }

  static Map<String, HostTensor> input() {
    return Map.of("x", HostTensor.ofFloats(new float[] {7}, 1));
  }

  /** How many runs have begun so far. */
  int runs() {
    return runs.get();
  }

  /** The thread of the last run. */
  Thread lastThread() {
    return lastThread;
  }

  /** Returns when another run has begun. */
  void awaitRun() {
    begun.acquireUninterruptibly();
  }

  /** Lets this and all further runs end. */
  void release() {
    released.countDown();
  }

  @Override
  protected Map<String, HostTensor> compute(Map<String, HostTensor> inputs, Set<String> requested) {
    lastThread = Thread.currentThread();
    runs.incrementAndGet();
    begun.release();
    try {
      released.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return onHeap(inputs);
  }

  @Override
  protected void free() {
    release();
  }
}
