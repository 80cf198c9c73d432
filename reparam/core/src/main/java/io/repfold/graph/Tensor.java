package io.repfold.graph;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * An immutable constant tensor: an element type, dimensions and row-major little-endian data, as in
 * ONNX {@code raw_data}.
 *
 * <p>The bytes may lie in a mapped file, so reading them can be slow the first time; they take no
 * heap. One tensor holds at most 2 GiB.
 */
public final class Tensor {
  private final ElementType type;
  private final long[] dims;
  private final ByteBuffer data;
  private final List<byte[]> strings;

  private Tensor(ElementType type, long[] dims, ByteBuffer data, List<byte[]> strings) {
    this.type = type;
    this.dims = dims;
    this.data = data;
    this.strings = strings;
  }

  /**
   * A tensor over the remaining bytes of {@code data}, which are not copied and must not change.
   *
   * @param data little-endian elements, row-major; 4-bit types two to a byte
   * @throws InvalidGraphException if the byte count is not what type and dims ask for
   */
  public static Tensor of(ElementType type, ByteBuffer data, long... dims) {
    Check.that(type != ElementType.STRING, "A string tensor has no raw data");
    long count = count(dims);
    Check.that(
        count <= 8L * Integer.MAX_VALUE / type.bits(),
        "A %s tensor of shape %s takes more than 2 GiB, got %d bytes",
        type,
        Arrays.toString(dims),
        data.remaining());
    long bytes = (count * type.bits() + 7) / 8;
    Check.that(
        data.remaining() == bytes,
        "A %s tensor of shape %s takes %d bytes, got %d",
        type,
        Arrays.toString(dims),
        bytes,
        data.remaining());
    ByteBuffer own = data.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return new Tensor(type, dims.clone(), own, List.of());
  }

  /** A string tensor; ONNX strings are bytes, UTF-8 by convention. */
  public static Tensor ofStrings(List<byte[]> values, long... dims) {
    Check.that(
        values.size() == count(dims),
        "A string tensor of shape %s has %d elements, got %d",
        Arrays.toString(dims),
        count(dims),
        values.size());
    List<byte[]> own = values.stream().map(byte[]::clone).toList();
    return new Tensor(ElementType.STRING, dims.clone(), ByteBuffer.allocate(0), own);
  }

  /** A float32 tensor. */
  public static Tensor ofFloats(float[] values, long... dims) {
    ByteBuffer bytes = allocate(values.length, Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return of(ElementType.FLOAT, bytes, dims);
  }

  /** An int64 tensor. */
  public static Tensor ofLongs(long[] values, long... dims) {
    ByteBuffer bytes = allocate(values.length, Long.BYTES);
    bytes.asLongBuffer().put(values);
    return of(ElementType.INT64, bytes, dims);
  }

  /**
   * A tensor of any numeric type; each value is rounded once, to nearest even for real types.
   *
   * @throws InvalidGraphException if the type is not {@linkplain ElementType#isNumeric() numeric}
   */
  public static Tensor ofDoubles(ElementType type, double[] values, long... dims) {
    ByteBuffer bytes = allocate(values.length, type.bits() / 8);
    for (int i = 0; i < values.length; i++) {
      put(type, bytes, i, values[i]);
    }
    return of(type, bytes, dims);
  }

  private static ByteBuffer allocate(int count, int bytes) {
    return ByteBuffer.allocate(Math.multiplyExact(count, bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Writes element {@code index} of a little-endian buffer of {@code type}, rounding once. */
  public static void put(ElementType type, ByteBuffer bytes, int index, double value) {
    switch (type) {
      case FLOAT -> bytes.putFloat(4 * index, (float) value);
      case DOUBLE -> bytes.putDouble(8 * index, value);
      case FLOAT16 -> bytes.putShort(2 * index, HalfPrecision.toFloat16(value));
      case BFLOAT16 -> bytes.putShort(2 * index, HalfPrecision.toBfloat16(value));
      case INT64 -> bytes.putLong(8 * index, (long) value);
      case UINT64 -> bytes.putLong(8 * index, UnsignedLongs.of(value));
      case INT32, UINT32 -> bytes.putInt(4 * index, (int) (long) value);
      case INT16, UINT16 -> bytes.putShort(2 * index, (short) (long) value);
      case INT8, UINT8 -> bytes.put(index, (byte) (long) value);
      case BOOL -> bytes.put(index, (byte) (value == 0 ? 0 : 1));
      default ->
          throw new InvalidGraphException("Cannot write numbers into a %s tensor".formatted(type));
    }
  }

  /** Number of elements of a tensor with these dimensions; 1 for a scalar. */
  public static long count(long... dims) {
    long count = 1;
    for (long dim : dims) {
      if (dim < 0) {
        throw new InvalidGraphException(
            "Dimension %d is negative in shape %s".formatted(dim, Arrays.toString(dims)));
      }
      try {
        count = Math.multiplyExact(count, dim);
      } catch (ArithmeticException e) {
        throw new InvalidGraphException(
            "Shape %s has more than 2^63 elements".formatted(Arrays.toString(dims)));
      }
    }
    return count;
  }

  public ElementType type() {
    return type;
  }

  /** A copy of the dimensions; empty for a scalar. */
  public long[] dims() {
    return dims.clone();
  }

  public long dim(int axis) {
    return dims[axis];
  }

  public int rank() {
    return dims.length;
  }

  /** Number of elements. */
  public long size() {
    return count(dims);
  }

  /** The raw little-endian bytes, read-only; empty for strings. */
  public ByteBuffer data() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The elements of a string tensor, as bytes. */
  public List<byte[]> strings() {
    return strings.stream().map(byte[]::clone).toList();
  }

  /** Whether all elements are the same number; also if there are none. */
  public boolean isUniform() {
    long size = size();
    for (int i = 1; i < size; i++) {
      if (doubleAt(i) != doubleAt(0)) {
        return false;
      }
    }
    return true;
  }

  /** Element {@code index}, row-major, exactly (64-bit integers beyond 2^53 are rounded). */
  public double doubleAt(int index) {
    return switch (type) {
      case FLOAT -> data.getFloat(4 * index);
      case DOUBLE -> data.getDouble(8 * index);
      case FLOAT16 -> HalfPrecision.fromFloat16(data.getShort(2 * index));
      case BFLOAT16 -> HalfPrecision.fromBfloat16(data.getShort(2 * index));
      case INT64 -> data.getLong(8 * index);
      case UINT64 -> UnsignedLongs.toDouble(data.getLong(8 * index));
      case INT32 -> data.getInt(4 * index);
      case UINT32 -> Integer.toUnsignedLong(data.getInt(4 * index));
      case INT16 -> data.getShort(2 * index);
      case UINT16 -> Short.toUnsignedInt(data.getShort(2 * index));
      case INT8 -> data.get(index);
      case UINT8 -> Byte.toUnsignedInt(data.get(index));
      case BOOL -> data.get(index) == 0 ? 0 : 1;
      default ->
          throw new InvalidGraphException("A %s tensor holds no real numbers".formatted(type));
    };
  }

  /** All elements, row-major. */
  public double[] toDoubles() {
    double[] values = new double[Math.toIntExact(size())];
    if (type == ElementType.FLOAT) {
      var floats = data.asFloatBuffer();
      for (int i = 0; i < values.length; i++) {
        values[i] = floats.get(i);
      }
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = doubleAt(i);
      }
    }
    return values;
  }

  /** All elements of an integer or boolean tensor, row-major. */
  public long[] toLongs() {
    Check.that(
        type.isNumeric() && !type.isFloat(), "Expected an integer tensor, got %s", describe());
    long[] values = new long[Math.toIntExact(size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = type == ElementType.INT64 ? data.getLong(8 * i) : (long) doubleAt(i);
    }
    return values;
  }

  /** Type and shape, such as {@code FLOAT[64, 3, 7, 7]}. */
  public String describe() {
    return type
        + LongStream.of(dims).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    return other instanceof Tensor that
        && type == that.type
        && Arrays.equals(dims, that.dims)
        && data.equals(that.data)
        && Arrays.deepEquals(strings.toArray(), that.strings.toArray());
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return describe();
  }
}
