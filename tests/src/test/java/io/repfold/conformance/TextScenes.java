package io.repfold.conformance;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Images with lines of text in many sizes, colors and directions, on patterns and noise. */
final class TextScenes {
  private static final String[] WORDS = {
    "invoice", "No. 4711", "TOTAL", "11.22.2026", "Exit", "platform 9", "do not lean out", "ticket",
    "open daily", "0815", "Main Street", "fragile", "B 52", "www", "half price", "stop"
  };
  private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
  private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

  private TextScenes() {}

  /** Images as networks trained on ImageNet take them: {@code [1, 3, height, width]}. */
  static List<HostTensor> of(long seed, int count, int height, int width) {
    List<HostTensor> scenes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      scenes.add(tensor(draw(new SplittableRandom(seed + i), height, width)));
    }
    return scenes;
  }

  static BufferedImage draw(SplittableRandom random, int height, int width) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = image.createGraphics();
    canvas.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    boolean dark = random.nextBoolean();
    canvas.setColor(color(random, dark ? 0 : 150));
    canvas.fillRect(0, 0, width, height);
    for (int i = 0; i < 6; i++) {
      canvas.setColor(color(random, dark ? 0 : 130));
      canvas.setStroke(new BasicStroke(1 + random.nextInt(9)));
      canvas.drawLine(
          random.nextInt(width),
          random.nextInt(height),
          random.nextInt(width),
          random.nextInt(height));
    }
    int y = 14;
    while (y < height - 8) {
      int size = 11 + random.nextInt(26);
      y += size;
      canvas.setFont(new Font(Font.SANS_SERIF, random.nextInt(2), size));
      canvas.setColor(color(random, dark ? 150 : 0));
      double turn = random.nextDouble(-0.12, 0.12);
      int x = random.nextInt(width / 2);
      canvas.rotate(turn, x, y);
      canvas.drawString(WORDS[random.nextInt(WORDS.length)], x, y);
      canvas.rotate(-turn, x, y);
      y += random.nextInt(24);
    }
    canvas.dispose();
    for (int i = 0; i < width * height; i++) {
      int noise = random.nextInt(-9, 10);
      int rgb = image.getRGB(i % width, i / width);
      int shaded = 0;
      for (int shift = 0; shift <= 16; shift += 8) {
        shaded |= Math.max(0, Math.min(255, (rgb >> shift & 255) + noise)) << shift;
      }
      image.setRGB(i % width, i / width, shaded);
    }
    return image;
  }

  private static Color color(SplittableRandom random, int least) {
    return new Color(
        least + random.nextInt(105), least + random.nextInt(105), least + random.nextInt(105));
  }

  private static HostTensor tensor(BufferedImage image) {
    int height = image.getHeight();
    int width = image.getWidth();
    double[] values = new double[3 * height * width];
    for (int i = 0; i < height * width; i++) {
      int rgb = image.getRGB(i % width, i / width);
      for (int c = 0; c < 3; c++) {
        int level = rgb >> (16 - 8 * c) & 255;
        values[c * height * width + i] = (float) ((level / 255.0 - MEAN[c]) / DEVIATION[c]);
      }
    }
    return HostTensor.of(ElementType.FLOAT, values, 1, 3, height, width);
  }
}
