package io.repfold.images;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A size in pixels.
 *
 * @param height at least 1
 * @param width at least 1
 */
public record ImageSize(int height, int width) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,6})(?:x(\\d{1,6}))?");

  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if one of them is not positive
   */
  public ImageSize {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "A size is at least 1x1, not %dx%d (height x width)".formatted(height, width));
    }
  }

  /**
   * Reads {@code 512} or {@code 512x1024}, height first.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static ImageSize parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a size; write 512 or 512x1024 (height x width)".formatted(text));
    }
    int height = Integer.parseInt(matcher.group(1));
    return new ImageSize(
        height, matcher.group(2) == null ? height : Integer.parseInt(matcher.group(2)));
  }

  /** The number of pixels. */
  public long pixels() {
    return (long) height * width;
  }

  /** Height and width, for example {@code 512x1024}. */
  @Override
  public String toString() {
    return height + "x" + width;
  }
}
