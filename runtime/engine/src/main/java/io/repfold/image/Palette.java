package io.repfold.image;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A color for each class. Immutable. */
public final class Palette {
  private static final int MOST = Mask.MOST_CLASSES;
  private static final Pattern HEX = Pattern.compile("#([0-9a-fA-F]{6})(?:\\s.*)?");
  private static final Pattern DECIMAL =
      Pattern.compile("(\\d{1,3})[\\s,]+(\\d{1,3})[\\s,]+(\\d{1,3})(?:[\\s,].*)?");

  /** In the order of the training ids of Cordts et al., CVPR 2016: road, sidewalk, building ... */
  private static final int[] CITYSCAPES = {
    0x804080, 0xf423e8, 0x464646, 0x66669c, 0xbe9999, 0x999999, 0xfaaa1e, 0xdcdc00, 0x6b8e23,
    0x98fb98, 0x4682b4, 0xdc143c, 0xff0000, 0x00008e, 0x000046, 0x003c64, 0x005064, 0x0000e6,
    0x770b20
  };

  private final int[] colors;

  private Palette(int[] colors) {
    this.colors = colors;
  }

  /**
   * Colors in the order of the classes.
   *
   * @param colors 1 to 256 of them, as 0xRRGGBB
   */
  public static Palette of(int... colors) {
    if (colors.length < 1 || colors.length > MOST) {
      throw new IllegalArgumentException(
          "A palette has 1 to %d colors, not %d".formatted(MOST, colors.length));
    }
    return new Palette(Arrays.stream(colors).map(c -> c & 0xffffff).toArray());
  }

  /** The 256 colors of PASCAL VOC: bit k of a class is in bit 7 - k / 3 of channel k % 3. */
  public static Palette voc() {
    int[] colors = new int[MOST];
    for (int label = 0; label < MOST; label++) {
      for (int bit = 0; bit < 8; bit++) {
        int set = label >> bit & 1;
        colors[label] |= set << 8 * (2 - bit % 3) + 7 - bit / 3;
      }
    }
    return new Palette(colors);
  }

  /** The 19 colors of Cityscapes, in the order of its training ids. */
  public static Palette cityscapes() {
    return new Palette(CITYSCAPES);
  }

  /**
   * Reads a text file of one color a line: {@code #rrggbb} or {@code red green blue} from 0 to 255,
   * then anything, such as a name. Empty lines and other lines that begin with # are left out.
   *
   * @throws IOException if the file cannot be read or a line is not that; names the line
   */
  public static Palette read(Path file) throws IOException {
    List<Integer> colors = new ArrayList<>();
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (MalformedInputException e) {
      throw new IOException("Cannot use the palette '%s': it is no UTF-8 text".formatted(file), e);
    }
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      Matcher hex = HEX.matcher(line);
      Matcher decimal = DECIMAL.matcher(line);
      if (hex.matches()) {
        colors.add(Integer.parseInt(hex.group(1), 16));
      } else if (decimal.matches()) {
        colors.add(rgb(file, i + 1, decimal));
      } else if (!line.isEmpty() && !line.startsWith("#")) {
        throw badLine(file, i + 1, line);
      }
    }
    if (colors.isEmpty() || colors.size() > MOST) {
      throw new IOException(
          "Cannot use the palette '%s': it has %d colors, and takes 1 to %d, one a line"
              .formatted(file, colors.size(), MOST));
    }
    return new Palette(colors.stream().mapToInt(c -> c).toArray());
  }

  private static int rgb(Path file, int number, Matcher line) throws IOException {
    int color = 0;
    for (int c = 1; c <= 3; c++) {
      int value = Integer.parseInt(line.group(c));
      if (value > 255) {
        throw badLine(file, number, line.group());
      }
      color = color << 8 | value;
    }
    return color;
  }

  private static IOException badLine(Path file, int number, String line) {
    return new IOException(
        "Cannot use the palette '%s': line %d is '%s', expected #rrggbb or three numbers from 0 to 255"
            .formatted(file, number, line));
  }

  /** The number of colors. */
  public int size() {
    return colors.length;
  }

  /**
   * The color of a class, as 0xRRGGBB.
   *
   * @throws IndexOutOfBoundsException if there is none
   */
  public int color(int label) {
    return colors[label];
  }
}
