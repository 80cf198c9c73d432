package io.repfold.runtime;

import java.time.Duration;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A clock that a test moves by hand, for one queue and its thread. A timed wait ends when the queue
 * is signaled or the clock is moved to the end of the wait, and at no other time. So a thread that
 * waits has done all that it had to do at this time.
 */
final class HandClock implements QueueClock {
  private final AtomicLong now;
  private Lock lock;

  /** For the queue. */
  private Condition changed;

  /** For the test. */
  private Condition settled;

  /** The thread that waits for a time, and the time; guarded by the lock. */
  private Thread waiter;

  private long until;
  private boolean spins;
  private final AtomicInteger waits = new AtomicInteger();

  HandClock(long start) {
    now = new AtomicLong(start);
  }

  @Override
  public long nanoTime() {
    return now.get();
  }

  @Override
  public Condition newCondition(Lock of) {
    lock = of;
    changed = of.newCondition();
    settled = of.newCondition();
    return new ByHand();
  }

  /**
   * Moves the clock on, and wakes the queue's thread if it waits for a time up to then.
   *
   * @return whether it did
   */
  boolean move(Duration by) {
    lock.lock();
    try {
      now.addAndGet(by.toNanos());
      boolean over = waiter != null && until - now.get() <= 0;
      if (over) {
        wake();
      }
      return over;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns once the queue's thread has done what there is to do now, and waits.
   *
   * @throws AssertionError if it looks again and again, as its time is up and nothing leaves
   */
  Thread settle() {
    lock.lock();
    try {
      while (waiter == null) {
        if (spins) {
          throw new AssertionError("The queue waits for a time that is over");
        }
        settled.awaitUninterruptibly();
      }
      return waiter;
    } finally {
      lock.unlock();
    }
  }

  /** How often the queue's thread has begun to wait. */
  int waits() {
    return waits.get();
  }

  private void wake() {
    waiter = null;
    changed.signalAll();
  }

  /** Whoever calls this waits in a loop. */
  @SuppressWarnings("WaitNotInLoop")
  private final class ByHand implements Condition {
    @Override
    public long awaitNanos(long nanoseconds) throws InterruptedException {
      settled.signalAll();
      if (nanoseconds <= 0) {
        spins = true;
        return changed.awaitNanos(nanoseconds);
      }
      until = now.get() + nanoseconds;
      waits.incrementAndGet();
      waiter = Thread.currentThread();
      try {
        while (waiter != null) {
          changed.await();
        }
      } finally {
        waiter = null;
      }
      return until - now.get();
    }

    @Override
    public void await() throws InterruptedException {
      changed.await();
    }

    @Override
    public void awaitUninterruptibly() {
      changed.awaitUninterruptibly();
    }

    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
      return awaitNanos(unit.toNanos(time)) > 0;
    }

    @Override
    public boolean awaitUntil(Date deadline) {
      throw new UnsupportedOperationException("There is no calendar here");
    }

    @Override
    public void signal() {
      wake();
    }

    @Override
    public void signalAll() {
      wake();
    }
  }
}
