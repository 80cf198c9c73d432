package io.repfold.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;

/** Images for tests. */
final class Pictures {
  private Pictures() {}

  /** Random colors. */
  static BufferedImage random(int height, int width, long seed) {
    return random(height, width, seed, BufferedImage.TYPE_INT_RGB);
  }

  static BufferedImage random(int height, int width, long seed, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    Random random = new Random(seed);
    int bands = image.getRaster().getNumBands();
    int most = type == BufferedImage.TYPE_USHORT_GRAY ? 1 << 16 : 1 << 8;
    for (int i = 0; i < width * height; i++) {
      for (int band = 0; band < bands; band++) {
        boolean opaque = band == 3 || (bands == 2 && band == 1);
        image
            .getRaster()
            .setSample(i % width, i / width, band, opaque ? most - 1 : random.nextInt(most));
      }
    }
    return image;
  }

  static ImageSource source(int height, int width, long seed) {
    return ImageSource.of("%dx%d".formatted(height, width), random(height, width, seed));
  }

  static byte[] encoded(BufferedImage image, String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, bytes)) {
        throw new IllegalStateException("No encoder for " + format);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteArray();
  }

  /** A small PNG file whose header states another size, with the right checksum. */
  static byte[] claiming(int height, int width) {
    ByteBuffer bytes = ByteBuffer.wrap(encoded(random(1, 1, 0), "png"));
    bytes.putInt(16, width).putInt(20, height);
    CRC32 checksum = new CRC32();
    checksum.update(bytes.array(), 12, 17);
    bytes.putInt(29, (int) checksum.getValue());
    return bytes.array();
  }

  /** The same file with a compressed text chunk of so many zeros behind its header. */
  static byte[] withText(byte[] png, int length) {
    Deflater deflater = new Deflater(9);
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    chunk.writeBytes("zTXtkey\0\0".getBytes(StandardCharsets.ISO_8859_1));
    byte[] zeros = new byte[1 << 16];
    byte[] packed = new byte[1 << 16];
    for (int done = 0; done < length; done += zeros.length) {
      deflater.setInput(zeros);
      if (done + zeros.length >= length) {
        deflater.finish();
      }
      for (int n = deflater.deflate(packed); n > 0; n = deflater.deflate(packed)) {
        chunk.write(packed, 0, n);
      }
    }
    deflater.end();
    CRC32 checksum = new CRC32();
    checksum.update(chunk.toByteArray());
    int header = 8 + 25;
    ByteBuffer result = ByteBuffer.allocate(png.length + chunk.size() + 8);
    result.put(png, 0, header).putInt(chunk.size() - 4).put(chunk.toByteArray());
    result.putInt((int) checksum.getValue()).put(png, header, png.length - header);
    return result.array();
  }
}
