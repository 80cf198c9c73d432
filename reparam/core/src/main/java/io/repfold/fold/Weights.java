package io.repfold.fold;

import java.util.Arrays;
import java.util.Optional;

/**
 * The linear part of an affine map: a matrix {@code [out, in / groups]} a tap. Structure is known
 * at once, numbers are computed when they are asked for, in double.
 */
abstract class Weights {
  private final int in;
  private final int out;
  private final int groups;
  private final Taps taps;
  private final int nested;
  private final int depth;

  /**
   * @param parts what these weights are computed from
   */
  Weights(int in, int out, int groups, Taps taps, Weights... parts) {
    if (in % groups != 0 || out % groups != 0) {
      throw new IllegalArgumentException(
          "%d input and %d output channels cannot be split into %d groups"
              .formatted(in, out, groups));
    }
    this.in = in;
    this.out = out;
    this.groups = groups;
    this.taps = taps;
    this.nested = 1 + Arrays.stream(parts).mapToInt(part -> part.nested).sum();
    this.depth = 1 + Arrays.stream(parts).mapToInt(part -> part.depth).max().orElse(0);
  }

  final int in() {
    return in;
  }

  final int out() {
    return out;
  }

  final int groups() {
    return groups;
  }

  final Taps taps() {
    return taps;
  }

  /** How many weights are read when these are, a part as often as it is used. */
  final int nested() {
    return nested;
  }

  /** How deep reading recurs. */
  final int depth() {
    return depth;
  }

  /** Input channels of one group. */
  final int columns() {
    return in / groups;
  }

  /** Starts reading the numbers; rows are best asked for in ascending order. */
  abstract Rows open(MatrixProduct product);

  /**
   * The response to an image that is {@code value[c]} everywhere, the outside included: {@code sum
   * over t, c of W value}.
   */
  abstract double[] respondTo(double[] value);

  /** The factors, if this is a diagonal matrix at offset 0. */
  Optional<double[]> diagonal() {
    return Optional.empty();
  }

  final boolean isIdentity() {
    return diagonal().filter(d -> Arrays.stream(d).allMatch(factor -> factor == 1)).isPresent();
  }

  /** A reader of weights. */
  interface Rows extends AutoCloseable {
    /** The rows {@code [from, to)}: {@code [to - from, taps, in / groups]}, a fresh array. */
    double[] read(int from, int to);

    @Override
    default void close() {}
  }

  /** Where the columns of output channel {@code row} begin among the input channels. */
  final int firstColumn(int row) {
    return row / (out / groups) * columns();
  }
}
