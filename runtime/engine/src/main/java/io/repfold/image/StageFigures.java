package io.repfold.image;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * How long the stages of many images worked. They overlap, so their sum may exceed the time that
 * passed. It is processor time of the threads that did the work: waiting for a processor, a disk or
 * a turn is none of it. Of runs that use other threads or a device, it is the time that passed.
 *
 * @param images that were segmented; those that failed do not count
 * @param elapsedSeconds time that passed, also with images that failed
 * @param seconds by stage, added up over all images and threads, without the stage in which an
 *     image failed; all stages are in it
 */
public record StageFigures(int images, double elapsedSeconds, Map<Stage, Double> seconds) {
  public StageFigures {
    Map<Stage, Double> all = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      all.put(stage, seconds.getOrDefault(stage, 0.0));
    }
    seconds = Collections.unmodifiableMap(all);
  }

  /** Seconds of a stage, added up over all images and threads. */
  public double total(Stage stage) {
    return seconds.getOrDefault(stage, 0.0);
  }

  /** Milliseconds of a stage for one image; 0 if there is none. */
  public double millisecondsPerImage(Stage stage) {
    return images == 0 ? 0 : 1000 * total(stage) / images;
  }

  /** The stage's share of all stages, 0 to 1. */
  public double share(Stage stage) {
    double sum = seconds.values().stream().mapToDouble(s -> s).sum();
    return sum == 0 ? 0 : total(stage) / sum;
  }

  /** Images that were segmented in a second of the time that passed. */
  public double imagesPerSecond() {
    return elapsedSeconds == 0 ? 0 : images / elapsedSeconds;
  }
}
