package io.repfold.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PngFileTest {
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 300, 1", "300, 1, 1", "37, 53, 1", "400, 700, 1", "400, 700, 0"})
  void what_is_written_is_read(int height, int width, int seed) throws IOException {
    BufferedImage image =
        seed == 0
            ? new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB)
            : Pictures.random(height, width, seed);
    byte[][] rows = new byte[2][3 * width];
    PngFile file = new PngFile(height, width);
    for (int y = 0; y < height; y++) {
      byte[] row = rows[y % 2];
      for (int x = 0; x < width; x++) {
        int colour = image.getRGB(x, y);
        row[3 * x] = (byte) (colour >> 16);
        row[3 * x + 1] = (byte) (colour >> 8);
        row[3 * x + 2] = (byte) colour;
      }
      file.row(row);
    }

    BufferedImage read = ImageIO.read(new ByteArrayInputStream(file.end()));

    int[] colours = image.getRGB(0, 0, width, height, null, 0, width);
    assertThat(read.getRGB(0, 0, width, height, null, 0, width)).isEqualTo(colours);
  }
}
