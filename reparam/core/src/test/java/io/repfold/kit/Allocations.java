package io.repfold.kit;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much memory code takes, whether or not it is given back. */
public final class Allocations {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocations() {}

  /** Bytes that this thread takes on the heap. */
  public static long during(Runnable work) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    work.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
