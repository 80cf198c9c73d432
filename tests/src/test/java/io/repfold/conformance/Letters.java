package io.repfold.conformance;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Pictures of words in dark letters on uneven paper, as networks that read want them. */
final class Letters {
  private static final List<String> WORDS = List.of("REPFOLD", "FOLDER", "LOOP", "DEEPER");

  private Letters() {}

  /** Rows of five pixels, top to bottom. */
  private static int[] glyph(char letter) {
    return switch (letter) {
      case 'R' -> new int[] {0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11};
      case 'E' -> new int[] {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f};
      case 'P' -> new int[] {0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10};
      case 'F' -> new int[] {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10};
      case 'O' -> new int[] {0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e};
      case 'L' -> new int[] {0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f};
      case 'D' -> new int[] {0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e};
      default -> throw new IllegalArgumentException("No glyph for " + letter);
    };
  }

  /** Float32 images [1, 3, height, width] from -1 (black) to 1, each with a word in its middle. */
  static List<Tensor> images(int count, int height, int width) {
    List<Tensor> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      images.add(image(WORDS.get(i % WORDS.size()), new SplittableRandom(i), height, width));
    }
    return images;
  }

  private static Tensor image(String word, SplittableRandom random, int height, int width) {
    double[] paper = new double[height * width];
    Arrays.setAll(paper, i -> 0.8 + 0.1 * i / paper.length + random.nextDouble(0.05));
    int size = Math.min((height - 8) / 7, (width - 8) / (6 * word.length()));
    int top = (height - 7 * size) / 2;
    int left = (width - 6 * size * word.length()) / 2;
    for (int y = 0; y < 7 * size; y++) {
      for (int x = 0; x < 6 * size * word.length(); x++) {
        int row = glyph(word.charAt(x / (6 * size)))[y / size];
        int column = x / size % 6;
        if (column < 5 && (row >> (4 - column) & 1) == 1) {
          paper[(top + y) * width + left + x] = -0.7 - random.nextDouble(0.1);
        }
      }
    }
    double[] channels = new double[3 * paper.length];
    Arrays.setAll(channels, i -> paper[i % paper.length]);
    return Tensor.ofDoubles(ElementType.FLOAT, channels, 1, 3, height, width);
  }
}
