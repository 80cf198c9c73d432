package io.repfold.pipeline.compare;

import io.repfold.check.SegmentationComparison;
import java.util.List;
import java.util.Optional;

/**
 * How an output of two models segments images.
 *
 * @param output its name
 * @param samples those that both models ran, at least one
 */
public record SegmentedOutput(String output, List<Sample> samples) {
  /**
   * One sample, of one image or more.
   *
   * @param sample index of it, from 0
   * @param label for people, such as {@code sample 0}
   * @param pictures of its first image; of the first samples only
   */
  public record Sample(
      int sample,
      String label,
      SegmentationComparison comparison,
      Optional<SegmentationPictures> pictures) {}

  public SegmentedOutput {
    samples = List.copyOf(samples);
  }

  /** All samples together. */
  public SegmentationComparison total() {
    return samples.stream()
        .map(Sample::comparison)
        .reduce(SegmentationComparison::plus)
        .orElseThrow();
  }
}
