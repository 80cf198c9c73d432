package io.repfold.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a value before the graph runs.
 *
 * @param constant its elements, if they are the same at every run and few
 * @param sizes its elements, row-major, if it holds whole numbers computed from shapes, each empty
 *     if not known; present too where {@code constant} holds whole numbers
 */
record Fact(
    Optional<ElementType> type,
    Optional<Shape> shape,
    Optional<NdArray> constant,
    Optional<List<Optional<SizeExpression>>> sizes) {

  /** Contents of larger values are not followed. */
  static final int MOST_ELEMENTS = 1024;

  static final Fact NOTHING = of(Optional.empty(), Optional.empty());

  static Fact of(Optional<ElementType> type, Optional<Shape> shape) {
    return new Fact(type, shape, Optional.empty(), Optional.empty());
  }

  static Fact of(Value value) {
    return of(value.type(), value.shape());
  }

  static Fact of(NdArray constant) {
    Shape shape = Shape.of(Arrays.stream(constant.dims()).asLongStream().toArray());
    return new Fact(
        Optional.of(constant.type()), Optional.of(shape), Optional.of(constant), whole(constant));
  }

  /** The type and shape of a weight, with its elements if they are few. */
  static Fact of(Tensor tensor) {
    boolean small = tensor.size() <= MOST_ELEMENTS && tensor.type().isNumeric();
    return small
        ? of(NdArray.of(tensor))
        : of(Optional.of(tensor.type()), Optional.of(Shape.of(tensor.dims())));
  }

  /** A value that holds sizes. */
  static Fact ofSizes(
      Optional<ElementType> type, Shape shape, List<Optional<SizeExpression>> sizes) {
    boolean constant =
        type.isPresent()
            && shape.sizes().isPresent()
            && sizes.stream().allMatch(s -> s.isPresent() && s.get().asConstant().isPresent());
    if (constant) {
      double[] data =
          sizes.stream().mapToDouble(s -> s.orElseThrow().asConstant().getAsLong()).toArray();
      int[] dims = Arrays.stream(shape.sizes().get()).mapToInt(Math::toIntExact).toArray();
      return of(new NdArray(type.get(), dims, data));
    }
    return new Fact(
        type,
        Optional.of(shape),
        Optional.empty(),
        Optional.of(Collections.unmodifiableList(new ArrayList<>(sizes))));
  }

  private static Optional<List<Optional<SizeExpression>>> whole(NdArray constant) {
    List<Optional<SizeExpression>> sizes = new ArrayList<>();
    for (double value : constant.data()) {
      if (value != Math.rint(value) || Double.isInfinite(value)) {
        return Optional.empty();
      }
      sizes.add(Optional.of(SizeExpression.of((long) value)));
    }
    return Optional.of(Collections.unmodifiableList(sizes));
  }

  /** The elements as numbers, if all are known whole numbers. */
  Optional<long[]> longs() {
    return constant.map(c -> Arrays.stream(c.data()).mapToLong(v -> (long) v).toArray());
  }

  Fact withShape(Optional<Shape> replaced) {
    return new Fact(type, replaced, constant, sizes);
  }

  @Override
  public String toString() {
    return type.map(ElementType::toString).orElse("?") + shape.map(Shape::toString).orElse("[...]");
  }
}
