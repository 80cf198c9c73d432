package io.repfold.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets a signal end the process only between two steps of a training. Where it ended in the middle
 * of one, libtorch's threads ran on while what they used was taken down, and crashed now and then.
 */
final class StopBetweenSteps implements AutoCloseable {
  /** A step that takes longer is not waited for. */
  private static final long LONGEST_SECONDS = 60;

  private final CountDownLatch safe = new CountDownLatch(1);
  private final Thread hook = new Thread(this::await);
  private volatile boolean ending;

  StopBetweenSteps() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** What the end of the process waits for: the next call of {@link #between}, or the end. */
  void await() {
    ending = true;
    try {
      boolean reached = safe.await(LONGEST_SECONDS, TimeUnit.SECONDS);
      if (!reached) {
        return; // it ends all the same
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** To be called by the thread that trains, between two steps; never returns if it shall end. */
  void between() {
    if (!ending) {
      return;
    }
    safe.countDown();
    while (true) {
      LockSupport.park(this);
    }
  }

  @Override
  public void close() {
    safe.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the process is ending, and the hook knows
    }
  }
}
