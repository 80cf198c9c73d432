package io.repfold.djl;

import io.repfold.graph.NdArray;
import org.jspecify.annotations.Nullable;

/**
 * What a node reads, while it is made ready for known shapes: an array of the engine, or a value
 * that follows from shapes and constants alone.
 *
 * @param slot where the engine's array lies; -1 for a host value
 * @param dims of either
 * @param host null for an array of the engine
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Operand(int slot, long[] dims, @Nullable NdArray host) {
  static Operand device(int slot, long[] dims) {
    return new Operand(slot, dims, null);
  }

  static Operand host(NdArray value) {
    long[] dims = new long[value.rank()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = value.dim(i);
    }
    return new Operand(-1, dims, value);
  }
}
