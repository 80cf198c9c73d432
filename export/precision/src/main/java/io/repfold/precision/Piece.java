package io.repfold.precision;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
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

  /** Whether another part has the same meaning, whatever shows it. */
  boolean isLike(Piece other) {
    return kind == other.kind && axis.equals(other.axis) && band.equals(other.band);
  }

  /** Whether it has columns, classes or its ends along an axis, of a tensor of some rank. */
  boolean liesAlong(int other, int rank) {
    boolean own = axis.isPresent() && ClassAxisSearch.fromFront(axis.getAsInt(), rank) == other;
    return own || band.filter(part -> part.axis() == other).isPresent();
  }

  /**
   * The same where its axes have gone.
   *
   * @param moves an axis to another; empty where it is lost
   * @return empty where an axis is lost, or the band's is counted from behind
   */
  Optional<Piece> moved(Function<Integer, Optional<Integer>> moves) {
    OptionalInt place = OptionalInt.empty();
    if (axis.isPresent()) {
      Optional<Integer> moved = moves.apply(axis.getAsInt());
      if (moved.isEmpty()) {
        return Optional.empty();
      }
      place = OptionalInt.of(moved.get());
    }
    Optional<Band> part = Optional.empty();
    if (band.isPresent()) {
      Optional<Integer> moved = moves.apply(band.get().axis()).filter(to -> to >= 0);
      if (moved.isEmpty()) {
        return Optional.empty();
      }
      part = Optional.of(new Band(moved.get(), band.get().from(), band.get().to()));
    }
    return Optional.of(new Piece(kind, part, place, certain, because));
  }

  /** Whether it decides something; values count as they are. */
  boolean decides() {
    return switch (kind) {
      case CLASSES, SCORES, LABELS -> true;
      default -> false;
    };
  }

  /** What it decides: best classes, or the side of the threshold, or integers. */
  Decisions decisions(Cut cut, boolean floating, double threshold) {
    int none = cut.shape().length;
    int classes = kind == OutputKind.CLASSES ? cut.axis(axis) : none;
    return Decisions.of(i -> cut.numbers()[i], floating, threshold, classes, cut.shape());
  }

  /** The columns that are judged each by itself; one if all numbers are judged together. */
  Columns columns(Cut cut) {
    boolean apart = kind == OutputKind.BOXES;
    int along = cut.axis(axis);
    return apart
        ? new Columns(Math.max(1, cut.size(along)), Math.max(1, cut.stride(along)))
        : new Columns(1, 1);
  }

  /** Which column an element lies in, by its index. */
  record Columns(int count, int stride) {
    int of(int index) {
      return index / stride % count;
    }
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
