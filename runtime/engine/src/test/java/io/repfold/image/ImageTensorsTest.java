package io.repfold.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.AttributeProto;
import com.google.protobuf.ByteString;
import io.repfold.images.ImageFormatException;
import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.OnnxModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageTensorsTest {
  @TempDir private Path folder;

  @Test
  void colors_are_laid_out_by_channel_and_normalized() throws Exception {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0xff0033);
    image.setRGB(1, 0, 0x006600);
    Path file = png(image);

    HostTensor rgb = ImageTensors.read(file, ImageOptions.plain(2, 1, ChannelOrder.RGB));
    assertThat(rgb).hasToString("float32[1, 3, 1, 2]");
    assertThat(rgb.toFloats()).containsExactly(1, 0, 0, 0.4f, 0.2f, 0);

    HostTensor bgr = ImageTensors.read(file, ImageOptions.plain(2, 1, ChannelOrder.BGR));
    assertThat(bgr.toFloats()).containsExactly(0.2f, 0, 0, 0.4f, 1, 0);

    ImageOptions normalized =
        new ImageOptions(2, 1, ChannelOrder.RGB, List.of(0.5f, 0.2f, 0f), List.of(0.5f, 2f, 1f));
    assertThat(ImageTensors.read(file, normalized).toFloats())
        .containsExactly(1, -1, -0.1f, 0.1f, 0.2f, 0);
  }

  @Test
  void gray_keeps_its_numbers_and_serves_as_color() throws Exception {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, 51);
    image.getRaster().setSample(1, 0, 0, 102);
    Path file = png(image);

    assertThat(ImageTensors.read(file, ImageOptions.plain(2, 1, ChannelOrder.RGB)).toFloats())
        .containsExactly(0.2f, 0.4f, 0.2f, 0.4f, 0.2f, 0.4f);
    HostTensor gray = ImageTensors.read(file, ImageOptions.plain(2, 1, ChannelOrder.GRAY));
    assertThat(gray).hasToString("float32[1, 1, 1, 2]");
    assertThat(gray.toFloats()).containsExactly(new float[] {0.2f, 0.4f}, within(1e-6f));
  }

  @Test
  void sixteen_bits_keep_their_fractions() throws Exception {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setSample(0, 0, 0, 12345);
    float value =
        ImageTensors.read(png(image), ImageOptions.plain(1, 1, ChannelOrder.RGB)).toFloats()[0];
    assertThat(value).isEqualTo(12345 / 65535f, within(1e-6f));
  }

  @Test
  void a_palette_is_looked_up() throws Exception {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_INDEXED);
    image.setRGB(0, 0, 0xff3300);
    assertThat(ImageTensors.read(png(image), ImageOptions.plain(1, 1, ChannelOrder.RGB)).toFloats())
        .containsExactly(1, 0.2f, 0);
  }

  @Test
  void a_jpeg_is_decoded() throws Exception {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 256; i++) {
      image.setRGB(i % 16, i / 16, 0xc86432);
    }
    Path file = folder.resolve("a.jpg");
    assertThat(ImageIO.write(image, "jpeg", file.toFile())).isTrue();
    HostTensor tensor = ImageTensors.read(file, ImageOptions.plain(1, 1, ChannelOrder.RGB));
    assertThat(tensor.toFloats())
        .containsExactly(new float[] {200 / 255f, 100 / 255f, 50 / 255f}, within(0.02f));
  }

  @ParameterizedTest
  @CsvSource({"7, 5, 7, 5", "7, 5, 14, 11", "9, 8, 4, 3", "1, 1, 3, 2", "3, 40, 5, 7"})
  void resizing_is_that_of_onnx(int width, int height, int toWidth, int toHeight) throws Exception {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(3);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, random.nextInt(1 << 24));
    }
    Path file = png(image);
    HostTensor original =
        ImageTensors.read(file, ImageOptions.plain(width, height, ChannelOrder.RGB));
    HostTensor resized =
        ImageTensors.read(file, ImageOptions.plain(toWidth, toHeight, ChannelOrder.RGB));
    OnnxModel resize =
        new OnnxModel()
            .input("x", OnnxModel.FLOAT, 1L, 3L, (long) height, (long) width)
            .input("sizes", OnnxModel.INT64, 4L)
            .node("Resize", List.of("x", "", "", "sizes"), List.of("y"), mode("linear"))
            .output("y", OnnxModel.FLOAT, 1L, 3L, null, null);
    try (Engine engine = resize.load()) {
      HostTensor sizes = HostTensor.ofLongs(new long[] {1, 3, toHeight, toWidth}, 4);
      HostTensor expected = engine.run(Map.of("x", original, "sizes", sizes)).get("y");
      assertThat(resized.toFloats()).containsExactly(expected.toFloats(), within(1e-5f));
    }
  }

  @Test
  void what_cannot_be_used_is_refused_with_what_to_do() throws Exception {
    BufferedImage transparent = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
    assertRefused(png(transparent), "it has transparency");

    Path gif = folder.resolve("a.gif");
    ImageIO.write(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "gif", gif.toFile());
    assertRefused(gif, "neither PNG nor JPEG");
    assertRefused(Files.write(folder.resolve("empty.png"), new byte[0]), "neither PNG nor JPEG");

    Path huge = png(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB));
    claimSize(huge, 60_000, 60_000);
    assertRefused(
        huge, "it has 60000 x 60000 pixels (width x height), and at most 67108864 are decoded");

    Path cut = png(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB));
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 60));
    assertRefused(cut, "it cannot be decoded");

    Path missing = folder.resolve("missing.png");
    assertThatThrownBy(() -> ImageTensors.read(missing, ImageOptions.imageNet(1, 1)))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void options_that_make_no_sense_are_refused() {
    assertThatThrownBy(() -> ImageOptions.plain(0, 5, ChannelOrder.RGB))
        .hasMessageContaining("0 x 5 pixels");
    assertThatThrownBy(
            () -> new ImageOptions(1, 1, ChannelOrder.GRAY, List.of(0f, 0f), List.of(1f)))
        .hasMessageContaining("GRAY needs 1 means");
    assertThatThrownBy(() -> new ImageOptions(1, 1, ChannelOrder.GRAY, List.of(0f), List.of(0f)))
        .hasMessageContaining("standard deviation of 0");
  }

  private void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> ImageTensors.read(file, ImageOptions.imageNet(8, 8)))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  private Path png(BufferedImage image) throws IOException {
    Path file = folder.resolve("a.png");
    assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
    return file;
  }

  /** Rewrites the sizes in a PNG's first chunk, and its checksum. */
  private static void claimSize(Path png, int width, int height) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(png));
    bytes.putInt(16, width).putInt(20, height);
    CRC32 checksum = new CRC32();
    checksum.update(bytes.array(), 12, 17);
    bytes.putInt(29, (int) checksum.getValue());
    Files.write(png, bytes.array());
  }

  private static AttributeProto mode(String value) {
    return AttributeProto.newBuilder()
        .setName("mode")
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }
}
