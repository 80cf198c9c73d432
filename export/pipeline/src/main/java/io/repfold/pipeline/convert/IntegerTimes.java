package io.repfold.pipeline.convert;

import java.util.Comparator;
import java.util.List;

/**
 * What a model takes on this machine with some of its layers in integers, measured by turns.
 *
 * @param trials in the order of the layers that stay float32
 * @param leastGain what gains less of float32's time is no gain
 */
public record IntegerTimes(List<Trial> trials, double leastGain) {
  public IntegerTimes {
    trials = List.copyOf(trials);
  }

  /**
   * A measurement.
   *
   * @param float32 how many layers stay float32
   * @param ratio the median time by that of the model in float32
   */
  public record Trial(int float32, double ratio) {}

  /** The fastest; of those as fast as can be told, the one with the most layers in integers. */
  public Trial best() {
    double least = trials.stream().mapToDouble(Trial::ratio).min().orElse(1);
    return trials.stream()
        .filter(trial -> trial.ratio() <= least + leastGain)
        .min(Comparator.comparingInt(Trial::float32))
        .orElseThrow();
  }

  /** Whether the fastest is faster than float32. */
  public boolean pays() {
    return best().ratio() <= 1 - leastGain;
  }
}
