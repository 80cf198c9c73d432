package io.repfold.precision.int8;

/** How to take the range of an activation from its statistics. */
public enum RangeMethod {
  /** All that was seen; nothing is cut off. */
  MINMAX,
  /** All but the 0.01 percent of largest magnitude, zeros not counted. */
  PERCENTILE,
  /**
   * The range under which the distribution of the quantized magnitudes has the least
   * Kullback-Leibler divergence from what was seen (Migacz, 8-bit inference with TensorRT, 2017).
   */
  ENTROPY,
  /** The range with the least mean squared error, of rounding and cutting off together. */
  MSE;

  /**
   * The grid for a tensor.
   *
   * @param unsigned whether UINT8 with a zero point is allowed; INT8 around 0 otherwise
   */
  IntegerGrid grid(TensorStatistics statistics, boolean unsigned) {
    double cut =
        switch (this) {
          case MINMAX -> statistics.largest();
          case PERCENTILE -> RangeSearch.percentile(statistics);
          case ENTROPY -> RangeSearch.entropy(statistics, unsigned);
          case MSE -> RangeSearch.leastSquares(statistics, unsigned);
        };
    return RangeSearch.grid(statistics, cut, unsigned);
  }
}
