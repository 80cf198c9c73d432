package io.repfold.precision.half;

import io.repfold.graph.ElementType;
import io.repfold.graph.FloatFormat;
import io.repfold.graph.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A 16-bit real type.
 *
 * @param type FLOAT16 or BFLOAT16
 * @param largest the largest finite number
 * @param smallestNormal below it, numbers lose digits, and soon become 0
 * @param digit the largest relative error of rounding a normal number, 2^-11 or 2^-8
 */
public record HalfFormat(ElementType type, double largest, double smallestNormal, double digit) {
  private static final HalfFormat FLOAT16 = new HalfFormat(ElementType.FLOAT16);
  private static final HalfFormat BFLOAT16 = new HalfFormat(ElementType.BFLOAT16);

  private HalfFormat(ElementType type) {
    this(
        type,
        FloatFormat.of(type).largest(),
        FloatFormat.of(type).smallestNormal(),
        FloatFormat.of(type).unitRoundoff());
  }

  /**
   * @throws IllegalArgumentException if it is neither FLOAT16 nor BFLOAT16
   */
  public static HalfFormat of(ElementType type) {
    return switch (type) {
      case FLOAT16 -> FLOAT16;
      case BFLOAT16 -> BFLOAT16;
      default ->
          throw new IllegalArgumentException(
              "Half precision is FLOAT16 or BFLOAT16, not %s".formatted(type));
    };
  }

  /** A tensor with each element rounded once, to nearest even; infinities stay. */
  Tensor round(Tensor tensor) {
    int size = Math.toIntExact(tensor.size());
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(size, Short.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < size; i++) {
      Tensor.put(type, bytes, i, tensor.doubleAt(i));
    }
    return Tensor.of(type, bytes, tensor.dims());
  }

  /** The suffix of values that are computed in this type beside a float32 one. */
  String suffix() {
    return type == ElementType.FLOAT16 ? "_float16" : "_bfloat16";
  }
}
