package io.repfold.images;

import java.util.Arrays;

/**
 * How the stored pixels of an image lie, by its EXIF data (Exif 2.3, 4.6.4 A, tag 274): which side
 * of the upright image the first stored row is, and which the first stored column.
 */
public enum Orientation {
  /** Top, left: as stored. */
  UPRIGHT(1),
  /** Top, right. */
  MIRRORED(2),
  /** Bottom, right. */
  HALF_TURNED(3),
  /** Bottom, left. */
  FLIPPED(4),
  /** Left, top. */
  TRANSPOSED(5),
  /** Right, top: upright after a quarter turn clockwise. */
  TURNED_LEFT(6),
  /** Right, bottom. */
  TRANSVERSED(7),
  /** Left, bottom: upright after a quarter turn counterclockwise. */
  TURNED_RIGHT(8);

  private final int exif;

  Orientation(int exif) {
    this.exif = exif;
  }

  /**
   * By the number that EXIF data hold.
   *
   * @param exif 1 to 8; other numbers mean nothing and count as 1
   */
  static Orientation of(int exif) {
    return Arrays.stream(values())
        .filter(orientation -> orientation.exif == exif)
        .findFirst()
        .orElse(UPRIGHT);
  }

  /** The number that EXIF data hold, 1 to 8. */
  public int exif() {
    return exif;
  }

  /** Whether height and width change places. */
  boolean swapsSides() {
    return exif >= 5;
  }

  /** The size of the upright image. */
  ImageSize upright(ImageSize stored) {
    return swapsSides()
        ? new ImageSize(/* height= */ stored.width(), /* width= */ stored.height())
        : stored;
  }

  /** The stored index of an upright pixel (y, x) is {@code first + y * down + x * right}. */
  private record Walk(int first, int down, int right) {}

  private Walk walk(int height, int width) {
    int lastRow = (height - 1) * width;
    int last = height * width - 1;
    return switch (this) {
      case UPRIGHT -> new Walk(0, width, 1);
      case MIRRORED -> new Walk(width - 1, width, -1);
      case HALF_TURNED -> new Walk(last, -width, -1);
      case FLIPPED -> new Walk(lastRow, -width, 1);
      case TRANSPOSED -> new Walk(0, 1, width);
      case TURNED_LEFT -> new Walk(lastRow, 1, -width);
      case TRANSVERSED -> new Walk(last, -1, -width);
      case TURNED_RIGHT -> new Walk(width - 1, -1, width);
    };
  }

  /**
   * The pixels of the upright image.
   *
   * @param stored [height, width, 3]
   */
  byte[] upright(byte[] stored, ImageSize size) {
    if (this == UPRIGHT) {
      return stored;
    }
    Walk walk = walk(size.height(), size.width());
    ImageSize turned = upright(size);
    byte[] result = new byte[stored.length];
    int to = 0;
    for (int y = 0; y < turned.height(); y++) {
      int from = walk.first + y * walk.down;
      for (int x = 0; x < turned.width(); x++, from += walk.right) {
        int at = 3 * from;
        result[to] = stored[at];
        result[to + 1] = stored[at + 1];
        result[to + 2] = stored[at + 2];
        to += 3;
      }
    }
    return result;
  }

  /**
   * The same for values of 16 bits.
   *
   * @param stored [height, width, channels]
   */
  short[] upright(short[] stored, ImageSize size, int channels) {
    if (this == UPRIGHT) {
      return stored;
    }
    Walk walk = walk(size.height(), size.width());
    ImageSize turned = upright(size);
    short[] result = new short[stored.length];
    int to = 0;
    for (int y = 0; y < turned.height(); y++) {
      int from = walk.first + y * walk.down;
      for (int x = 0; x < turned.width(); x++, from += walk.right) {
        for (int c = 0; c < channels; c++) {
          result[to++] = stored[channels * from + c];
        }
      }
    }
    return result;
  }
}
