package io.repfold.runtime;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** The time by which a {@link BatchingQueue} waits. */
interface QueueClock {
  /** As {@link System#nanoTime}: only differences mean something, and it may overflow. */
  long nanoTime();

  /** A condition of the lock whose timed waits go by this clock. */
  Condition newCondition(Lock lock);

  /** The time of this machine. */
  QueueClock SYSTEM =
      new QueueClock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public Condition newCondition(Lock lock) {
          return lock.newCondition();
        }
      };
}
