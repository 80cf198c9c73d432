package io.repfold.image;

import io.repfold.images.RgbImage;
import io.repfold.runtime.HostTensor;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.Optional;

/** What a network found in an image. */
public final class Segmentation {
  private final String name;
  private final RgbImage pixels;
  private final Mask mask;
  private final Optional<HostTensor> probabilities;

  Segmentation(String name, RgbImage pixels, MaskBuilder built) {
    this.name = name;
    this.pixels = pixels;
    this.mask = built.mask();
    this.probabilities = built.probabilities();
  }

  /** The image's name. */
  public String name() {
    return name;
  }

  /** The class of each pixel of the image. */
  public Mask mask() {
    return mask;
  }

  /**
   * If they were asked for: float32 [classes, height, width]. An output of one channel stays as it
   * is.
   */
  public Optional<HostTensor> probabilities() {
    return probabilities;
  }

  /**
   * The colors of the classes over the image.
   *
   * @param opacity of the colors, 0 to 1
   * @throws IllegalArgumentException if the palette has no color for a class, or the opacity is out
   *     of range
   */
  public BufferedImage overlay(Palette palette, double opacity) {
    if (!(opacity >= 0 && opacity <= 1)) {
      throw new IllegalArgumentException("Opacity is 0 to 1, not " + opacity);
    }
    mask.check(palette);
    BufferedImage image =
        new BufferedImage(mask.width(), mask.height(), BufferedImage.TYPE_3BYTE_BGR);
    byte[] mixed = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    float[] below = new float[3 * mask.width()];
    for (int y = 0; y < mask.height(); y++) {
      pixels.row(y, 0, mask.width(), below);
      int row = y * below.length;
      for (int x = 0; x < mask.width(); x++) {
        int above = palette.color(mask.at(y, x));
        for (int c = 0; c < 3; c++) {
          double from = below[3 * x + c];
          double to = above >> 8 * (2 - c) & 0xff;
          mixed[row + 3 * x + 2 - c] = (byte) (int) (from + opacity * (to - from) + 0.5);
        }
      }
    }
    return image;
  }

  /** As {@link #overlay}, as a PNG file that is written fast rather than small. */
  public byte[] overlayPng(Palette palette, double opacity) {
    return PngEncoder.encode(overlay(palette, opacity));
  }
}
