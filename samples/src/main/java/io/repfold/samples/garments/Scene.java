package io.repfold.samples.garments;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Garments on a ground, lying about.
 *
 * @param pixels [{@link #SIZE}, {@link #SIZE}], gray
 * @param labels the same size: 0 is the ground, 1 to 10 are garments, 255 their outlines
 */
record Scene(byte[] pixels, byte[] labels) {
  static final int SIZE = 96;
  static final int OUTLINE = 255;

  private static final int CELLS = 3;
  private static final double MIDDLE = SIZE / 2.0;

  /** Compared with the garment's share of a pixel; between them it is neither one nor the other. */
  private static final double GROUND = 0.3;

  private static final double GARMENT = 0.7;

  /** Draws garments until the scene is full. */
  static Scene compose(Supplier<Garment> garments, RandomGenerator random) {
    double[] gray = ground(random);
    byte[] labels = new byte[SIZE * SIZE];
    for (int cell : shuffled(random)) {
      if (random.nextDouble() < 0.9) {
        double row = middle(cell / CELLS) + random.nextDouble(-4, 4);
        double column = middle(cell % CELLS) + random.nextDouble(-4, 4);
        place(gray, labels, garments.get(), Pose.random(row, column, random));
      }
    }
    byte[] pixels = new byte[SIZE * SIZE];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) Math.max(0, Math.min(255, Math.round(gray[i])));
    }
    return new Scene(pixels, labels);
  }

  /** A dark plane, lit from one side. */
  private static double[] ground(RandomGenerator random) {
    double level = random.nextDouble(15, 60);
    double down = random.nextDouble(-20, 20) / SIZE;
    double right = random.nextDouble(-20, 20) / SIZE;
    double[] gray = new double[SIZE * SIZE];
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        gray[y * SIZE + x] = level + down * (y - MIDDLE) + right * (x - MIDDLE);
      }
    }
    return gray;
  }

  private static double middle(int cell) {
    return (cell + 0.5) * SIZE / CELLS;
  }

  private static int[] shuffled(RandomGenerator random) {
    int[] cells = new int[CELLS * CELLS];
    Arrays.setAll(cells, i -> i);
    for (int i = cells.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = cells[i];
      cells[i] = cells[j];
      cells[j] = kept;
    }
    return cells;
  }

  /** The garments' own ground is black, so that their brightness is already weighted. */
  private static void place(double[] gray, byte[] labels, Garment garment, Pose pose) {
    for (int i = 0; i < gray.length; i++) {
      double row = pose.row(i / SIZE, i % SIZE);
      double column = pose.column(i / SIZE, i % SIZE);
      double coverage = garment.coverage(row, column);
      if (coverage > 0) {
        gray[i] = garment.brightness(row, column) + (1 - coverage) * gray[i];
      }
      if (coverage > GROUND) {
        labels[i] = (byte) (coverage < GARMENT ? OUTLINE : garment.type() + 1);
      }
    }
  }

  /**
   * Where a garment lies.
   *
   * @param row of its center in the scene, in pixels
   * @param column likewise
   * @param scale pixels of the scene for a pixel of the garment
   * @param angle in radians
   */
  private record Pose(double row, double column, double scale, double angle, boolean flipped) {
    private static final double CENTER = (Garment.SIZE - 1) / 2.0;
    private static final double LARGEST_ANGLE = Math.PI / 10;

    static Pose random(double row, double column, RandomGenerator random) {
      return new Pose(
          row,
          column,
          random.nextDouble(0.9, 1.2),
          random.nextDouble(-LARGEST_ANGLE, LARGEST_ANGLE),
          random.nextBoolean());
    }

    /** The garment's row that lies on a pixel of the scene. */
    double row(int y, int x) {
      double down = y - row;
      double right = x - column;
      return CENTER + (StrictMath.cos(angle) * down - StrictMath.sin(angle) * right) / scale;
    }

    double column(int y, int x) {
      double down = y - row;
      double right = x - column;
      double across = (StrictMath.sin(angle) * down + StrictMath.cos(angle) * right) / scale;
      return CENTER + (flipped ? -across : across);
    }
  }
}
