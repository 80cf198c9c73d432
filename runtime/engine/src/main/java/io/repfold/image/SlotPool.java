package io.repfold.image;

import io.repfold.runtime.Engine;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** Slots that are used again. For any number of threads. */
final class SlotPool implements AutoCloseable {
  private static final int MOST_KEPT = 16;

  private final Engine engine;
  private final InputPort port;
  private final String output;

  /** Those that nobody uses, the last used one first. */
  private final Deque<Slot> free = new ArrayDeque<>();

  private boolean closed;

  SlotPool(Engine engine, InputPort port, String output) {
    this.engine = engine;
    this.port = port;
    this.output = output;
  }

  /** A slot that nobody else has until it is given back. */
  Slot take(int images, ImageSize size) {
    synchronized (free) {
      if (closed) {
        throw new IllegalStateException("The segmenter of '%s' is closed".formatted(engine.name()));
      }
      for (Iterator<Slot> slots = free.iterator(); slots.hasNext(); ) {
        Slot slot = slots.next();
        if (slot.fits(images, size)) {
          slots.remove();
          return slot;
        }
      }
    }
    return new Slot(engine, port, output, images, size);
  }

  void giveBack(Slot slot) {
    Slot dropped = null;
    synchronized (free) {
      if (closed) {
        dropped = slot;
      } else {
        free.addFirst(slot);
        dropped = free.size() > MOST_KEPT ? free.removeLast() : null;
      }
    }
    if (dropped != null) {
      dropped.close();
    }
  }

  /** Slots in use are freed when they are given back. */
  @Override
  public void close() {
    synchronized (free) {
      closed = true;
      free.forEach(Slot::close);
      free.clear();
    }
  }
}
