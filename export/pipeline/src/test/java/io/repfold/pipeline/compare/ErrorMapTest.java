package io.repfold.pipeline.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.runtime.HostTensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorMapTest {
  private static final int WHITE = 0xffffffff;
  private static final int BLACK = 0xff000000;
  private static final int CYAN = 0xff00ffff;

  /** Two tensors that differ in some elements. */
  private record Pair(float[] expected, float[] found, long... shape) {
    static Pair of(long... shape) {
      int size = (int) LongStream.of(shape).reduce(1, (a, b) -> a * b);
      return new Pair(new float[size], new float[size], shape);
    }

    BufferedImage picture(int axis, int index) throws IOException {
      byte[] png =
          ErrorMap.png(
                  HostTensor.ofFloats(expected, shape),
                  HostTensor.ofFloats(found, shape),
                  axis,
                  index)
              .orElseThrow();
      return ImageIO.read(new ByteArrayInputStream(png));
    }
  }

  @Test
  void of_a_batch_of_channels_first_it_shows_the_image_of_the_element() throws IOException {
    Pair pair = Pair.of(2, 3, 5, 7);
    int image = 3 * 5 * 7;
    pair.found[image + 2 * 35 + 4 * 7 + 6] = -8; // item 1, channel 2, row 4, column 6
    pair.found[image + 35 + 4 * 7 + 6] = 2; // less than in channel 2
    pair.found[image + 3] = 1;

    BufferedImage second = pair.picture(1, image + 35);
    assertThat(second.getWidth()).isEqualTo(7);
    assertThat(second.getHeight()).isEqualTo(5);
    assertThat(second.getRGB(6, 4)).isEqualTo(WHITE);
    assertThat(second.getRaster().getSample(6, 4, 0)).isEqualTo(254);
    assertThat(second.getRaster().getSample(3, 0, 0)).isEqualTo(1 + Math.round(253 / 8f));
    assertThat(second.getRGB(0, 0)).isEqualTo(BLACK);

    BufferedImage first = pair.picture(1, image - 1);
    assertThat(first.getRGB(6, 4)).isEqualTo(BLACK);
    assertThat(first.getRGB(3, 0)).isEqualTo(BLACK);
  }

  @Test
  void channels_may_come_last() throws IOException {
    Pair pair = Pair.of(1, 5, 7, 3);
    pair.found[(4 * 7 + 6) * 3 + 2] = 1;

    BufferedImage picture = pair.picture(3, 0);
    assertThat(picture.getWidth()).isEqualTo(7);
    assertThat(picture.getRGB(6, 4)).isEqualTo(WHITE);
    assertThat(picture.getRGB(5, 4)).isEqualTo(BLACK);
  }

  @Test
  void an_output_of_rank_three_shows_the_largest_over_its_first_axis() throws IOException {
    Pair pair = Pair.of(2, 5, 7);
    pair.found[6] = 1;
    pair.found[35 + 7] = 0.5f;

    BufferedImage picture = pair.picture(1, 0);
    assertThat(picture.getRGB(6, 0)).isEqualTo(WHITE);
    assertThat(picture.getRaster().getSample(0, 1, 0)).isBetween(127, 128);
  }

  @Test
  void what_is_no_number_on_one_side_is_cyan() throws IOException {
    Pair pair = Pair.of(1, 1, 5, 7);
    pair.found[0] = Float.NaN;
    pair.expected[1] = Float.POSITIVE_INFINITY;
    pair.expected[2] = Float.NaN;
    pair.found[2] = Float.NaN;
    pair.expected[3] = Float.NEGATIVE_INFINITY;
    pair.found[3] = Float.NEGATIVE_INFINITY;
    pair.found[4] = 1e-20f;

    BufferedImage picture = pair.picture(1, 0);
    assertThat(picture.getRGB(0, 0)).isEqualTo(CYAN);
    assertThat(picture.getRGB(1, 0)).isEqualTo(CYAN);
    assertThat(picture.getRGB(2, 0)).isEqualTo(BLACK);
    assertThat(picture.getRGB(3, 0)).isEqualTo(BLACK);
    assertThat(picture.getRGB(4, 0)).isEqualTo(WHITE);
  }

  @ParameterizedTest
  @CsvSource({"1x5, 1", "1x5x3x7, 1", "1x2x5x41, 1", "1x5x7, 2", "1x2x5x7x9, 1", "0x2x0x7, 1"})
  void what_is_no_image_has_no_picture(String sizes, int axis) {
    long[] shape = Arrays.stream(sizes.split("x", -1)).mapToLong(Long::parseLong).toArray();
    int size = (int) LongStream.of(shape).reduce(1, (a, b) -> a * b);
    HostTensor tensor = HostTensor.ofFloats(new float[size], shape);

    assertThat(ErrorMap.png(tensor, tensor, axis, -1)).isEmpty();
  }
}
