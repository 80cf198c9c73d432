package io.repfold.data;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Examples side by side in direct buffers of native order. Closing it lets its {@link Loader} use
 * the buffers for a later batch; a batch that is not closed stays as it is.
 */
public final class Batch implements AutoCloseable {
  /** Red, green and blue. */
  public static final int CHANNELS = 3;

  private final List<String> ids;
  private final int height;
  private final int width;
  private final int labelsOfOne;
  private final BufferPool.Pair buffers;
  private final BufferPool pool;
  private final AtomicBoolean closed = new AtomicBoolean();

  Batch(List<String> ids, List<Prepared> examples, BufferPool pool) {
    Prepared first = examples.get(0);
    this.ids = List.copyOf(ids);
    this.height = first.height();
    this.width = first.width();
    this.labelsOfOne = first.labels().length;
    this.pool = pool;
    int n = examples.size();
    this.buffers =
        pool.take(Math.multiplyExact(n, first.image().length), Math.multiplyExact(n, labelsOfOne));
    FloatBuffer images = images();
    LongBuffer labels = labels();
    for (int i = 0; i < n; i++) {
      Prepared example = examples.get(i);
      requireSameSize(example, i);
      images.put(example.image());
      for (short label : example.labels()) {
        labels.put(label & LabelMap.LARGEST);
      }
    }
  }

  private void requireSameSize(Prepared example, int index) {
    if (example.height() != height
        || example.width() != width
        || example.labels().length != labelsOfOne) {
      throw new DataException(
          "'%s' is %d x %d and '%s' is %d x %d (width x height): a batch has one size;"
              + " set crop_size, or batch_size to 1",
          ids.get(0), width, height, ids.get(index), example.width(), example.height());
    }
  }

  /** The names of the examples. */
  public List<String> ids() {
    return ids;
  }

  /** The number of examples. */
  public int n() {
    return ids.size();
  }

  /** Of the images, in pixels. */
  public int height() {
    return height;
  }

  /** Of the images, in pixels. */
  public int width() {
    return width;
  }

  /** Whether there is one label for each image rather than for each pixel. */
  public boolean classified() {
    return labelsOfOne == 1;
  }

  /** [n, 3, height, width], normalized; a new view from its start to its end. */
  public FloatBuffer images() {
    return imageBytes().asFloatBuffer();
  }

  /** The bytes of {@link #images}, in native order. */
  public ByteBuffer imageBytes() {
    requireOpen();
    return BufferPool.view(buffers.images());
  }

  /** [n, height, width], or [n] if {@link #classified}; a new view from its start to its end. */
  public LongBuffer labels() {
    return labelBytes().asLongBuffer();
  }

  /** The bytes of {@link #labels}, in native order. */
  public ByteBuffer labelBytes() {
    requireOpen();
    return BufferPool.view(buffers.labels());
  }

  /** Gives the buffers back; nothing may read what they held. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      pool.giveBack(buffers);
    }
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new DataException("The batch of '%s' and others is closed", ids.get(0));
    }
  }
}
