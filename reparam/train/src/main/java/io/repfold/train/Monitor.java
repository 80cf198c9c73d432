package io.repfold.train;

import java.util.List;
import java.util.Optional;

/**
 * Which figure of a validation says that a network became better.
 *
 * @param goal {@code OFF} if none does; then the last network counts as the best
 * @param metric one of {@link #METRICS}
 */
public record Monitor(Goal goal, String metric) {
  /** Which way is better. */
  public enum Goal {
    OFF,
    MAX,
    MIN
  }

  static final String MEAN_IOU = "Mean_IoU";
  static final String PIXEL_ACCURACY = "Pixel_Accuracy";
  static final String VAL_LOSS = "val_loss";

  static final List<String> METRICS = List.of(MEAN_IOU, PIXEL_ACCURACY, VAL_LOSS);
  static final Monitor OFF = new Monitor(Goal.OFF, "");

  /** Reads {@code max Mean_IoU}, {@code min val_loss} or {@code off}; empty if it is neither. */
  static Optional<Monitor> parse(String text) {
    if (text.equals("off")) {
      return Optional.of(OFF);
    }
    String[] words = text.strip().split("\\s+", -1);
    if (words.length != 2 || !METRICS.contains(words[1])) {
      return Optional.empty();
    }
    return switch (words[0]) {
      case "max" -> Optional.of(new Monitor(Goal.MAX, words[1]));
      case "min" -> Optional.of(new Monitor(Goal.MIN, words[1]));
      default -> Optional.empty();
    };
  }

  /** Whether a figure is better than the best so far; NaN never is. */
  boolean improves(double value, double best) {
    return switch (goal) {
      case OFF -> true;
      case MAX -> value > best || (Double.isNaN(best) && !Double.isNaN(value));
      case MIN -> value < best || (Double.isNaN(best) && !Double.isNaN(value));
    };
  }

  /** As it stands in a configuration. */
  public String text() {
    return switch (goal) {
      case OFF -> "off";
      case MAX -> "max " + metric;
      case MIN -> "min " + metric;
    };
  }
}
