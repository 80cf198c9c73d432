package io.repfold.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.images.ImageSize;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpscaledClassesTest {
  private static final OutputPort PORT =
      new OutputPort(
          "m.onnx",
          "y",
          OutputPort.Meaning.SCORES,
          OptionalDouble.empty(),
          ImageLayout.NCHW,
          true,
          false);

  private static ScoreRows rows(float[] values, int channels, ImageSize size, Frame frame) {
    HostTensor tensor = HostTensor.ofFloats(values, 1, channels, size.height(), size.width());
    return new ScoreRows(new Scores(tensor, channels, size, true), 0, frame, false);
  }

  private static MaskBuilder mask(ImageSize image, int channels) {
    return new MaskBuilder("a.jpg", PORT, image, channels, false);
  }

  private static Mask computed(float[] values, int channels, ImageSize size, Frame frame) {
    ScoreRows rows = rows(values, channels, size, frame);
    MaskBuilder mask = mask(frame.image(), channels);
    double[][] line = new double[channels][frame.image().width()];
    for (int y = 0; y < frame.image().height(); y++) {
      rows.read(y, line);
      mask.row(y, 0, frame.image().width(), line);
    }
    return mask.mask();
  }

  private static Mask upscaled(float[] values, int channels, ImageSize size, Frame frame) {
    ScoreRows rows = rows(values, channels, size, frame);
    assertThat(UpscaledClasses.pays(rows)).isTrue();
    MaskBuilder mask = mask(frame.image(), channels);
    UpscaledClasses classes = new UpscaledClasses(rows, mask, size.width());
    for (int y = 0; y < frame.image().height(); y++) {
      classes.row(y);
    }
    return mask.mask();
  }

  /** Whole numbers, so that classes of equal scores meet, and some infinities. */
  private static float[] scores(int count, int levels, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(levels);
      if (levels > 5 && random.nextInt(40) == 0) {
        values[i] = Float.NEGATIVE_INFINITY;
      }
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({
    "2, 1, 1, 7, 5, 1",
    "2, 3, 1, 40, 2, 2",
    "3, 5, 7, 23, 61, 32",
    "11, 6, 9, 48, 72, 8",
    "8, 32, 24, 72, 128, 1",
    "256, 4, 5, 16, 20, 4"
  })
  void the_classes_are_those_of_all_scores(
      int channels, int height, int width, int imageHeight, int imageWidth, int multiple) {
    ImageSize size = new ImageSize(height, width);
    ImageSize image = new ImageSize(imageHeight, imageWidth);
    for (int levels : new int[] {2, 3, 9, 1_000_000}) {
      for (Frame frame :
          new Frame[] {Frame.padded(image, multiple), Frame.stretched(image, size)}) {
        float[] values = scores(channels * height * width, levels, 17L * levels + width);
        assertThat(upscaled(values, channels, size, frame))
            .isEqualTo(computed(values, channels, size, frame));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 11})
  void nan_is_refused_wherever_it_is(int at) {
    ImageSize size = new ImageSize(2, 3);
    float[] values = {9, 9, 9, 9, 9, 9, 1, 1, 1, 1, 1, 1};
    values[at] = Float.NaN;
    assertThatThrownBy(() -> upscaled(values, 2, size, Frame.stretched(new ImageSize(8, 12), size)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("gave NaN for 'a.jpg'");
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "2, 1"})
  void it_is_for_several_channels_that_are_scaled_up(int channels, int stretch) {
    ImageSize size = new ImageSize(2, 3);
    Frame frame = Frame.stretched(new ImageSize(2 * stretch, 3 * stretch), size);
    assertThat(UpscaledClasses.pays(rows(new float[6 * channels], channels, size, frame)))
        .isFalse();
  }
}
