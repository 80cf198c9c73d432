package io.repfold.image;

/**
 * A decoded image: red, green and blue from 0 to 255. Images of 16 bits a channel keep their
 * fractions.
 */
final class Pixels {
  private final int width;
  private final int height;
  private final float[] rgb;

  /**
   * @param rgb three numbers for each pixel, row by row
   */
  Pixels(int width, int height, float[] rgb) {
    this.width = width;
    this.height = height;
    this.rgb = rgb;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** Writes the colour of target pixel (x, y), interpolated between four of these. */
  void sample(Interpolation rows, int y, Interpolation columns, int x, float[] into) {
    for (int c = 0; c < 3; c++) {
      float top = between(rows.lower(y), columns, x, c);
      float bottom = between(rows.upper(y), columns, x, c);
      into[c] = top + rows.fraction(y) * (bottom - top);
    }
  }

  private float between(int row, Interpolation columns, int x, int c) {
    float left = rgb[3 * (row * width + columns.lower(x)) + c];
    float right = rgb[3 * (row * width + columns.upper(x)) + c];
    return left + columns.fraction(x) * (right - left);
  }
}
