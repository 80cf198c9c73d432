package io.repfold.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Masks as PNG files of color type 3, 8 bits a pixel (ISO/IEC 15948). Each row is stored as what
 * differs from the row above it, which is little. The encoder of the JDK tries all five filters on
 * each row, which takes most of its time.
 */
final class PalettedPng {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final byte BITS = 8;
  private static final byte PALETTED = 3;
  private static final byte UP = 2;

  /** From 5 on, files get a tenth smaller and take half as much time again. */
  private static final int LEVEL = 4;

  private static final int BUFFER = 1 << 16;

  private PalettedPng() {}

  /**
   * A whole file.
   *
   * @param palette with a color for each class of the mask
   */
  static byte[] encode(Mask mask, Palette palette) {
    ByteArrayOutputStream file = new ByteArrayOutputStream(BUFFER);
    file.writeBytes(SIGNATURE);
    chunk(file, "IHDR", header(mask));
    chunk(file, "PLTE", colors(palette));
    chunk(file, "IDAT", rows(mask));
    chunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  /** Size, depth, color type; then deflate, the only set of filters, no interlacing. */
  private static byte[] header(Mask mask) {
    return ByteBuffer.allocate(13)
        .putInt(mask.width())
        .putInt(mask.height())
        .put(BITS)
        .put(PALETTED)
        .array();
  }

  private static byte[] colors(Palette palette) {
    byte[] colors = new byte[3 * palette.size()];
    for (int label = 0; label < palette.size(); label++) {
      int color = palette.color(label);
      colors[3 * label] = (byte) (color >> 16);
      colors[3 * label + 1] = (byte) (color >> 8);
      colors[3 * label + 2] = (byte) color;
    }
    return colors;
  }

  private static byte[] rows(Mask mask) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(BUFFER);
    Deflater deflater = new Deflater(LEVEL);
    int width = mask.width();
    int together = Math.max(1, Math.min(mask.height(), BUFFER / (width + 1)));
    byte[] block = new byte[together * (width + 1)];
    try (var out = new DeflaterOutputStream(bytes, deflater, BUFFER)) {
      for (int y = 0; y < mask.height(); y += together) {
        int count = Math.min(together, mask.height() - y);
        for (int i = 0; i < count; i++) {
          filter(mask.classes(), (y + i) * width, width, block, i * (width + 1));
        }
        out.write(block, 0, count * (width + 1));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("A mask cannot be encoded: " + e.getMessage(), e);
    } finally {
      deflater.end();
    }
    return bytes.toByteArray();
  }

  /** Writes the filter and what differs from the row above; above the first one are zeros. */
  private static void filter(byte[] classes, int from, int width, byte[] block, int at) {
    block[at] = UP;
    if (from == 0) {
      System.arraycopy(classes, 0, block, at + 1, width);
      return;
    }
    for (int x = 0; x < width; x++) {
      block[at + 1 + x] = (byte) (classes[from + x] - classes[from - width + x]);
    }
  }

  private static void chunk(ByteArrayOutputStream file, String type, byte[] content) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(content);
    file.writeBytes(ByteBuffer.allocate(4).putInt(content.length).array());
    file.writeBytes(name);
    file.writeBytes(content);
    file.writeBytes(ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
  }
}
