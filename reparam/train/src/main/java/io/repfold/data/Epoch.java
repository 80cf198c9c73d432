package io.repfold.data;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** The batches of one epoch in their order, some of them in the making. */
final class Epoch implements Iterator<Batch> {
  private final Loader loader;
  private final int epoch;
  private final int[] order;
  private final int ahead;
  private final Deque<PendingBatch> started = new ArrayDeque<>();
  private int next;
  private int taken;
  private boolean failed;

  /**
   * @param ahead batches that are made before they are asked for
   */
  Epoch(Loader loader, int epoch, int firstBatch, int ahead) {
    this.loader = loader;
    this.epoch = epoch;
    this.order = loader.order(epoch);
    this.ahead = ahead;
    this.next = firstBatch;
    this.taken = firstBatch;
    startUpTo(ahead);
  }

  private void startUpTo(int batches) {
    while (next < loader.batches() && started.size() < batches) {
      started.add(loader.start(epoch, order, next++));
    }
  }

  @Override
  public boolean hasNext() {
    return !failed && taken < loader.batches();
  }

  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    long begin = System.nanoTime();
    try {
      startUpTo(1);
      Batch batch = started.remove().get();
      taken++;
      return batch;
    } catch (DataException e) {
      failed = true;
      throw e;
    } finally {
      loader.waited(System.nanoTime() - begin);
      if (!failed) {
        startUpTo(ahead);
      }
    }
  }
}
