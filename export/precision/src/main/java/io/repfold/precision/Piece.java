package io.repfold.precision;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntToDoubleFunction;

/**
 * A part of an output whose numbers are of one kind.
 *
 * @param band the part; empty for the whole output
 * @param axis that of the classes, or that of columns which are judged each by itself; counted from
 *     behind if it is negative, and empty where all numbers are judged together
 * @param certain whether the graph shows the kind; if not, it is what is most likely
 * @param because what shows it, in a few words
 */
public record Piece(
    OutputKind kind, Optional<Band> band, OptionalInt axis, boolean certain, String because) {
  /**
   * Neighbors along an axis.
   *
   * @param axis from 0
   * @param to exclusive
   */
  public record Band(int axis, int from, int to) {
    int width() {
      return to - from;
    }

    String describe() {
      return " [%d:%d] on axis %d".formatted(from, to, axis);
    }
  }

  static Piece whole(OutputKind kind, OptionalInt axis, boolean certain, String because) {
    return new Piece(kind, Optional.empty(), axis, certain, because);
  }

  Piece within(Band other) {
    return new Piece(kind, Optional.of(other), axis, certain, because);
  }

  /** Numbers of a part, row-major. */
  record Cut(double[] numbers, long[] shape) {
    int axis(OptionalInt axis) {
      int given = axis.orElse(shape.length);
      return given < 0 ? given + shape.length : given;
    }

    /** The size of an axis; 1 for one that the shape does not have. */
    int size(int axis) {
      return axis >= 0 && axis < shape.length ? Math.toIntExact(shape[axis]) : 1;
    }

    /** Elements from one step along an axis to the next. */
    int stride(int axis) {
      return product(axis + 1, shape.length, shape);
    }
  }

  /**
   * The numbers of this part; all of them if the output does not have these places.
   *
   * @param elements by their index, row-major
   */
  Cut cut(IntToDoubleFunction elements, long... shape) {
    int size = product(0, shape.length, shape);
    boolean whole =
        band.filter(part -> part.axis() < shape.length && part.to() <= shape[part.axis()])
            .isEmpty();
    if (whole) {
      double[] numbers = new double[size];
      Arrays.setAll(numbers, elements);
      return new Cut(numbers, shape);
    }
    Band part = band.orElseThrow();
    int sizes = (int) shape[part.axis()];
    int stride = product(part.axis() + 1, shape.length, shape);
    double[] numbers = new double[sizes == 0 ? 0 : size / sizes * part.width()];
    for (int i = 0; i < numbers.length; i++) {
      int inner = i % stride;
      int place = i / stride % part.width() + part.from();
      int outer = i / stride / part.width();
      numbers[i] = elements.applyAsDouble((outer * sizes + place) * stride + inner);
    }
    long[] cut = shape.clone();
    cut[part.axis()] = part.width();
    return new Cut(numbers, cut);
  }

  private static int product(int from, int to, long... shape) {
    return Math.toIntExact(Arrays.stream(shape, Math.min(from, to), to).reduce(1, (a, b) -> a * b));
  }
}
