package io.repfold.data;

import io.repfold.images.ImageSize;
import java.util.Arrays;

/**
 * The class of each pixel; 1 x 1 for the class of a whole image.
 *
 * @param height in pixels
 * @param width in pixels
 * @param values [height, width], each read as 0 to 65535; not to be written to
 */
public record LabelMap(int height, int width, short[] values) {
  static final int LARGEST = 0xffff;

  public LabelMap {
    if (height < 1 || width < 1 || values.length != (long) height * width) {
      throw new DataException(
          "A label map of %d x %d (height x width) takes %d values, found %d",
          height, width, (long) height * width, values.length);
    }
  }

  /** A map of {@code values} [height, width], each 0 to 65535. */
  public static LabelMap of(int height, int width, int[] values) {
    short[] narrow = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      if (values[i] < 0 || values[i] > LARGEST) {
        throw new DataException("Label %d is not in 0 to %d, at pixel %d", values[i], LARGEST, i);
      }
      narrow[i] = (short) values[i];
    }
    return new LabelMap(height, width, narrow);
  }

  /** The class of a whole image. */
  static LabelMap ofImage(int label) {
    return of(1, 1, new int[] {label});
  }

  ImageSize size() {
    return new ImageSize(height, width);
  }

  /** The label of a pixel, 0 to 65535. */
  public int at(int y, int x) {
    return values[y * width + x] & LARGEST;
  }

  /** [height, width], each 0 to 65535. */
  public int[] toIntArray() {
    int[] wide = new int[values.length];
    Arrays.setAll(wide, i -> values[i] & LARGEST);
    return wide;
  }
}
