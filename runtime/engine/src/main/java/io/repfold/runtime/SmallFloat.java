package io.repfold.runtime;

/**
 * A 16-bit floating-point format: one sign bit, an exponent, a mantissa, subnormals, infinities and
 * NaN.
 *
 * @param mantissaBits stored mantissa bits
 * @param minExponent exponent of the smallest normal number
 */
record SmallFloat(int mantissaBits, int minExponent) {
  /** IEEE 754 binary16. */
  static final SmallFloat FLOAT16 = new SmallFloat(10, -14);

  /** The upper half of a float32. */
  static final SmallFloat BFLOAT16 = new SmallFloat(7, -126);

  /** The nearest value of this format, ties to even; too large a value becomes infinite. */
  short encode(double value) {
    int sign = Double.doubleToRawLongBits(value) < 0 ? 0x8000 : 0;
    if (Double.isNaN(value)) {
      return (short) (sign | infinity() | (1 << (mantissaBits - 1)));
    }
    double magnitude = Math.abs(value);
    int exponent = Math.max(Math.getExponent(magnitude), minExponent);
    if (exponent > 1 - minExponent) {
      return (short) (sign | infinity());
    }
    // A mantissa that rounds up to the next power of two carries into the exponent field, up to
    // infinity.
    int mantissa = (int) Math.rint(Math.scalb(magnitude, mantissaBits - exponent));
    return (short) (sign | (((exponent - minExponent) << mantissaBits) + mantissa));
  }

  /** The exact value of 16 bits in this format. */
  double decode(short bits) {
    int exponent = (bits & infinity()) >> mantissaBits;
    int mantissa = bits & ((1 << mantissaBits) - 1);
    double magnitude;
    if (exponent == infinity() >> mantissaBits) {
      magnitude = mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else if (exponent == 0) {
      magnitude = Math.scalb((double) mantissa, minExponent - mantissaBits);
    } else {
      int significand = mantissa + (1 << mantissaBits);
      magnitude = Math.scalb((double) significand, exponent - 1 + minExponent - mantissaBits);
    }
    return bits < 0 ? -magnitude : magnitude;
  }

  private int infinity() {
    return 0x7fff & -(1 << mantissaBits);
  }
}
