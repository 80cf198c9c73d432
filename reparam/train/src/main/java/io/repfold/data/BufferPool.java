package io.repfold.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;

/** Buffers that have been given back, so that a long run does not allocate one for every batch. */
final class BufferPool {
  /** Memory of one batch; it may be longer than what was asked for, the limits are not. */
  record Pair(ByteBuffer images, ByteBuffer labels) {}

  private final int most;
  private final Deque<Pair> free = new ArrayDeque<>();

  /**
   * @param most pairs that are kept
   */
  BufferPool(int most) {
    this.most = most;
  }

  synchronized Pair take(int floats, int longs) {
    int imageBytes = Math.multiplyExact(floats, Float.BYTES);
    int labelBytes = Math.multiplyExact(longs, Long.BYTES);
    Pair pair = free.poll();
    if (pair == null
        || pair.images().capacity() < imageBytes
        || pair.labels().capacity() < labelBytes) {
      pair = new Pair(ByteBuffer.allocateDirect(imageBytes), ByteBuffer.allocateDirect(labelBytes));
    }
    return new Pair(
        pair.images().clear().limit(imageBytes), pair.labels().clear().limit(labelBytes));
  }

  synchronized void giveBack(Pair pair) {
    if (free.size() < most) {
      free.push(pair);
    }
  }

  static ByteBuffer view(ByteBuffer buffer) {
    return buffer.duplicate().order(ByteOrder.nativeOrder());
  }
}
