package io.repfold.train;

import io.repfold.data.Batch;
import io.repfold.data.Normalization;
import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Pictures of the first images that are validated, each with its image, true classes and found
 * classes side by side.
 */
final class Pictures {
  private static final int MOST = 8;
  private static final int GAP = 2;
  private static final int WHITE = 0xffffff;

  private final Normalization normalization;
  private final int ignoreIndex;
  private final List<BufferedImage> images = new ArrayList<>();

  Pictures(Normalization normalization, int ignoreIndex) {
    this.normalization = normalization;
    this.ignoreIndex = ignoreIndex;
  }

  /**
   * Takes images until there are enough.
   *
   * @param predicted a class for each pixel of the batch
   */
  void take(Batch batch, int[] predicted) {
    if (batch.classified()) {
      return;
    }
    for (int i = 0; i < batch.n() && images.size() < MOST; i++) {
      images.add(draw(batch, i, predicted));
    }
  }

  private BufferedImage draw(Batch batch, int index, int[] predicted) {
    int width = batch.width();
    int plane = batch.height() * width;
    FloatBuffer pixels = batch.images();
    LongBuffer labels = batch.labels();
    BufferedImage picture =
        new BufferedImage(3 * width + 2 * GAP, batch.height(), BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < plane; i++) {
      int x = i % width;
      int y = i / width;
      int rgb = 0;
      for (int c = 0; c < 3; c++) {
        double value = pixels.get((3 * index + c) * plane + i);
        double share = value * normalization.std().get(c) + normalization.mean().get(c);
        rgb = rgb << 8 | (int) Math.round(255 * Math.min(1, Math.max(0, share)));
      }
      long label = labels.get(index * plane + i);
      picture.setRGB(x, y, rgb);
      picture.setRGB(width + GAP + x, y, label == ignoreIndex ? WHITE : color((int) label));
      picture.setRGB(2 * (width + GAP) + x, y, color(predicted[index * plane + i]));
    }
    return picture;
  }

  /**
   * The palette of PASCAL VOC: the bits of the class, lowest first, go in turn to red, green and
   * blue, highest first.
   */
  static int color(int label) {
    int red = 0;
    int green = 0;
    int blue = 0;
    for (int bits = label, place = 7; bits > 0 && place >= 0; bits >>= 3, place--) {
      red |= (bits & 1) << place;
      green |= (bits >> 1 & 1) << place;
      blue |= (bits >> 2 & 1) << place;
    }
    return red << 16 | green << 8 | blue;
  }

  /** What was taken; forgets it. */
  List<BufferedImage> drain() {
    List<BufferedImage> taken = List.copyOf(images);
    images.clear();
    return Collections.unmodifiableList(taken);
  }
}
