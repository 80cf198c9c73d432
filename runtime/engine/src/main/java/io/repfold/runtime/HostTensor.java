package io.repfold.runtime;

import com.google.errorprone.annotations.FormatMethod;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * An n-dimensional array of numbers in row-major order and the machine's byte order. It lies in
 * direct memory, outside the Java heap, which engines read and write without copying; only what
 * {@link Engine#run} returns may lie on the heap, where it costs nothing once it is not used any
 * more. It has no method that changes a value. A tensor made by {@link #wrap} is a view: it shows
 * what the owner of the buffer writes.
 */
public final class HostTensor {
  private final ElementType type;
  private final long[] shape;
  private final int size;
  private final ByteBuffer memory;

  private HostTensor(ElementType type, long[] shape, int size, ByteBuffer memory) {
    this.type = type;
    this.shape = shape;
    this.size = size;
    this.memory = memory;
  }

  /**
   * A tensor of zeros.
   *
   * @throws IllegalArgumentException if a dimension is negative or the tensor needs more than 2 GiB
   */
  public static HostTensor allocate(ElementType type, long... shape) {
    int size = elements(type, shape);
    return new HostTensor(type, shape.clone(), size, Memory.allocate(size * type.bytes(), shape));
  }

  /**
   * A view of a buffer, from its position to its limit, without copying.
   *
   * @param buffer direct, in native byte order, aligned for {@code type}, and exactly as long as
   *     the shape says
   * @throws IllegalArgumentException if the buffer is not that
   */
  public static HostTensor wrap(ElementType type, ByteBuffer buffer, long... shape) {
    int size = elements(type, shape);
    check(buffer.isDirect(), "The buffer is on the heap; use ByteBuffer.allocateDirect");
    check(
        buffer.order() == ByteOrder.nativeOrder(),
        "The buffer is in %s order, this machine is %s; call order(ByteOrder.nativeOrder()) before writing to it",
        buffer.order(),
        ByteOrder.nativeOrder());
    check(
        buffer.remaining() == size * type.bytes(),
        "%s%s needs %d bytes, the buffer has %d",
        type,
        Arrays.toString(shape),
        size * type.bytes(),
        buffer.remaining());
    check(
        buffer.alignmentOffset(buffer.position(), type.bytes()) == 0,
        "The buffer starts at an address that is not a multiple of %d, the size of %s",
        type.bytes(),
        type);
    ByteBuffer memory = buffer.slice().order(ByteOrder.nativeOrder());
    return new HostTensor(type, shape.clone(), size, memory);
  }

  /**
   * A tensor on the heap.
   *
   * @param memory in native byte order, from 0 to its limit exactly as long as the shape says; its
   *     bytes belong to the tensor from now on
   */
  public static HostTensor onHeap(ElementType type, ByteBuffer memory, long... shape) {
    return new HostTensor(type, shape.clone(), elements(type, shape), memory);
  }

  /** A float32 tensor with a copy of these values. */
  public static HostTensor ofFloats(float[] values, long... shape) {
    HostTensor tensor = allocateFor(ElementType.FLOAT, values.length, shape);
    tensor.memory.asFloatBuffer().put(values);
    return tensor;
  }

  /** An int64 tensor with a copy of these values. */
  public static HostTensor ofLongs(long[] values, long... shape) {
    HostTensor tensor = allocateFor(ElementType.INT64, values.length, shape);
    tensor.memory.asLongBuffer().put(values);
    return tensor;
  }

  /**
   * A tensor of any type. Floating types round to nearest, ties to even.
   *
   * @throws IllegalArgumentException if the type is an integer type or bool and cannot hold one of
   *     the values exactly
   */
  public static HostTensor of(ElementType type, double[] values, long... shape) {
    HostTensor tensor = allocateFor(type, values.length, shape);
    double limit = type == ElementType.UINT64 ? 0x1p64 : 0x1p63;
    for (int i = 0; i < values.length; i++) {
      Memory.put(tensor.memory, type, i, values[i]);
      if (!type.isFloating() && !(tensor.get(i) == values[i] && values[i] < limit)) {
        throw new IllegalArgumentException(
            "Value %s at index %d does not fit into %s".formatted(values[i], i, type));
      }
    }
    return tensor;
  }

  /** The type of the elements. */
  public ElementType type() {
    return type;
  }

  /** The dimensions, outermost first; empty for a scalar. */
  public long[] shape() {
    return shape.clone();
  }

  /** The number of dimensions; 0 for a scalar. */
  public int rank() {
    return shape.length;
  }

  /** The number of elements. */
  public int size() {
    return size;
  }

  /**
   * A read-only view of the bytes in native byte order, at position 0. It is direct if the tensor
   * is; see {@link #inDirectMemory}.
   */
  public ByteBuffer bytes() {
    return memory.asReadOnlyBuffer().order(ByteOrder.nativeOrder());
  }

  /** This tensor, or a copy in direct memory if it lies on the heap. */
  public HostTensor inDirectMemory() {
    if (memory.isDirect()) {
      return this;
    }
    HostTensor copy = allocate(type, shape);
    copy.memory().put(bytes());
    return copy;
  }

  /** A copy on the heap. */
  HostTensor copyOnHeap() {
    ByteBuffer copy = ByteBuffer.allocate(size * type.bytes()).order(ByteOrder.nativeOrder());
    return new HostTensor(type, shape, size, copy.put(bytes()).flip());
  }

  /**
   * The element at a row-major index, as a double: exact for all types except int64 and uint64
   * values beyond 2^53, which are rounded. True is 1.
   */
  public double get(int flatIndex) {
    return Memory.get(memory, type, Objects.checkIndex(flatIndex, size));
  }

  /**
   * The element at a row-major index of an integer or bool tensor, exactly; a uint64 beyond 2^63 -
   * 1 shows as negative.
   *
   * @throws IllegalStateException for floating types
   */
  public long getLong(int flatIndex) {
    return Memory.getLong(memory, type, Objects.checkIndex(flatIndex, size));
  }

  /** All elements in row-major order, rounded to float32. */
  public float[] toFloats() {
    float[] values = new float[size];
    if (type == ElementType.FLOAT) {
      memory.asFloatBuffer().get(values);
      return values;
    }
    for (int i = 0; i < size; i++) {
      values[i] = (float) get(i);
    }
    return values;
  }

  /** All elements in row-major order; see {@link #get} for what is exact. */
  public double[] toDoubles() {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = get(i);
    }
    return values;
  }

  /**
   * A view of one index of the outermost dimension, as a tensor whose outermost dimension is 1.
   *
   * @throws IndexOutOfBoundsException if there is no such index
   */
  HostTensor row(int index) {
    int rows = Math.toIntExact(shape[0]);
    int bytes = rows == 0 ? 0 : size / rows * type.bytes();
    ByteBuffer part = memory.slice(Objects.checkIndex(index, rows) * bytes, bytes);
    long[] one = shape.clone();
    one[0] = 1;
    return new HostTensor(type, one, size / rows, part.order(ByteOrder.nativeOrder()));
  }

  /** Type and shape, for example {@code float32[1, 3, 224, 224]}. */
  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }

  /** The memory itself, writable, for the engines of this package. */
  ByteBuffer memory() {
    return memory.duplicate().order(ByteOrder.nativeOrder());
  }

  private static HostTensor allocateFor(ElementType type, int count, long... shape) {
    int size = elements(type, shape);
    check(
        size == count,
        "Shape %s holds %d elements, but %d values were given",
        Arrays.toString(shape),
        size,
        count);
    return allocate(type, shape);
  }

  private static int elements(ElementType type, long... shape) {
    boolean empty = false;
    for (long dimension : shape) {
      check(dimension >= 0, "Shape %s has a negative dimension", Arrays.toString(shape));
      empty |= dimension == 0;
    }
    if (empty) {
      return 0;
    }
    long elements = 1;
    for (long dimension : shape) {
      check(
          dimension <= Integer.MAX_VALUE / (elements * type.bytes()),
          "%s%s does not fit into the 2 GiB that one tensor can hold",
          type,
          Arrays.toString(shape));
      elements *= dimension;
    }
    return (int) elements;
  }

  @FormatMethod
  private static void check(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(arguments));
    }
  }
}
