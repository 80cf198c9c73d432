package io.repfold.image;

import io.repfold.images.ImageSize;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides the class of each pixel. */
final class MaskBuilder {
  private final String image;
  private final OutputPort port;
  private final ImageSize size;
  private final int channels;
  private final byte[] classes;
  private final double[] best;
  private final @Nullable HostTensor probabilities;
  private final @Nullable FloatBuffer probabilityValues;

  /**
   * Begins a mask.
   *
   * @param image its name, for messages
   * @param channels of the scores
   * @param probabilities whether to keep them
   */
  MaskBuilder(String image, OutputPort port, ImageSize size, int channels, boolean probabilities) {
    this.image = image;
    this.port = port;
    this.size = size;
    this.channels = channels;
    this.classes = new byte[Math.toIntExact(size.pixels())];
    this.best = new double[size.width()];
    if (probabilities) {
      if (port.meaning() == OutputPort.Meaning.CLASSES) {
        throw new EngineException(
            "Output '%s' of '%s' holds classes, not probabilities; take a model with scores"
                .formatted(port.name(), port.model()));
      }
      ByteBuffer memory = memory();
      this.probabilityValues = memory.asFloatBuffer();
      this.probabilities =
          HostTensor.wrap(ElementType.FLOAT, memory, channels, size.height(), size.width());
    } else {
      this.probabilityValues = null;
      this.probabilities = null;
    }
  }

  private ByteBuffer memory() {
    long bytes = size.pixels() * channels * Float.BYTES;
    if (bytes > Integer.MAX_VALUE) {
      throw new EngineException(
          "The probabilities of %d classes for '%s' of %s do not fit into the 2 GiB that one tensor can hold; take smaller images"
              .formatted(channels, image, size));
    }
    return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * Decides a part of a row.
   *
   * @param scores for each channel, a number for each of these columns
   */
  void row(int y, int x, int count, double[][] scores) {
    int at = y * size.width() + x;
    if (port.meaning() == OutputPort.Meaning.CLASSES) {
      takeClasses(scores[0], at, count);
    } else if (channels == 1) {
      compare(scores[0], at, count);
    } else {
      chooseBest(scores, at, count);
    }
    if (probabilityValues != null) {
      keep(scores, at, count, probabilityValues);
    }
  }

  /** Decides a part of a row without scores. */
  void fill(int y, int from, int to, int label) {
    int row = y * size.width();
    Arrays.fill(classes, row + from, row + to, (byte) label);
  }

  private void takeClasses(double[] labels, int at, int count) {
    for (int i = 0; i < count; i++) {
      double label = labels[i];
      if (!(label >= 0 && label < Mask.MOST_CLASSES)) {
        throw new EngineException(
            "'%s' gave class %s for '%s', and masks hold 0 to %d"
                .formatted(port.model(), (long) label, image, Mask.MOST_CLASSES - 1));
      }
      classes[at + i] = (byte) (int) label;
    }
  }

  private void compare(double[] scores, int at, int count) {
    double threshold = port.threshold().orElseThrow();
    for (int i = 0; i < count; i++) {
      requireNumber(scores[i]);
      classes[at + i] = (byte) (scores[i] > threshold ? 1 : 0);
    }
  }

  /** The first of equal ones. */
  private void chooseBest(double[][] scores, int at, int count) {
    boolean broken = false;
    for (int c = 0; c < channels; c++) {
      double[] of = scores[c];
      for (int i = 0; i < count; i++) {
        broken |= Double.isNaN(of[i]);
        if (c == 0 || of[i] > best[i]) {
          best[i] = of[i];
          classes[at + i] = (byte) c;
        }
      }
    }
    requireNumber(broken ? Double.NaN : 0);
  }

  private void requireNumber(double score) {
    if (Double.isNaN(score)) {
      throw new EngineException(
          "'%s' gave NaN for '%s'; a number in it is too large for its element type, or the input is not normalized as in training"
              .formatted(port.model(), image));
    }
  }

  private void keep(double[][] scores, int at, int count, FloatBuffer into) {
    int plane = Math.toIntExact(size.pixels());
    boolean given = port.probabilities() || channels == 1;
    for (int i = 0; i < count; i++) {
      double sum = 0;
      for (int c = 0; c < channels; c++) {
        sum += given ? scores[c][i] : Math.exp(scores[c][i] - best[i]);
      }
      for (int c = 0; c < channels; c++) {
        double share = given ? scores[c][i] : Math.exp(scores[c][i] - best[i]);
        into.put(c * plane + at + i, (float) (channels == 1 ? share : share / sum));
      }
    }
  }

  /** What was decided. */
  Mask mask() {
    return new Mask(size.height(), size.width(), classes);
  }

  /** [C, height, width], if they were to be kept. */
  Optional<HostTensor> probabilities() {
    return Optional.ofNullable(probabilities);
  }
}
