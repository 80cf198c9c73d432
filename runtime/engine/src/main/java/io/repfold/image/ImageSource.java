package io.repfold.image;

import io.repfold.images.ImageSize;
import io.repfold.images.Images;
import io.repfold.images.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;

/** An image that is decoded when its turn comes, with the name that messages call it by. */
public final class ImageSource {
  private interface Loader<T> {
    T load() throws IOException;
  }

  private final String name;
  private final Loader<RgbImage> pixels;
  private final Loader<ImageSize> size;

  private ImageSource(String name, Loader<RgbImage> pixels, Loader<ImageSize> size) {
    this.name = name;
    this.pixels = pixels;
    this.size = size;
  }

  /** A PNG or JPEG file, which is read when its turn comes. */
  public static ImageSource of(Path file) {
    return new ImageSource(
        file.toString(), () -> Images.read(file), () -> Images.header(file).size());
  }

  /**
   * A PNG or JPEG file in memory.
   *
   * @param content not to be written to
   */
  public static ImageSource of(String name, byte[] content) {
    return new ImageSource(
        name, () -> Images.read(name, content), () -> Images.header(name, content).size());
  }

  /** A decoded image, opaque; its colors are copied when its turn comes. */
  public static ImageSource of(String name, BufferedImage image) {
    ImageSize size = new ImageSize(image.getHeight(), image.getWidth());
    return new ImageSource(name, () -> Images.of(name, image), () -> size);
  }

  /**
   * Pixels.
   *
   * @param rgb [height, width, 3], each byte read as 0 to 255; not to be written to
   * @throws IllegalArgumentException if the array does not have that many bytes
   */
  public static ImageSource of(String name, ImageSize size, byte[] rgb) {
    if (rgb.length != 3 * size.pixels()) {
      throw new IllegalArgumentException(
          "'%s' of %s takes %d bytes, found %d"
              .formatted(name, size, 3 * size.pixels(), rgb.length));
    }
    return new ImageSource(name, () -> new RgbImage(size.height(), size.width(), rgb), () -> size);
  }

  /** What messages call it. */
  public String name() {
    return name;
  }

  /** Decodes it. */
  RgbImage decode() throws IOException {
    return pixels.load();
  }

  /** The size that its header states. */
  ImageSize size() throws IOException {
    return size.load();
  }

  @Override
  public String toString() {
    return name;
  }
}
