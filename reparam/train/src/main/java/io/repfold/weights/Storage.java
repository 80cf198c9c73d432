package io.repfold.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** A piece of memory that tensors look into. Compared by identity. */
final class Storage {
  private final String name;
  private final ByteOrder order;
  private final long size;
  private final @Nullable Storage whole;
  private final long start;
  private @Nullable ByteBuffer data;

  /**
   * @param size in bytes
   */
  Storage(String name, ByteOrder order, long size) {
    this(name, order, size, null, 0);
  }

  private Storage(String name, ByteOrder order, long size, @Nullable Storage whole, long start) {
    this.name = name;
    this.order = order;
    this.size = size;
    this.whole = whole;
    this.start = start;
  }

  /** A part of it, whose data come with it; in bytes. */
  Storage part(long from, long length) {
    return new Storage(name, order, length, this, from);
  }

  static Storage of(String name, ByteBuffer data, ByteOrder order) {
    Storage storage = new Storage(name, order, data.remaining());
    storage.data = data;
    return storage;
  }

  String name() {
    return name;
  }

  long size() {
    return size;
  }

  ByteOrder order() {
    return order;
  }

  /** Sets what is in it, once its place in the file is known. */
  void fill(ByteBuffer content) {
    data = content;
  }

  ByteBuffer data() {
    if (whole != null) {
      return whole.data().slice((int) start, (int) size).order(order);
    }
    if (data == null) {
      throw new WeightsException(
          "holds no data for storage '%s'; it is damaged or was not copied whole".formatted(name));
    }
    return data.duplicate().order(order);
  }
}
