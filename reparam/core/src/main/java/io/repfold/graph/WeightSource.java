package io.repfold.graph;

import java.util.Arrays;

/**
 * Where the parameters of a graph that is being built come from.
 *
 * <p>The values depend on the parameter's name and shape only, not on the order of the calls, so
 * that a layer more or less leaves the others' values as they were.
 */
@FunctionalInterface
public interface WeightSource {
  /** What a parameter is for. */
  enum Role {
    /** Convolution kernels {@code [O, I/groups, kH, kW]}. */
    KERNEL,
    /** Kernels of transposed convolutions {@code [I, O/groups, kH, kW]}. */
    TRANSPOSED_KERNEL,
    /** Pointwise kernels {@code [O, O/groups, 1, 1]} that start as the identity. */
    IDENTITY_KERNEL,
    /** Fully connected layers {@code [O, I]}. */
    LINEAR,
    /** Biases {@code [O]} of convolutions and fully connected layers. */
    BIAS,
    /** Slopes of a PRelu below 0. */
    SLOPE,
    /** Scale of a batch normalization. */
    GAMMA,
    /** Shift of a batch normalization. */
    BETA,
    /** Running mean of a batch normalization. */
    MEAN,
    /** Running variance of a batch normalization. */
    VARIANCE
  }

  /**
   * The values of one parameter.
   *
   * @return one value an element, row-major
   */
  double[] values(String name, Role role, long... dims);

  /**
   * The parameter itself.
   *
   * @throws InvalidGraphException if {@link #values} does not give as many values as it has
   */
  default Tensor tensor(String name, Role role, ElementType type, long... dims) {
    double[] values = values(name, role, dims);
    Check.that(
        values.length == Tensor.count(dims),
        "The weight source gives %d values for '%s' of shape %s",
        values.length,
        name,
        Arrays.toString(dims));
    return Tensor.ofDoubles(type, values, dims);
  }

  /** Which values of a kernel count together for its variance. */
  enum Fan {
    /** Those that one output sums up: keeps the variance of what goes forward. */
    IN,
    /** Those that one input goes into: keeps the variance of what goes back. */
    OUT;

    double of(long... dims) {
      double values = Tensor.count(dims);
      return switch (this) {
        case IN -> values / dims[0];
        case OUT -> values / dims[1];
      };
    }
  }

  /**
   * The state before training: convolutions uniform with variance 2 / fan-in (He et al., "Delving
   * Deep into Rectifiers", ICCV 2015), linear layers with variance 1 / fan-in, biases 0, batch
   * normalizations the identity.
   */
  static WeightSource he(long seed) {
    return new HeWeights(seed);
  }

  /**
   * As {@link #he}, but normally distributed, as PyTorch's {@code kaiming_normal_}.
   *
   * @param fan what the variances divide by
   */
  static WeightSource normal(long seed, Fan fan) {
    return new NormalWeights(seed, fan);
  }

  /**
   * The same value everywhere, for graphs of which only the shapes matter: parameters of one source
   * share their memory.
   */
  static WeightSource everywhere(double value) {
    return new EqualWeights(value);
  }

  /**
   * Values as after training, for tests: all batch-normalization statistics are far from 0 and 1,
   * and some scales are negative or 0.
   */
  static WeightSource random(long seed) {
    return new RandomWeights(seed);
  }

  /** What a PRelu starts with (He et al., as above). */
  double SLOPE = 0.25;

  /** More numbers than this, 2 GiB of doubles, are no parameter of a network that trains here. */
  long MOST = 1L << 28;

  /**
   * How many numbers a parameter has.
   *
   * @throws IllegalArgumentException if they are more than {@link #MOST}
   */
  static int count(String name, long... dims) {
    double count = 1;
    for (long dim : dims) {
      count *= dim;
    }
    if (count > MOST) {
      throw new IllegalArgumentException(
          "parameter '%s' of shape %s would have %.3g numbers, and %d are the most: choose a smaller width"
              .formatted(name, Arrays.toString(dims), count, MOST));
    }
    return (int) count;
  }
}
