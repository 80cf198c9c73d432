package io.repfold.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How often each class was taken for each class, over any number of batches. Pixels with the
 * ignored label do not count.
 */
public final class ConfusionMatrix {
  private static final int IGNORED = Integer.MIN_VALUE;

  private final int classes;
  private final int ignoreIndex;
  private final long[] counts;

  /**
   * @param ignoreIndex label of pixels that do not count
   */
  public ConfusionMatrix(int classes, int ignoreIndex) {
    if (classes < 1 || classes > 32_768) {
      throw new IllegalArgumentException("Expected 1 to 32768 classes, got " + classes);
    }
    this.classes = classes;
    this.ignoreIndex = ignoreIndex;
    this.counts = new long[classes * classes];
  }

  /**
   * Counts pixels.
   *
   * @param predicted a class for each pixel, from 0
   * @param labels a class or the ignored label for each pixel
   * @throws IllegalArgumentException if one is neither; then nothing is counted
   */
  public void add(int[] predicted, int[] labels) {
    if (predicted.length != labels.length) {
      throw new IllegalArgumentException(
          "There are %d predictions for %d labels".formatted(predicted.length, labels.length));
    }
    int[] cells = new int[labels.length];
    for (int i = 0; i < cells.length; i++) {
      if (labels[i] == ignoreIndex) {
        cells[i] = IGNORED;
      } else if (predicted[i] < 0 || predicted[i] >= classes) {
        throw new IllegalArgumentException(
            "Predicted class %d is not one of %d".formatted(predicted[i], classes));
      } else {
        check(labels[i]);
        cells[i] = labels[i] * classes + predicted[i];
      }
    }
    count(cells);
  }

  /**
   * Counts a batch; the engine finds the classes.
   *
   * @param logits [N, C, H, W], or [N, C] for whole images
   * @param labels as many as pixels, in their order; int64 or int32
   * @throws IllegalArgumentException as {@link #add(int[], int[])} does
   */
  public void add(NDArray logits, NDArray labels) {
    if (logits.getShape().dimension() < 2 || logits.getShape().get(1) != classes) {
      throw new IllegalArgumentException(
          "Expected logits [N, %d, H, W], got %s".formatted(classes, logits.getShape()));
    }
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray predicted = logits.argMax(1).toType(DataType.INT32, false).flatten();
      NDArray flat = labels.toType(DataType.INT32, false).flatten();
      if (predicted.size() != flat.size()) {
        throw new IllegalArgumentException(
            "Logits %s do not fit to labels %s".formatted(logits.getShape(), labels.getShape()));
      }
      add(predicted.toIntArray(), flat.toIntArray());
    }
  }

  private void check(int label) {
    if (label < 0 || label >= classes) {
      throw new IllegalArgumentException(
          "Label %d is neither one of %d classes nor the ignored label %d"
              .formatted(label, classes, ignoreIndex));
    }
  }

  private void count(int[] cells) {
    for (int cell : cells) {
      if (cell != IGNORED) {
        counts[cell]++;
      }
    }
  }

  /** Number of classes. */
  public int classes() {
    return classes;
  }

  /** Pixels of class {@code label} that were taken for class {@code predicted}. */
  public long count(int label, int predicted) {
    return counts[label * classes + predicted];
  }

  /** All pixels that counted. */
  public long pixels() {
    return Arrays.stream(counts).sum();
  }

  private long truth(int c) {
    return Arrays.stream(counts, c * classes, (c + 1) * classes).sum();
  }

  private long predicted(int c) {
    long sum = 0;
    for (int label = 0; label < classes; label++) {
      sum += count(label, c);
    }
    return sum;
  }

  /**
   * Intersection over union of each class, 0 to 1; NaN for a class that is neither in the labels
   * nor in the predictions.
   */
  public double[] iou() {
    double[] iou = new double[classes];
    for (int c = 0; c < classes; c++) {
      long union = truth(c) + predicted(c) - count(c, c);
      iou[c] = union == 0 ? Double.NaN : (double) count(c, c) / union;
    }
    return iou;
  }

  /** Mean of {@link #iou()} over the classes that have one; NaN if none has. */
  public double meanIou() {
    return mean(iou());
  }

  /** Share of each class's pixels that were found, 0 to 1; NaN for a class not in the labels. */
  public double[] accuracy() {
    double[] accuracy = new double[classes];
    for (int c = 0; c < classes; c++) {
      long truth = truth(c);
      accuracy[c] = truth == 0 ? Double.NaN : (double) count(c, c) / truth;
    }
    return accuracy;
  }

  /** Mean of {@link #accuracy()} over the classes that have one; NaN if none has. */
  public double meanAccuracy() {
    return mean(accuracy());
  }

  /** Share of all pixels whose class was found, 0 to 1; NaN if there are none. */
  public double pixelAccuracy() {
    long right = 0;
    for (int c = 0; c < classes; c++) {
      right += count(c, c);
    }
    long all = pixels();
    return all == 0 ? Double.NaN : (double) right / all;
  }

  private static double mean(double[] values) {
    return DoubleStream.of(values)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  /** Forgets all pixels. */
  public void clear() {
    Arrays.fill(counts, 0);
  }

  /**
   * One line a class with its IoU, accuracy and pixels, and the means.
   *
   * @param names of the classes, as many as there are
   */
  public String table(List<String> names) {
    if (names.size() != classes) {
      throw new IllegalArgumentException(
          "There are %d names for %d classes".formatted(names.size(), classes));
    }
    int width = Math.max(8, names.stream().mapToInt(String::length).max().orElse(0));
    double[] iou = iou();
    double[] accuracy = accuracy();
    StringBuilder table = new StringBuilder(line(width, "class", "IoU", "accuracy", "pixels"));
    for (int c = 0; c < classes; c++) {
      String pixels = Long.toString(truth(c));
      table.append(line(width, names.get(c), text(iou[c]), text(accuracy[c]), pixels));
    }
    String all = Long.toString(pixels());
    table.append(line(width, "mean", text(meanIou()), text(meanAccuracy()), all));
    return table.append("pixel accuracy ").append(text(pixelAccuracy())).toString();
  }

  private static String line(int width, String name, String iou, String accuracy, String pixels) {
    return String.format(
        Locale.ROOT, "%-" + width + "s  %6s  %8s  %12s\n", name, iou, accuracy, pixels);
  }

  private static String text(double share) {
    return Double.isNaN(share) ? "absent" : String.format(Locale.ROOT, "%.4f", share);
  }

  @Override
  public String toString() {
    List<String> names = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    return table(names);
  }
}
