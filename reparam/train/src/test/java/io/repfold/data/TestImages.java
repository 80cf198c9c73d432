package io.repfold.data;

import io.repfold.images.RgbImage;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntBinaryOperator;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;

/** Images and label maps, in memory and as files. */
final class TestImages {
  private TestImages() {}

  /** {@code color} gives 0xRRGGBB for (x, y). */
  static RgbImage image(int width, int height, IntBinaryOperator color) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      int value = color.applyAsInt(i % width, i / width);
      rgb[3 * i] = (byte) (value >> 16);
      rgb[3 * i + 1] = (byte) (value >> 8);
      rgb[3 * i + 2] = (byte) value;
    }
    return new RgbImage(height, width, rgb);
  }

  static LabelMap labels(int width, int height, IntBinaryOperator label) {
    int[] values = new int[width * height];
    Arrays.setAll(values, i -> label.applyAsInt(i % width, i / width));
    return LabelMap.of(height, width, values);
  }

  static int gray(int value) {
    return value * 0x010101;
  }

  /** Writes an image in a format: png or jpg. */
  static Path write(Path file, RgbImage image) {
    var buffered = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        buffered.setRGB(x, y, image.color(y, x));
      }
    }
    return write(file, buffered);
  }

  static Path write(Path file, BufferedImage image) {
    try {
      Files.createDirectories(file.getParent());
      String name = file.toString();
      if (!ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile())) {
        throw new IOException("no writer for " + name);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A paletted PNG of 1, 2, 4 or 8 bits, all of whose colors are the same. */
  static Path writeIndexed(Path file, LabelMap labels, int bits) {
    byte[] colors = new byte[1 << bits];
    Arrays.fill(colors, (byte) 77);
    var palette = new IndexColorModel(bits, 1 << bits, colors, colors, colors);
    WritableRaster raster = palette.createCompatibleWritableRaster(labels.width(), labels.height());
    raster.setSamples(0, 0, labels.width(), labels.height(), 0, labels.toIntArray());
    return write(file, new BufferedImage(palette, raster, false, null));
  }

  /** A gray PNG of 8 or 16 bits. */
  static Path writeGray(Path file, LabelMap labels, int bits) {
    var image =
        new BufferedImage(
            labels.width(),
            labels.height(),
            bits == 8 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setSamples(0, 0, labels.width(), labels.height(), 0, labels.toIntArray());
    return write(file, image);
  }

  static Path writeCmykJpeg(Path file) throws IOException {
    var raster = Raster.createInterleavedRaster(java.awt.image.DataBuffer.TYPE_BYTE, 8, 8, 4, null);
    var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (var out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.write(new IIOImage(raster, null, null));
    } finally {
      writer.dispose();
    }
    return file;
  }

  /** A PNG that ends after the header. */
  static Path writeHeader(Path file, int width, int height) throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    var chunk = ByteBuffer.allocate(17);
    chunk.put(new byte[] {'I', 'H', 'D', 'R'}).putInt(width).putInt(height);
    chunk.put(new byte[] {8, 2, 0, 0, 0});
    var checksum = new CRC32();
    checksum.update(chunk.array());
    bytes.write(ByteBuffer.allocate(4).putInt(13).array());
    bytes.write(chunk.array());
    bytes.write(ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array());
    return Files.write(file, bytes.toByteArray());
  }

  /** Keeps a part of a file. */
  static void cut(Path file, double part) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, (int) (part * bytes.length)));
  }
}
