package io.repfold.data;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import javax.imageio.ImageIO;

/**
 * Shows label maps in the colours of PASCAL VOC: bit k of a label is in bit 7 - k / 3 of a channel.
 */
public final class LabelPng {
  private static final int COLOURS = 256;

  static {
    ImageIO.setUseCache(false);
  }

  private LabelPng() {}

  /** The colour of a label, 0 to 255, as 0xRRGGBB. */
  public static int colour(int label) {
    int colour = 0;
    for (int bit = 0; bit < 8; bit++) {
      int channel = bit % 3;
      int set = label >> bit & 1;
      colour |= set << 8 * (2 - channel) + 7 - bit / 3;
    }
    return colour;
  }

  /**
   * Writes a paletted PNG of 8 bits whose indices are the labels, beside its place and then into
   * it.
   *
   * @param labels each 0 to 255
   */
  public static void write(Path file, LabelMap labels) throws IOException {
    var image =
        new BufferedImage(
            labels.width(), labels.height(), BufferedImage.TYPE_BYTE_INDEXED, palette());
    byte[] indices = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < indices.length; i++) {
      int label = labels.values()[i] & LabelMap.LARGEST;
      if (label >= COLOURS) {
        throw new DataException(
            "Cannot write '%s': label %d does not fit a palette of %d colours",
            file, label, COLOURS);
      }
      indices[i] = (byte) label;
    }
    Path folder = file.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(folder, "labels", ".png");
    try {
      ImageIO.write(image, "png", temporary.toFile());
      Files.move(
          temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * The colours of the labels over an image.
   *
   * @param opacity of the colours, 0 to 1
   */
  public static RgbImage overlay(RgbImage image, LabelMap labels, double opacity) {
    byte[] rgb = new byte[image.rgb().length];
    for (int i = 0; i < labels.values().length; i++) {
      int colour = colour(labels.values()[i] & LabelMap.LARGEST);
      for (int c = 0; c < 3; c++) {
        int below = image.rgb()[3 * i + c] & 0xff;
        int above = colour >> 8 * (2 - c) & 0xff;
        rgb[3 * i + c] = (byte) Math.round(below + opacity * (above - below));
      }
    }
    return new RgbImage(image.height(), image.width(), rgb);
  }

  private static IndexColorModel palette() {
    int[] colours = new int[COLOURS];
    Arrays.setAll(colours, LabelPng::colour);
    return new IndexColorModel(
        8, COLOURS, colours, 0, false, -1, java.awt.image.DataBuffer.TYPE_BYTE);
  }
}
