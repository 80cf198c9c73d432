package io.repfold.fold;

import io.repfold.graph.Tensor;
import java.util.IdentityHashMap;
import java.util.Optional;

/**
 * The numbers of tensors that were made here, before they were rounded: what is folded again is
 * rounded once all the same. A tensor is known by its identity, not by its elements.
 */
final class ExactNumbers {
  static final ExactNumbers NONE = new ExactNumbers(new IdentityHashMap<>());

  private final IdentityHashMap<Tensor, double[]> numbers;

  private ExactNumbers(IdentityHashMap<Tensor, double[]> numbers) {
    this.numbers = numbers;
  }

  /** These and more, which a caller puts in. */
  static final class Builder {
    private final IdentityHashMap<Tensor, double[]> numbers;

    Builder(ExactNumbers before) {
      this.numbers = new IdentityHashMap<>(before.numbers);
    }

    /** A tensor with its elements in row-major order; nobody may change the array any more. */
    void put(Tensor tensor, double... exact) {
      numbers.put(tensor, exact);
    }

    ExactNumbers build() {
      return new ExactNumbers(numbers);
    }
  }

  /** The elements in row-major order; the rounded ones of a tensor that was not made here. */
  double[] of(Tensor tensor) {
    return Optional.ofNullable(numbers.get(tensor))
        .map(double[]::clone)
        .orElseGet(tensor::toDoubles);
  }

  /** Likewise, some at a time. */
  TensorReader reader(Tensor tensor) {
    double[] exact = numbers.get(tensor);
    return exact == null
        ? TensorReader.of(tensor)
        : (from, count, target, at) -> System.arraycopy(exact, from, target, at, count);
  }
}
