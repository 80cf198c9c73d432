package io.repfold.image;

import io.repfold.images.ImageSize;
import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Slots that are used again. For any number of threads.
 *
 * <p>What waits for its next use is at most 16 slots of together at most 256 MiB, or the one that
 * was used last if it is larger. Where memory runs out all of them are given up.
 */
final class BoundInputPool implements AutoCloseable {
  /** So many bytes wait at most, inputs and bound outputs together. */
  static final long MOST_IDLE_BYTES = 256L << 20;

  private static final int MOST_IDLE = 16;

  private final Engine engine;
  private final InputPort port;
  private final String output;
  private final long mostIdleBytes;

  /** Those that nobody uses, the last used one first. */
  private final Deque<BoundInput> free = new ArrayDeque<>();

  private boolean closed;

  BoundInputPool(Engine engine, InputPort port, String output) {
    this(engine, port, output, MOST_IDLE_BYTES);
  }

  BoundInputPool(Engine engine, InputPort port, String output, long mostIdleBytes) {
    this.engine = engine;
    this.port = port;
    this.output = output;
    this.mostIdleBytes = mostIdleBytes;
  }

  /** A slot that nobody else has until it is given back. */
  BoundInput take(int images, ImageSize size) {
    synchronized (free) {
      if (closed) {
        throw new IllegalStateException("The segmenter of '%s' is closed".formatted(engine.name()));
      }
      for (Iterator<BoundInput> slots = free.iterator(); slots.hasNext(); ) {
        BoundInput slot = slots.next();
        if (slot.fits(images, size)) {
          slots.remove();
          return slot;
        }
      }
    }
    return withRoom(() -> new BoundInput(engine, port, output, images, size));
  }

  /** {@link BoundInput#run} of a slot that was taken. */
  HostTensor run(BoundInput slot) {
    return withRoom(slot::run);
  }

  /** Does it once more without the slots that wait, if memory runs out. */
  private <T> T withRoom(Supplier<T> work) {
    try {
      return work.get();
    } catch (OutOfMemoryError e) {
      if (!dropIdle()) {
        throw e;
      }
      return work.get();
    }
  }

  private boolean dropIdle() {
    List<BoundInput> dropped;
    synchronized (free) {
      dropped = new ArrayList<>(free);
      free.clear();
    }
    dropped.forEach(BoundInput::close);
    return !dropped.isEmpty();
  }

  void giveBack(BoundInput slot) {
    List<BoundInput> dropped = new ArrayList<>();
    synchronized (free) {
      if (closed) {
        dropped.add(slot);
      } else {
        free.addFirst(slot);
        while (free.size() > 1 && (free.size() > MOST_IDLE || idleBytes() > mostIdleBytes)) {
          dropped.add(free.removeLast());
        }
      }
    }
    dropped.forEach(BoundInput::close);
  }

  /** What the slots hold that nobody uses. */
  long idleBytes() {
    synchronized (free) {
      return free.stream().mapToLong(BoundInput::bytes).sum();
    }
  }

  /** Slots in use are freed when they are given back. */
  @Override
  public void close() {
    synchronized (free) {
      closed = true;
      free.forEach(BoundInput::close);
      free.clear();
    }
  }
}
