package io.repfold.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.repfold.images.ImageFormatException;
import io.repfold.images.ImageSize;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.OnnxModel;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageSegmenterTest {
  private static final int CLASSES = 5;
  private static final float[] LOCAL = SegmentModels.random(CLASSES * 3, 1);
  private static final float[] BIAS = SegmentModels.random(CLASSES, 5);

  private static SegmentOptions.Builder options() {
    return new SegmentOptions.Builder();
  }

  private static Segmentation segment(OnnxModel model, SegmentOptions options, ImageSource image)
      throws Exception {
    try (Engine engine = model.load();
        ImageSegmenter segmenter = ImageSegmenter.of(engine, options)) {
      return segmenter.segment(image);
    }
  }

  private static Mask mask(OnnxModel model, SegmentOptions options, BufferedImage image)
      throws Exception {
    return segment(model, options, ImageSource.of("picture", image)).mask();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 37", "37, 1", "31, 53", "64, 64", "97, 8"})
  void scaled_images_get_the_classes_that_plain_loops_find(int height, int width) throws Exception {
    BufferedImage image = Pictures.random(height, width, 7);
    Mask mask =
        mask(SegmentModels.conv(CLASSES, 3, 2, 1L, 24L, 40L), SegmentOptions.defaults(), image);

    double[][][] input = Reference.normalized(Reference.resized(Reference.colors(image), 24, 40));
    double[][][] scores = Reference.conv(input, SegmentModels.random(CLASSES * 27, 3), BIAS, 3, 2);
    assertThat(mask).hasToString("mask of %d x %d (height x width)".formatted(height, width));
    assertThat(Reference.wrong(mask, Reference.resized(scores, height, width))).isZero();
    assertThat(Arrays.stream(mask.counts()).filter(count -> count > 0).count())
        .isGreaterThan(height * width > 1 ? 1 : 0);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_USHORT_GRAY,
        BufferedImage.TYPE_4BYTE_ABGR
      })
  void every_kind_of_png_is_read_at_its_own_size(int type) throws Exception {
    BufferedImage image = Pictures.random(13, 29, 3, type);
    ImageSource png = ImageSource.of("a.png", Pictures.encoded(image, "png"));

    Mask mask = segment(SegmentModels.local(CLASSES), SegmentOptions.defaults(), png).mask();

    double[][][] scores =
        Reference.conv(Reference.normalized(Reference.colors(image)), LOCAL, BIAS, 1, 1);
    assertThat(Reference.wrong(mask, scores)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "5, 3", "64, 31", "33, 66"})
  void smaller_outputs_are_scaled_over_the_padded_input(int height, int width) throws Exception {
    BufferedImage image = Pictures.random(height, width, 5);
    SegmentOptions options = options().multiple(8).build();

    Mask mask = mask(SegmentModels.strided(CLASSES, 1L, "H", "W"), options, image);

    int paddedHeight = (height + 7) / 8 * 8;
    int paddedWidth = (width + 7) / 8 * 8;
    double[][][] input = new double[3][paddedHeight][paddedWidth];
    double[][][] inside = Reference.normalized(Reference.colors(image));
    double[][][] scores = new double[CLASSES][paddedHeight / 4][paddedWidth / 4];
    float[] weights = SegmentModels.random(CLASSES * 48, 4);
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < height; y++) {
        System.arraycopy(inside[c][y], 0, input[c][y], 0, width);
      }
    }
    for (int i = 0; i < weights.length; i++) {
      for (double[] row : scores[i / 48]) {
        assertThat(row).hasSize(paddedWidth / 4);
      }
      for (int y = 0; y < paddedHeight / 4; y++) {
        for (int x = 0; x < paddedWidth / 4; x++) {
          scores[i / 48][y][x] += weights[i] * input[i / 16 % 3][4 * y + i / 4 % 4][4 * x + i % 4];
        }
      }
    }
    assertThat(Reference.wrong(mask, Reference.resized(scores, paddedHeight, paddedWidth)))
        .isZero();
  }

  @Test
  void classes_are_scaled_to_the_nearest() throws Exception {
    BufferedImage image = Pictures.random(7, 9, 2);
    SegmentOptions twice = options().size(new ImageSize(14, 27)).build();
    OnnxModel model = SegmentModels.classes(CLASSES);

    Mask scaled = mask(model, twice, image);
    Mask own = mask(model, options().multiple(1).build(), image);

    assertThat(own).isEqualTo(mask(SegmentModels.local(CLASSES), SegmentOptions.defaults(), image));
    double[][][] input = Reference.normalized(Reference.resized(Reference.colors(image), 14, 27));
    double[][][] scores = Reference.conv(input, LOCAL, BIAS, 1, 1);
    for (int y = 0; y < 7; y++) {
      for (int x = 0; x < 9; x++) {
        int row = 2 * y + 1;
        int column = 3 * x + 1;
        for (int c = 0; c < CLASSES; c++) {
          assertThat(scores[scaled.at(y, x)][row][column])
              .isGreaterThan(scores[c][row][column] - 1e-4);
        }
      }
    }
  }

  @Test
  void bytes_with_channels_last_are_what_floats_with_channels_first_are() throws Exception {
    BufferedImage image = Pictures.random(12, 19, 4);
    SegmentOptions raw =
        options().normalization(List.of(0f, 0f, 0f), List.of(1 / 255f, 1 / 255f, 1 / 255f)).build();

    Mask last = mask(SegmentModels.channelsLast(CLASSES), SegmentOptions.defaults(), image);

    assertThat(last).isEqualTo(mask(SegmentModels.local(CLASSES), raw, image));
  }

  @Test
  void half_precision_goes_in_and_comes_out() throws Exception {
    BufferedImage image = Pictures.random(21, 18, 9);

    Mask mask = mask(SegmentModels.half(CLASSES), SegmentOptions.defaults(), image);

    double[][][] scores =
        Reference.conv(Reference.normalized(Reference.colors(image)), LOCAL, BIAS, 1, 1);
    assertThat(Reference.wrong(mask, scores, 0.02)).isZero();
    assertThat(mask.counts()[0]).isLessThan(21 * 18);
  }

  @Test
  void one_channel_is_compared_with_a_threshold() throws Exception {
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0x404040);
    image.setRGB(1, 0, 0x808080);
    image.setRGB(2, 0, 0xc0c0c0);
    SegmentOptions.Builder plain =
        options().normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)).multiple(1);

    assertThat(mask(SegmentModels.single(), plain.threshold(0.4).build(), image).classes())
        .containsExactly(0, 1, 1);
    assertThat(mask(SegmentModels.single(), plain.threshold(0.6).build(), image).classes())
        .containsExactly(0, 0, 1);
    assertThatThrownBy(() -> mask(SegmentModels.single(), SegmentOptions.defaults(), image))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll("score", "one channel", "0.5 for probabilities, 0 for scores");
  }

  @Test
  void probabilities_are_those_of_softmax() throws Exception {
    BufferedImage image = Pictures.random(4, 6, 8);
    SegmentOptions options = options().probabilities(true).multiple(1).build();

    Segmentation result =
        segment(SegmentModels.local(CLASSES), options, ImageSource.of("picture", image));

    double[][][] scores =
        Reference.conv(Reference.normalized(Reference.colors(image)), LOCAL, BIAS, 1, 1);
    float[] shares = result.probabilities().orElseThrow().toFloats();
    assertThat(result.probabilities().orElseThrow()).hasToString("float32[5, 4, 6]");
    for (int i = 0; i < 24; i++) {
      double sum = 0;
      for (double[][] plane : scores) {
        sum += Math.exp(plane[i / 6][i % 6]);
      }
      for (int c = 0; c < CLASSES; c++) {
        assertThat(shares[c * 24 + i])
            .isEqualTo((float) (Math.exp(scores[c][i / 6][i % 6]) / sum), within(1e-5f));
      }
    }
  }

  @Test
  void mean_deviation_and_names_come_from_the_metadata() throws Exception {
    BufferedImage image = Pictures.random(11, 10, 6);
    OnnxModel told =
        SegmentModels.local(CLASSES)
            .metadata("repfold.mean", "0.1,0.2,0.3")
            .metadata("repfold.std", "0.5,0.25,1.0")
            .metadata("repfold.class_names", "a\nb\nc\nd\ne");
    SegmentOptions stated =
        options().normalization(List.of(0.1f, 0.2f, 0.3f), List.of(0.5f, 0.25f, 1f)).build();

    assertThat(mask(told, SegmentOptions.defaults(), image))
        .isEqualTo(mask(SegmentModels.local(CLASSES), stated, image))
        .isNotEqualTo(mask(SegmentModels.local(CLASSES), SegmentOptions.defaults(), image));
    try (Engine engine = told.load();
        ImageSegmenter segmenter = ImageSegmenter.of(engine, SegmentOptions.defaults())) {
      assertThat(segmenter.classNames()).containsExactly("a", "b", "c", "d", "e");
    }
  }

  @Test
  void blue_first_is_red_first_with_the_channels_reversed() throws Exception {
    BufferedImage image = Pictures.random(9, 9, 6);
    BufferedImage reversed = new BufferedImage(9, 9, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 81; i++) {
      int color = image.getRGB(i % 9, i / 9);
      reversed.setRGB(i % 9, i / 9, (color & 0xff) << 16 | color & 0xff00 | color >> 16 & 0xff);
    }
    List<Float> mean = List.of(0.1f, 0.2f, 0.3f);
    SegmentOptions.Builder options = options().normalization(mean, List.of(1f, 1f, 1f));

    assertThat(
            mask(SegmentModels.local(CLASSES), options.channels(ChannelOrder.BGR).build(), image))
        .isEqualTo(
            mask(
                SegmentModels.local(CLASSES),
                options.channels(ChannelOrder.RGB).build(),
                reversed));
  }

  @Test
  void what_the_model_leaves_open_is_named_with_what_to_state() {
    OnnxModel ambiguous =
        new OnnxModel()
            .input("x", OnnxModel.FLOAT, 1L, 3L, 8L, 3L)
            .node("Relu", List.of("x"), List.of("y"))
            .output("y", OnnxModel.FLOAT, 1L, 3L, 8L, 3L);
    assertRefused(ambiguous, options(), "x: float32[1, 3, 8, 3]", "state the layout");

    OnnxModel open = OnnxModel.unary("Relu", OnnxModel.FLOAT, "N", "C", "H", "W");
    assertRefused(open, options(), "neither", "state the layout");

    OnnxModel two = SegmentModels.local(3).output("image", OnnxModel.FLOAT, "N", 3L, "H", "W");
    assertRefused(two, options(), "2 outputs", "name the one with the classes");
    assertRefused(two, options().output("nothing"), "has no output 'nothing'", "scores");

    OnnxModel four = OnnxModel.unary("Relu", OnnxModel.FLOAT, 1L, 4L, 8L, 8L);
    assertRefused(four, options().layout(ImageLayout.NCHW), "takes 4 channels");
    assertRefused(OnnxModel.unary("Relu", OnnxModel.FLOAT, 1L, 3L), options(), "[N, C, H, W]");
    assertRefused(
        SegmentModels.conv(3, 1, 1, 1L, "H", "W"), options().batch(2), "1 images in a run, not 2");
    assertRefused(
        SegmentModels.conv(3, 1, 1, 1L, 8L, 8L),
        options().size(new ImageSize(9, 8)),
        "images of 9x8",
        "height 8");
    assertRefused(
        SegmentModels.channelsLast(3),
        options().normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
        "bytes as they are");
  }

  @Test
  void options_that_contradict_what_the_model_declares_are_refused_before_it_runs() {
    List<String> two = List.of("one", "two");
    List<String> three = List.of("one", "two", "three");
    assertContradicts(SegmentModels.local(3), options().classNames(two), "3 classes", "2 names");
    assertContradicts(
        SegmentModels.channelsLast(3), options().classNames(two), "3 classes", "2 names");
    assertContradicts(
        SegmentModels.conv(3, 1, 1, 1L, 8L, 8L), options().classNames(two), "3 classes", "2 names");
    assertContradicts(
        SegmentModels.classes(4).metadata("repfold.class_names", "a\nb\nc\nd"),
        options().classNames(three),
        "4 classes",
        "3 names");
    assertContradicts(
        SegmentModels.single(),
        options().threshold(0).classNames(three),
        "2 classes apart, what is not there (0) and what is (1)");
    assertContradicts(SegmentModels.local(3), options().threshold(0), "'scores'", "3 channels");
    assertContradicts(SegmentModels.classes(3), options().threshold(0), "holds classes");
    assertContradicts(
        SegmentModels.conv(3, 1, 1, 1L, 8L, 8L), options().multiple(8), "scaled to one size");
  }

  private static void assertContradicts(
      OnnxModel model, SegmentOptions.Builder options, String... words) {
    try (Engine engine = model.load()) {
      assertThatThrownBy(() -> ImageSegmenter.of(engine, options.build()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll(words);
    }
  }

  @Test
  void names_that_fit_are_taken() throws Exception {
    for (OnnxModel model : List.of(SegmentModels.local(2), SegmentModels.classes(2))) {
      segment(model, options().classNames(List.of("a", "b")).build(), Pictures.source(8, 8, 1));
    }
    segment(
        SegmentModels.single(),
        options().threshold(0).classNames(List.of("not", "there")).build(),
        Pictures.source(8, 8, 1));
  }

  private static void assertRefused(
      OnnxModel model, SegmentOptions.Builder options, String... words) {
    assertThatThrownBy(() -> segment(model, options.build(), Pictures.source(8, 8, 1)))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void scores_that_are_no_numbers_are_an_error() {
    OnnxModel log =
        new OnnxModel()
            .input("image", OnnxModel.FLOAT, 1L, 3L, "H", "W")
            .node("Log", List.of("image"), List.of("scores"))
            .output("scores", OnnxModel.FLOAT, 1L, 3L, "H", "W");
    assertThatThrownBy(() -> segment(log, SegmentOptions.defaults(), Pictures.source(8, 8, 1)))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll("gave NaN for '8x8'", "tiny.onnx");
  }

  /** Bytes that this thread has taken from the heap. */
  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }

  @Test
  void hostile_images_are_refused_before_memory_is_taken() throws Exception {
    try (Engine engine = SegmentModels.local(3).load();
        ImageSegmenter segmenter = ImageSegmenter.of(engine, SegmentOptions.defaults())) {
      ImageSource bomb =
          ImageSource.of("bomb.png", Pictures.claiming(2_000_000_000, 2_000_000_000));
      assertThatThrownBy(() -> segmenter.segment(bomb))
          .isInstanceOf(ImageFormatException.class)
          .hasMessageContaining("bomb.png");
      ImageSource large = ImageSource.of("large.png", Pictures.claiming(60_000, 60_000));
      long before = allocated();
      assertThatThrownBy(() -> segmenter.segment(large))
          .isInstanceOf(ImageFormatException.class)
          .hasMessageContaining("60000 x 60000 pixels");
      assertThat(allocated() - before).isLessThan(1 << 22);
      ImageSource wide = ImageSource.of("wide", new ImageSize(1, 1 << 20), new byte[3 << 20]);
      assertThatThrownBy(() -> segmenter.segment(wide))
          .isInstanceOf(ImageFormatException.class)
          .hasMessageContainingAll("wide", "slide a window over it");
    }
  }

  @Test
  void text_that_a_palette_image_carries_is_not_unpacked() throws Exception {
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_INDEXED);
    byte[] png = Pictures.withText(Pictures.encoded(image, "png"), 1 << 28);
    assertThat(png.length).isLessThan(1 << 20);
    long before = allocated();

    Mask mask =
        segment(SegmentModels.local(3), SegmentOptions.defaults(), ImageSource.of("text.png", png))
            .mask();

    assertThat(mask.width()).isEqualTo(4);
    assertThat(allocated() - before).isLessThan(1 << 25);
  }

  @Test
  void colors_that_are_not_red_green_and_blue_are_refused() throws Exception {
    WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 8, 8, 4, null);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(raster, null, null), null);
    } finally {
      writer.dispose();
    }
    ImageSource cmyk = ImageSource.of("cmyk.jpg", bytes.toByteArray());
    assertThatThrownBy(() -> segment(SegmentModels.local(3), SegmentOptions.defaults(), cmyk))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageContainingAll("cmyk.jpg", "convert it to an RGB PNG");
  }
}
