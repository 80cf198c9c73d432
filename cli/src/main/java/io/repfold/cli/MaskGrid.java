package io.repfold.cli;

import io.repfold.data.LabelMap;
import io.repfold.image.Palette;
import io.repfold.images.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Images beside their label maps, as one picture. */
final class MaskGrid {
  private static final int GAP = 8;
  private static final int WHITE = 0xffffff;
  private static final Palette VOC = Palette.voc();

  private MaskGrid() {}

  /**
   * An image and label maps of its size.
   *
   * @param labels shown in the colors of PASCAL VOC, from left to right
   */
  record Row(RgbImage image, List<LabelMap> labels) {
    Row {
      labels = List.copyOf(labels);
    }

    /** The image, then the label maps. */
    List<BufferedImage> cells() {
      return Stream.concat(Stream.of(picture(image)), labels.stream().map(MaskGrid::picture))
          .toList();
    }
  }

  /**
   * The rows, one below the other.
   *
   * @param scale how many pixels of the picture one of an image takes, in both directions
   */
  static BufferedImage draw(List<Row> rows, int scale) {
    int width = GAP;
    int height = GAP;
    for (Row row : rows) {
      int cells = 1 + row.labels().size();
      width = Math.max(width, GAP + cells * (row.image().width() * scale + GAP));
      height += row.image().height() * scale + GAP;
    }
    BufferedImage grid = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    fill(grid, WHITE);
    int y = GAP;
    for (Row row : rows) {
      int x = GAP;
      for (BufferedImage cell : row.cells()) {
        enlarge(cell, grid, x, y, scale);
        x += cell.getWidth() * scale + GAP;
      }
      y += row.image().height() * scale + GAP;
    }
    return grid;
  }

  static byte[] png(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.setUseCache(false);
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("A picture cannot be encoded: " + e.getMessage(), e);
    }
    return bytes.toByteArray();
  }

  private static BufferedImage picture(RgbImage image) {
    BufferedImage picture =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        picture.setRGB(x, y, image.color(y, x));
      }
    }
    return picture;
  }

  private static BufferedImage picture(LabelMap labels) {
    BufferedImage picture =
        new BufferedImage(labels.width(), labels.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < labels.height(); y++) {
      for (int x = 0; x < labels.width(); x++) {
        picture.setRGB(x, y, VOC.color(labels.at(y, x)));
      }
    }
    return picture;
  }

  private static void fill(BufferedImage image, int color) {
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.setRGB(x, y, color);
      }
    }
  }

  private static void enlarge(BufferedImage from, BufferedImage to, int left, int top, int scale) {
    for (int y = 0; y < from.getHeight() * scale; y++) {
      for (int x = 0; x < from.getWidth() * scale; x++) {
        to.setRGB(left + x, top + y, from.getRGB(x / scale, y / scale));
      }
    }
  }
}
