package io.repfold.cli;

import io.repfold.precision.half.HalfOptions;

/** What {@code convert} makes of a float32 model. */
enum Precision {
  /** IEEE 754 binary16. */
  FP16(0.999) {
    @Override
    Conversion convert(ConversionSource source) {
      source.options().integers().requireUnused();
      return HalfConversion.of(source, HalfOptions.FLOAT16);
    }
  },
  /** The upper half of a float32. */
  BF16(0.99) {
    @Override
    Conversion convert(ConversionSource source) {
      source.options().integers().requireUnused();
      return HalfConversion.of(source, HalfOptions.BFLOAT16);
    }
  },
  /** 8-bit integers between QuantizeLinear and DequantizeLinear. */
  INT8(0.99) {
    @Override
    Conversion convert(ConversionSource source) {
      return IntegerConversion.of(source);
    }
  };

  private final double target;

  Precision(double target) {
    this.target = target;
  }

  /** The share of decisions that usually stay the same, which is asked for unless it is said. */
  double target() {
    return target;
  }

  /**
   * Converts.
   *
   * @throws UsageException if the options do not fit the precision or the graph
   * @throws io.repfold.graph.InvalidGraphException if the graph cannot be converted
   */
  abstract Conversion convert(ConversionSource source);
}
