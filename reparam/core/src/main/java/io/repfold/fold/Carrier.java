package io.repfold.fold;

/** The op that an affine map may be written as: the one that was there. */
enum Carrier {
  /** None: scales, sums and moves are left to the nodes that are there. */
  NONE,
  /** {@code Conv}; an {@code AveragePool} may become one too. */
  CONV,
  /** {@code Gemm} with {@code transB}. */
  GEMM,
  /** {@code MatMul} by a constant on the right, and an {@code Add} for a bias. */
  MATMUL,
  /** {@code MatMul} by a constant on the left, and an {@code Add} for a bias. */
  LEFT_MATMUL;

  /** The carrier of two maps that become one. */
  Carrier with(Carrier other) {
    if (this == NONE || other == NONE) {
      return this == NONE ? other : this;
    }
    // A Conv can do what a product by a constant can, and a Gemm has room for a bias.
    return compareTo(other) <= 0 ? this : other;
  }

  /** What a user would call it. */
  String noun() {
    return this == NONE || this == CONV ? "convolution" : "matrix";
  }

  /** Whether the map takes part in sums of products, and not only in scales and moves. */
  boolean contracts() {
    return this != NONE;
  }
}
