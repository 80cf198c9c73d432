package io.repfold.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.kit.Photos;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sides are those of the table in Exif 2.3, 4.6.4 A: of the first row and the first column. */
class OrientationTest {
  private static final int HEIGHT = 2;
  private static final int WIDTH = 3;

  @TempDir private Path folder;

  private enum Side {
    TOP,
    BOTTOM,
    LEFT,
    RIGHT;

    boolean vertical() {
      return this == LEFT || this == RIGHT;
    }
  }

  /** Where a stored pixel lies upright: so far from the two sides. */
  private record Place(Side rows, int row, Side columns, int column) {
    int y(int height) {
      return rows.vertical() ? along(columns, column, height) : along(rows, row, height);
    }

    int x(int width) {
      return rows.vertical() ? along(rows, row, width) : along(columns, column, width);
    }

    private static int along(Side side, int distance, int length) {
      return side == Side.TOP || side == Side.LEFT ? distance : length - 1 - distance;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, TOP, LEFT", "2, TOP, RIGHT", "3, BOTTOM, RIGHT", "4, BOTTOM, LEFT",
    "5, LEFT, TOP", "6, RIGHT, TOP", "7, RIGHT, BOTTOM", "8, LEFT, BOTTOM"
  })
  void every_pixel_comes_to_its_place(int exif, Side rows, Side columns) throws IOException {
    for (int type : new int[] {BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_USHORT_GRAY}) {
      BufferedImage stored = Pictures.random(HEIGHT, WIDTH, exif, type);
      byte[] png = Photos.turned(Photos.encoded(stored, "png"), exif);

      RgbImage image = Images.read("a.png", png);

      assertSizes(image.size(), Images.header("a.png", png), rows);
      for (int i = 0; i < HEIGHT * WIDTH; i++) {
        Place place = new Place(rows, i / WIDTH, columns, i % WIDTH);
        for (int c = 0; c < 3; c++) {
          int band = Math.min(c, stored.getRaster().getNumBands() - 1);
          assertThat(image.at(place.y(image.height()), place.x(image.width()), c))
              .as("%s, channel %d", place, c)
              .isEqualTo(stored.getRaster().getSample(i % WIDTH, i / WIDTH, band));
        }
      }
    }
  }

  private static void assertSizes(ImageSize size, ImageHeader header, Side rows) {
    assertThat(header.stored()).isEqualTo(new ImageSize(HEIGHT, WIDTH));
    assertThat(header.size()).isEqualTo(size);
    assertThat(size)
        .isEqualTo(rows.vertical() ? new ImageSize(WIDTH, HEIGHT) : new ImageSize(HEIGHT, WIDTH));
  }

  @ParameterizedTest
  @CsvSource({
    "1, TOP, LEFT", "2, TOP, RIGHT", "3, BOTTOM, RIGHT", "4, BOTTOM, LEFT",
    "5, LEFT, TOP", "6, RIGHT, TOP", "7, RIGHT, BOTTOM", "8, LEFT, BOTTOM"
  })
  void labels_are_turned_as_their_own_file_says(int exif, Side rows, Side columns)
      throws IOException {
    BufferedImage stored = Pictures.random(HEIGHT, WIDTH, exif, BufferedImage.TYPE_USHORT_GRAY);
    byte[] png = Photos.turned(Photos.encoded(stored, "png"), exif);

    LabelImage labels = Images.readLabels(Files.write(folder.resolve("a.png"), png));

    assertThat(labels.height()).isEqualTo(rows.vertical() ? WIDTH : HEIGHT);
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
      Place place = new Place(rows, i / WIDTH, columns, i % WIDTH);
      int at = place.y(labels.height()) * labels.width() + place.x(labels.width());
      assertThat(labels.values()[at] & 0xffff)
          .as("%s", place)
          .isEqualTo(stored.getRaster().getSample(i % WIDTH, i / WIDTH, 0));
    }
  }

  /** Red in the corner of the first row and column, green at the end of the first row. */
  @ParameterizedTest
  @CsvSource({
    "1, TOP, LEFT", "2, TOP, RIGHT", "3, BOTTOM, RIGHT", "4, BOTTOM, LEFT",
    "5, LEFT, TOP", "6, RIGHT, TOP", "7, RIGHT, BOTTOM", "8, LEFT, BOTTOM"
  })
  void a_photo_is_turned(int exif, Side rows, Side columns) throws IOException {
    BufferedImage stored = new BufferedImage(96, 64, BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < 32 * 32; i++) {
      stored.setRGB(i % 32, i / 32, 0xff0000);
      stored.setRGB(64 + i % 32, i / 32, 0x00ff00);
    }
    byte[] jpeg = Photos.turned(Photos.encoded(stored, "jpeg"), exif);

    RgbImage image = Images.read("a.jpg", jpeg);

    Place red = new Place(rows, 8, columns, 8);
    Place green = new Place(rows, 8, columns, 88);
    assertThat(image.at(red.y(image.height()), red.x(image.width()), 0)).isGreaterThan(240);
    assertThat(image.at(green.y(image.height()), green.x(image.width()), 1)).isGreaterThan(240);
  }
}
