package io.repfold.graph;

/** IEEE 754 binary16 and bfloat16, rounded to nearest even straight from double. */
final class HalfPrecision {
  private HalfPrecision() {}

  static double fromFloat16(short bits) {
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    double magnitude =
        switch (exponent) {
          case 0 -> fraction * 0x1p-24;
          case 0x1f -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
          default -> (0x400 | fraction) * Math.scalb(1.0, exponent - 25);
        };
    return bits < 0 ? -magnitude : magnitude;
  }

  static short toFloat16(double value) {
    return round(value, 10, 15);
  }

  static double fromBfloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  static short toBfloat16(double value) {
    return round(value, 7, 127);
  }

  private static short round(double value, int fractionBits, int bias) {
    int sign = Double.doubleToRawLongBits(value) < 0 ? 0x8000 : 0;
    int infinity = (2 * bias + 1) << fractionBits;
    double magnitude = Math.abs(value);
    if (Double.isNaN(value)) {
      return (short) (sign | infinity | 1 << (fractionBits - 1));
    }
    if (magnitude == Double.POSITIVE_INFINITY) {
      return (short) (sign | infinity);
    }
    int exponent = Math.max(Math.getExponent(magnitude), 1 - bias);
    long units = (long) Math.rint(Math.scalb(magnitude, fractionBits - exponent));
    // A carry out of the fraction runs into the exponent field, which is what rounding up means.
    long bits = ((long) (exponent + bias - 1) << fractionBits) + units;
    return (short) (sign | (int) Math.min(bits, infinity));
  }
}
