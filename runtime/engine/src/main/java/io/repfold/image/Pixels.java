package io.repfold.image;

/**
 * A decoded image: red, green and blue from 0 to 255. Images of more than 8 bits a channel keep
 * their fractions.
 */
interface Pixels {
  int width();

  int height();

  /**
   * Reads a part of a row.
   *
   * @param x the first column
   * @param count columns
   * @param into red, green, blue of the first, of the second ...
   */
  void row(int y, int x, int count, float[] into);

  default ImageSize size() {
    return new ImageSize(height(), width());
  }

  /**
   * Of 8 bits.
   *
   * @param rgb [height, width, 3], each byte read as 0 to 255
   */
  record Bytes(int width, int height, byte[] rgb) implements Pixels {
    @Override
    public void row(int y, int x, int count, float[] into) {
      int from = 3 * (y * width + x);
      for (int i = 0; i < 3 * count; i++) {
        into[i] = rgb[from + i] & 0xff;
      }
    }
  }

  /**
   * Of 16 bits.
   *
   * @param rgb [height, width, 3], each read as 0 to 65535
   */
  record Words(int width, int height, short[] rgb) implements Pixels {
    @Override
    public void row(int y, int x, int count, float[] into) {
      int from = 3 * (y * width + x);
      for (int i = 0; i < 3 * count; i++) {
        into[i] = (rgb[from + i] & 0xffff) * 255f / 65535f;
      }
    }
  }
}
