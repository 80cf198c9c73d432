package io.repfold.pipeline.compare;

import io.repfold.check.ChannelAxes;
import io.repfold.check.LabelScores;
import io.repfold.check.OutputResult;
import io.repfold.check.OutputWatcher;
import io.repfold.check.SegmentationComparison;
import io.repfold.check.SegmentationMaps;
import io.repfold.check.Tolerance;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Compares the segmentations of two models while they run: of outputs that are labels of an ArgMax,
 * and of those that are scores, unless they are only what such labels are taken from.
 */
final class SegmentationWatch implements OutputWatcher {
  private static final int MOST_PICTURES = 4;

  private final ChannelAxes axes;
  private final Map<String, LabelScores> scores;
  private final Tolerance tolerance;
  private final Map<String, List<SegmentedOutput.Sample>> found = new LinkedHashMap<>();

  /**
   * @param axes of the classes of outputs that are scores
   * @param scores of outputs that are labels
   */
  SegmentationWatch(ChannelAxes axes, Map<String, LabelScores> scores, Tolerance tolerance) {
    this.axes = axes;
    this.scores = scores;
    this.tolerance = tolerance;
  }

  /** Whether a model with these outputs segments images. */
  static boolean segments(
      Map<String, HostTensor> outputs, ChannelAxes axes, Map<String, LabelScores> scores) {
    return outputs.entrySet().stream()
        .anyMatch(
            output ->
                SegmentationMaps.areScores(
                    output.getValue(), axis(output.getKey(), output.getValue(), axes, scores)));
  }

  /** Scores behind labels are outputs here, and have the axis of their ArgMax. */
  private static int axis(
      String output, HostTensor tensor, ChannelAxes axes, Map<String, LabelScores> scores) {
    return scores.values().stream()
        .filter(behind -> behind.name().equals(output))
        .findFirst()
        .map(behind -> behind.axis() < 0 ? behind.axis() + tensor.rank() : behind.axis())
        .orElseGet(() -> axes.of(output, tensor.rank()));
  }

  @Override
  public void compared(
      int sample,
      String label,
      Map<String, HostTensor> reference,
      Map<String, HostTensor> candidate,
      List<OutputResult> results) {
    Map<String, Double> margins = new HashMap<>();
    for (OutputResult result : results) {
      result.comparison().ifPresent(c -> margins.put(result.name(), c.margin(tolerance)));
    }
    Set<String> behindLabels = new HashSet<>();
    Map<String, SegmentationMaps> maps = new LinkedHashMap<>();
    for (String output : reference.keySet()) {
      labels(output, reference, candidate, margins)
          .ifPresent(
              labels -> {
                maps.put(output, labels);
                behindLabels.add(behind(output).name());
              });
    }
    for (String output : reference.keySet()) {
      if (!behindLabels.contains(output) && !maps.containsKey(output)) {
        scores(output, reference, candidate, margins).ifPresent(m -> maps.put(output, m));
      }
    }
    maps.forEach((output, m) -> add(output, sample, label, m));
  }

  private LabelScores behind(String labels) {
    LabelScores behind = scores.get(labels);
    if (behind == null) {
      throw new IllegalStateException("There are no scores of '%s'".formatted(labels));
    }
    return behind;
  }

  private Optional<SegmentationMaps> labels(
      String output,
      Map<String, HostTensor> reference,
      Map<String, HostTensor> candidate,
      Map<String, Double> margins) {
    HostTensor expected = reference.get(output);
    HostTensor other = candidate.get(output);
    if (!scores.containsKey(output) || expected == null || other == null) {
      return Optional.empty();
    }
    String behind = behind(output).name();
    HostTensor scored = reference.get(behind);
    OptionalDouble margin = margin(margins, behind);
    if (scored == null || margin.isEmpty()) {
      return Optional.empty();
    }
    int axis = axis(behind, scored, axes, scores);
    return SegmentationMaps.ofLabels(expected, other, scored, axis, margin.getAsDouble());
  }

  private Optional<SegmentationMaps> scores(
      String output,
      Map<String, HostTensor> reference,
      Map<String, HostTensor> candidate,
      Map<String, Double> margins) {
    HostTensor expected = reference.get(output);
    HostTensor other = candidate.get(output);
    OptionalDouble margin = margin(margins, output);
    if (expected == null || other == null || margin.isEmpty()) {
      return Optional.empty();
    }
    int axis = axis(output, expected, axes, scores);
    return SegmentationMaps.ofScores(expected, other, axis, margin.getAsDouble());
  }

  /** Empty where the tensors could not be compared. */
  private static OptionalDouble margin(Map<String, Double> margins, String output) {
    Double margin = margins.get(output);
    return margin == null ? OptionalDouble.empty() : OptionalDouble.of(margin);
  }

  private void add(String output, int sample, String label, SegmentationMaps maps) {
    List<SegmentedOutput.Sample> samples = found.computeIfAbsent(output, name -> new ArrayList<>());
    samples.add(
        new SegmentedOutput.Sample(
            sample,
            label,
            SegmentationComparison.of(maps),
            samples.size() < MOST_PICTURES
                ? Optional.of(SegmentationPictures.of(maps))
                : Optional.empty()));
  }

  /** What was seen so far. */
  List<SegmentedOutput> outputs() {
    return found.entrySet().stream()
        .map(e -> new SegmentedOutput(e.getKey(), e.getValue()))
        .toList();
  }
}
