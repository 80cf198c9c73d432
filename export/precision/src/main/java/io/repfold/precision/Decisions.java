package io.repfold.precision;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * What an output decides: of scores of several classes, which is best at each position; of other
 * real numbers, on which side of a threshold each lies; of integers, which each is.
 */
public final class Decisions {
  /** What is decided at a position. */
  public enum Kind {
    /** Which class has the best score; the first of equal ones. */
    CHANNEL,
    /** Whether a number is above the threshold. */
    THRESHOLD,
    /** Which integer it is, by its last 32 bits. */
    INTEGER
  }

  /** Of probabilities; of scores it is usually 0. */
  public static final double USUAL_THRESHOLD = 0.5;

  /** What decides nothing. */
  static final Decisions NONE = new Decisions(Kind.THRESHOLD, 1);

  /** A decision that NaN prevented, which is like no other. */
  private static final int LOST = -1;

  private static final int ABOVE = 1;
  private static final int INFINITE = 2;

  private final Kind kind;
  private final int classes;
  private final int[] decided;

  private Decisions(Kind kind, int classes, int... decided) {
    this.kind = kind;
    this.classes = classes;
    this.decided = decided;
  }

  /**
   * The decisions of one tensor.
   *
   * @param elements by their index, row-major
   * @param real whether its element type is a real one
   * @param axis of the classes, from 0; numbers without such an axis, or with one class, are held
   *     to the threshold
   */
  public static Decisions of(
      IntToDoubleFunction elements, boolean real, double threshold, int axis, long... shape) {
    int size = product(shape, 0, shape.length);
    int classes = real && axis < shape.length ? Math.toIntExact(shape[axis]) : 1;
    if (classes > 1) {
      int inner = product(shape, axis + 1, shape.length);
      return new Decisions(Kind.CHANNEL, classes, best(elements, classes, inner, size));
    }
    int[] decided = new int[size];
    for (int i = 0; i < size; i++) {
      double element = elements.applyAsDouble(i);
      decided[i] = real ? side(element, threshold) : (int) (long) element;
    }
    return new Decisions(real ? Kind.THRESHOLD : Kind.INTEGER, 1, decided);
  }

  private static int product(long[] shape, int from, int to) {
    return Math.toIntExact(Arrays.stream(shape, from, to).reduce(1, (a, b) -> a * b));
  }

  /** An infinity is another decision than a finite number on the same side. */
  private static int side(double element, double threshold) {
    if (Double.isNaN(element)) {
      return LOST;
    }
    return (element > threshold ? ABOVE : 0) + (Double.isInfinite(element) ? INFINITE : 0);
  }

  private static int[] best(IntToDoubleFunction elements, int classes, int inner, int size) {
    int[] decided = new int[size / classes];
    for (int i = 0; i < decided.length; i++) {
      int start = i / inner * classes * inner + i % inner;
      double best = elements.applyAsDouble(start);
      boolean lost = Double.isNaN(best);
      for (int c = 1; c < classes; c++) {
        double score = elements.applyAsDouble(start + c * inner);
        lost |= Double.isNaN(score);
        if (score > best) {
          best = score;
          decided[i] = c;
        }
      }
      decided[i] = lost ? LOST : decided[i];
    }
    return decided;
  }

  public Kind kind() {
    return kind;
  }

  /**
   * How many decisions there are to compare with those of another tensor: as many as the one of
   * both has that has more, since a size may depend on what was decided before.
   */
  public long positions(Decisions other) {
    return Math.max(decided.length, other.decided.length);
  }

  /**
   * How many numbers lie above the threshold here, there, or in both.
   *
   * @param other of the same kind, which is {@link Kind#THRESHOLD}
   */
  long above(Decisions other) {
    return countAbove(other, true);
  }

  /** How many numbers lie above the threshold in one of both alone. */
  long aboveInOne(Decisions other) {
    return countAbove(other, false);
  }

  private long countAbove(Decisions other, boolean inBoth) {
    long count = 0;
    for (int i = 0; i < Math.max(decided.length, other.decided.length); i++) {
      boolean here = isAbove(i);
      boolean there = other.isAbove(i);
      count += inBoth ? (here || there ? 1 : 0) : (here != there ? 1 : 0);
    }
    return count;
  }

  private boolean isAbove(int index) {
    return index < decided.length && decided[index] >= 0 && (decided[index] & ABOVE) != 0;
  }

  /**
   * How many of {@link #positions} differ. What only one tensor has differs, and so does what NaN
   * prevented; among other numbers of classes everything does.
   */
  public long disagreements(Decisions other) {
    long same = 0;
    if (kind == other.kind && classes == other.classes) {
      int both = Math.min(decided.length, other.decided.length);
      for (int i = 0; i < both; i++) {
        boolean lost = kind != Kind.INTEGER && decided[i] == LOST;
        same += !lost && decided[i] == other.decided[i] ? 1 : 0;
      }
    }
    return positions(other) - same;
  }
}
