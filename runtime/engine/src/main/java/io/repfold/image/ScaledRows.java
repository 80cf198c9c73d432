package io.repfold.image;

import io.repfold.images.RgbImage;

/** The rows of an image that is scaled to another size. */
final class ScaledRows implements InputWriter.Rows {
  private final RgbImage pixels;
  private final Interpolation rows;
  private final Interpolation columns;
  private final float[] line;
  private float[] top;
  private float[] bottom;
  private int topRow = -1;
  private int bottomRow = -1;

  ScaledRows(RgbImage pixels, Interpolation rows, Interpolation columns) {
    this.pixels = pixels;
    this.rows = rows;
    this.columns = columns;
    this.line = new float[3 * pixels.width()];
    this.top = new float[3 * columns.targets()];
    this.bottom = new float[3 * columns.targets()];
  }

  @Override
  public int height() {
    return rows.targets();
  }

  @Override
  public int width() {
    return columns.targets();
  }

  @Override
  public void read(int y, float[] into) {
    if (rows.isIdentity() && columns.isIdentity()) {
      pixels.row(y, 0, width(), into);
      return;
    }
    load(rows.lower(y), rows.upper(y));
    float weight = (float) rows.weight(y);
    for (int i = 0; i < top.length; i++) {
      into[i] = top[i] + weight * (bottom[i] - top[i]);
    }
  }

  private void load(int first, int second) {
    if (topRow != first && bottomRow == first) {
      float[] swapped = top;
      top = bottom;
      bottom = swapped;
      bottomRow = topRow;
      topRow = first;
    }
    if (topRow != first) {
      scale(first, top);
      topRow = first;
    }
    if (bottomRow != second) {
      scale(second, bottom);
      bottomRow = second;
    }
  }

  private void scale(int row, float[] into) {
    pixels.row(row, 0, pixels.width(), line);
    for (int x = 0; x < columns.targets(); x++) {
      int left = 3 * columns.lower(x);
      int right = 3 * columns.upper(x);
      float weight = (float) columns.weight(x);
      for (int c = 0; c < 3; c++) {
        into[3 * x + c] = line[left + c] + weight * (line[right + c] - line[left + c]);
      }
    }
  }
}
