package io.repfold.samples.garments;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * An image of Fashion-MNIST with its outline.
 *
 * @param type 0 to 9, in the order of Fashion-MNIST's labels
 * @param pixels [28, 28], 0 is black and outside the garment
 * @param inside [28, 28], whether a pixel belongs to the garment
 */
record Garment(int type, byte[] pixels, boolean[] inside) {
  static final int SIZE = 28;

  /** Pixels up to this value, where they reach the image's border, are not the garment's. */
  private static final int DARKEST = 25;

  /** Dark parts of a garment, as of a print, are no larger than this; larger ones are holes. */
  private static final int LARGEST_PRINT = 12;

  static Garment of(int type, byte[] pixels) {
    boolean[] inside = new boolean[SIZE * SIZE];
    for (int i = 0; i < inside.length; i++) {
      inside[i] = (pixels[i] & 0xff) > DARKEST;
    }
    boolean[] seen = inside.clone();
    for (int i = 0; i < inside.length; i++) {
      if (!seen[i]) {
        claimPrint(inside, seen, i);
      }
    }
    return new Garment(type, pixels, inside);
  }

  /** Adds the dark region around {@code start} to the garment if the garment encloses it. */
  private static void claimPrint(boolean[] inside, boolean[] seen, int start) {
    Deque<Integer> open = new ArrayDeque<>();
    Deque<Integer> region = new ArrayDeque<>();
    boolean enclosed = true;
    open.add(start);
    seen[start] = true;
    while (!open.isEmpty()) {
      int at = open.remove();
      region.add(at);
      int row = at / SIZE;
      int column = at % SIZE;
      boolean border = row == 0 || column == 0 || row == SIZE - 1 || column == SIZE - 1;
      enclosed &= !border;
      if (row > 0) {
        visit(seen, open, at - SIZE);
      }
      if (row < SIZE - 1) {
        visit(seen, open, at + SIZE);
      }
      if (column > 0) {
        visit(seen, open, at - 1);
      }
      if (column < SIZE - 1) {
        visit(seen, open, at + 1);
      }
    }
    if (enclosed && region.size() <= LARGEST_PRINT) {
      region.forEach(at -> inside[at] = true);
    }
  }

  private static void visit(boolean[] seen, Deque<Integer> open, int at) {
    if (!seen[at]) {
      seen[at] = true;
      open.add(at);
    }
  }

  /** Brightness at a point between pixel centers, 0 to 255, bilinear; 0 outside the image. */
  double brightness(double row, double column) {
    return bilinear(row, column, at -> pixels[at] & 0xff);
  }

  /** How much of the point is the garment's, 0 to 1, bilinear. */
  double coverage(double row, double column) {
    return bilinear(row, column, at -> inside[at] ? 1 : 0);
  }

  private static double bilinear(double row, double column, Plane plane) {
    int top = (int) Math.floor(row);
    int left = (int) Math.floor(column);
    double down = row - top;
    double right = column - left;
    return (1 - down) * ((1 - right) * at(plane, top, left) + right * at(plane, top, left + 1))
        + down * ((1 - right) * at(plane, top + 1, left) + right * at(plane, top + 1, left + 1));
  }

  private static double at(Plane plane, int row, int column) {
    return row < 0 || column < 0 || row >= SIZE || column >= SIZE
        ? 0
        : plane.at(row * SIZE + column);
  }

  private interface Plane {
    double at(int index);
  }
}
