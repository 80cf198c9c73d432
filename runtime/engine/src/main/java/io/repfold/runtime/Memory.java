package io.repfold.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Reads and writes typed elements in a buffer; callers check the index. */
final class Memory {
  private Memory() {}

  /** Zeroed direct memory in native byte order; the only place that takes it. */
  static ByteBuffer allocate(int bytes, long... shapeForMessage) {
    try {
      return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    } catch (OutOfMemoryError e) {
      OutOfMemoryError better =
          new OutOfMemoryError(
              "A tensor of shape %s needs %d bytes outside the Java heap; raise -XX:MaxDirectMemorySize or -Xmx"
                  .formatted(Arrays.toString(shapeForMessage), bytes));
      better.initCause(e);
      throw better;
    }
  }

  static double get(ByteBuffer memory, ElementType type, int index) {
    return switch (type) {
      case FLOAT -> memory.getFloat(index * 4);
      case DOUBLE -> memory.getDouble(index * 8);
      case FLOAT16 -> SmallFloat.FLOAT16.decode(memory.getShort(index * 2));
      case BFLOAT16 -> SmallFloat.BFLOAT16.decode(memory.getShort(index * 2));
      case UINT64 -> unsignedToDouble(getLong(memory, type, index));
      default -> getLong(memory, type, index);
    };
  }

  static long getLong(ByteBuffer memory, ElementType type, int index) {
    return switch (type) {
      case INT8 -> memory.get(index);
      case UINT8, BOOL -> Byte.toUnsignedLong(memory.get(index));
      case INT16 -> memory.getShort(index * 2);
      case UINT16 -> Short.toUnsignedLong(memory.getShort(index * 2));
      case INT32 -> memory.getInt(index * 4);
      case UINT32 -> Integer.toUnsignedLong(memory.getInt(index * 4));
      case INT64, UINT64 -> memory.getLong(index * 8);
      case FLOAT, DOUBLE, FLOAT16, BFLOAT16 ->
          throw new IllegalStateException("The tensor holds " + type + ", not integers; use get");
    };
  }

  /** Stores a value; an integer type takes the low bits of what it cannot hold. */
  static void put(ByteBuffer memory, ElementType type, int index, double value) {
    int at = index * type.bytes();
    switch (type) {
      case FLOAT -> memory.putFloat(at, (float) value);
      case DOUBLE -> memory.putDouble(at, value);
      case FLOAT16 -> memory.putShort(at, SmallFloat.FLOAT16.encode(value));
      case BFLOAT16 -> memory.putShort(at, SmallFloat.BFLOAT16.encode(value));
      case BOOL -> memory.put(at, (byte) (value == 0 ? 0 : 1));
      case INT8, UINT8 -> memory.put(at, (byte) (long) value);
      case INT16, UINT16 -> memory.putShort(at, (short) (long) value);
      case INT32, UINT32 -> memory.putInt(at, (int) (long) value);
      case INT64 -> memory.putLong(at, (long) value);
      case UINT64 ->
          memory.putLong(
              at, value < 0x1p63 ? (long) value : (long) (value - 0x1p63) ^ Long.MIN_VALUE);
    }
  }

  private static double unsignedToDouble(long bits) {
    if (bits >= 0) {
      return bits;
    }
    return (double) ((bits >>> 1) | (bits & 1)) * 2;
  }
}
