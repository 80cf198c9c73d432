package io.repfold.data;

import io.repfold.images.RgbValues;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;

/** Keeps the examples that were loaded first, as long as they fit. */
final class ExampleCache {
  private final AtomicReferenceArray<Example> kept;
  private final AtomicLong free;

  /**
   * @param bytes of images and labels that are kept, at most
   */
  ExampleCache(int size, long bytes) {
    this.kept = new AtomicReferenceArray<>(bytes == 0 ? 0 : size);
    this.free = new AtomicLong(bytes);
  }

  Example get(int index, IntFunction<Example> load) {
    if (kept.length() == 0) {
      return load.apply(index);
    }
    Example known = kept.get(index);
    if (known != null) {
      return known;
    }
    Example example = load.apply(index);
    RgbValues rgb = example.image().rgb();
    long bytes = (long) rgb.length() * rgb.bytes() + 2L * example.labels().values().length;
    if (free.addAndGet(-bytes) < 0 || !kept.compareAndSet(index, null, example)) {
      free.addAndGet(bytes);
    }
    return example;
  }
}
