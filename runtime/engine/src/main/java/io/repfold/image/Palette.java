package io.repfold.image;

import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A colour for each class. Immutable. */
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

  private final int[] colours;

  private Palette(int[] colours) {
    this.colours = colours;
  }

  /**
   * Colours in the order of the classes.
   *
   * @param colours 1 to 256 of them, as 0xRRGGBB
   */
  public static Palette of(int... colours) {
    if (colours.length < 1 || colours.length > MOST) {
      throw new IllegalArgumentException(
          "A palette has 1 to %d colours, not %d".formatted(MOST, colours.length));
    }
    return new Palette(Arrays.stream(colours).map(c -> c & 0xffffff).toArray());
  }

  /** The 256 colours of PASCAL VOC: bit k of a class is in bit 7 - k / 3 of channel k % 3. */
  public static Palette voc() {
    int[] colours = new int[MOST];
    for (int label = 0; label < MOST; label++) {
      for (int bit = 0; bit < 8; bit++) {
        int set = label >> bit & 1;
        colours[label] |= set << 8 * (2 - bit % 3) + 7 - bit / 3;
      }
    }
    return new Palette(colours);
  }

  /** The 19 colours of Cityscapes, in the order of its training ids. */
  public static Palette cityscapes() {
    return new Palette(CITYSCAPES);
  }

  /**
   * Reads a text file of one colour a line: {@code #rrggbb} or {@code red green blue} from 0 to
   * 255, then anything, such as a name. Empty lines and other lines that begin with # are left out.
   *
   * @throws IOException if the file cannot be read or a line is not that; names the line
   */
  public static Palette read(Path file) throws IOException {
    List<Integer> colours = new ArrayList<>();
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
        colours.add(Integer.parseInt(hex.group(1), 16));
      } else if (decimal.matches()) {
        colours.add(rgb(file, i + 1, decimal));
      } else if (!line.isEmpty() && !line.startsWith("#")) {
        throw badLine(file, i + 1, line);
      }
    }
    if (colours.isEmpty() || colours.size() > MOST) {
      throw new IOException(
          "Cannot use the palette '%s': it has %d colours, and takes 1 to %d, one a line"
              .formatted(file, colours.size(), MOST));
    }
    return new Palette(colours.stream().mapToInt(c -> c).toArray());
  }

  private static int rgb(Path file, int number, Matcher line) throws IOException {
    int colour = 0;
    for (int c = 1; c <= 3; c++) {
      int value = Integer.parseInt(line.group(c));
      if (value > 255) {
        throw badLine(file, number, line.group());
      }
      colour = colour << 8 | value;
    }
    return colour;
  }

  private static IOException badLine(Path file, int number, String line) {
    return new IOException(
        "Cannot use the palette '%s': line %d is '%s', expected #rrggbb or three numbers from 0 to 255"
            .formatted(file, number, line));
  }

  /** The number of colours. */
  public int size() {
    return colours.length;
  }

  /**
   * The colour of a class, as 0xRRGGBB.
   *
   * @throws IndexOutOfBoundsException if there is none
   */
  public int colour(int label) {
    return colours[label];
  }

  /** With as many entries as there are colours, of 8 bits a pixel. */
  IndexColorModel colorModel() {
    return new IndexColorModel(8, colours.length, colours, 0, false, -1, DataBuffer.TYPE_BYTE);
  }
}
