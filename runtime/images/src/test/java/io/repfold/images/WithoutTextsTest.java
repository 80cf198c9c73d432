package io.repfold.images;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.repfold.kit.Photos;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WithoutTextsTest {
  private static final int BEFORE_PIXELS = 33;
  private static final int MEGABYTE = 1 << 20;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "zTXt, paletted",
    "iTXt, paletted",
    "iCCP, paletted",
    "zTXt, color",
    "iTXt, color",
    "iCCP, color"
  })
  void what_inflates_to_much_is_not_inflated(String chunk, String kind) throws IOException {
    byte[] plain = picture(kind);
    Path file = folder.resolve("a.png");
    Files.write(file, with(plain, chunk(chunk, bomb(chunk, 256))));
    assertThat(Files.size(file)).isLessThan(MEGABYTE);

    long before = allocated();
    RgbImage image = Images.read(file);
    Images.header(file);
    Images.requireIntact(file);
    long taken = allocated() - before;

    assertThat(taken).as("bytes taken for %s", chunk).isLessThan(32L * MEGABYTE);
    assertThat(colors(image)).isEqualTo(colors(Images.read("plain.png", plain)));
  }

  @Test
  void labels_are_read_past_texts_of_any_number() throws IOException {
    byte[] plain = picture("paletted");
    byte[] text = chunk("tEXt", "Comment\0of a stranger".getBytes(StandardCharsets.US_ASCII));
    byte[] density = chunk("pHYs", new byte[9]);
    byte[] many = plain;
    for (int i = 0; i < 3; i++) {
      many = with(with(with(many, text), text), density);
    }

    LabelImage labels = Images.readLabels(Files.write(folder.resolve("b.png"), many));

    assertThat(labels.values())
        .isEqualTo(Images.readLabels(Files.write(folder.resolve("c.png"), plain)).values());
    assertThat(colors(Images.read("many.png", many)))
        .isEqualTo(colors(Images.read("c.png", plain)));
  }

  private static byte[] picture(String kind) {
    boolean paletted = kind.equals("paletted");
    return Photos.encoded(
        Pictures.random(
            6, 9, 3, paletted ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_3BYTE_BGR),
        "png");
  }

  private static int[] colors(RgbImage image) {
    return IntStream.range(0, image.height() * image.width())
        .map(i -> image.color(i / image.width(), i % image.width()))
        .toArray();
  }

  private static byte[] bomb(String chunk, int megabytes) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.write("key\0".getBytes(StandardCharsets.US_ASCII));
    content.write(chunk.equals("iTXt") ? new byte[] {1, 0, 'e', 'n', 0, 0} : new byte[1]);
    try (DeflaterOutputStream zip =
        new DeflaterOutputStream(content, new Deflater(Deflater.BEST_COMPRESSION))) {
      byte[] block = new byte[MEGABYTE];
      Arrays.fill(block, (byte) 'a');
      for (int i = 0; i < megabytes; i++) {
        zip.write(block);
      }
    }
    return content.toByteArray();
  }

  private static byte[] chunk(String name, byte[] content) {
    byte[] named =
        (name + new String(content, StandardCharsets.ISO_8859_1))
            .getBytes(StandardCharsets.ISO_8859_1);
    CRC32 sum = new CRC32();
    sum.update(named);
    return ByteBuffer.allocate(named.length + 8)
        .putInt(content.length)
        .put(named)
        .putInt((int) sum.getValue())
        .array();
  }

  /** Right after the header of the image. */
  private static byte[] with(byte[] png, byte[] chunk) {
    return ByteBuffer.allocate(png.length + chunk.length)
        .put(png, 0, BEFORE_PIXELS)
        .put(chunk)
        .put(png, BEFORE_PIXELS, png.length - BEFORE_PIXELS)
        .array();
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
