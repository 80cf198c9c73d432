package io.repfold.fold;

import io.repfold.graph.Shape;

/** Where the channels of a value are that an affine map mixes. */
enum ChannelAxis {
  /** {@code [N, C, D...]}: images, as Conv and BatchNormalization read them. */
  SECOND,
  /** {@code [..., C]}: rows, as Gemm and MatMul by a constant on the right read them. */
  LAST,
  /** {@code [..., C, L]}: columns, as MatMul by a constant on the left reads them. */
  SECOND_LAST;

  /** The same axis under the name that comes first for values of this rank. */
  ChannelAxis in(int rank) {
    if (rank == 2 && this == SECOND) {
      return LAST;
    }
    return rank == 3 && this == SECOND_LAST ? SECOND : this;
  }

  /** The number of the axis in a shape of {@code rank}; negative or too large if it has none. */
  int index(int rank) {
    return switch (this) {
      case SECOND -> 1;
      case LAST -> rank - 1;
      case SECOND_LAST -> rank - 2;
    };
  }

  boolean fits(Shape shape) {
    int index = index(shape.rank());
    return 0 <= index && index < shape.rank();
  }

  /**
   * How many axes a map with kernels may move along: the spatial ones of images, none of rows,
   * whose other axes are all batch.
   */
  int spatialRank(int rank) {
    return this == SECOND ? rank - 2 : 0;
  }
}
