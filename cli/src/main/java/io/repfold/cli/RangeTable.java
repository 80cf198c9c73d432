package io.repfold.cli;

import io.repfold.precision.Range;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Gathers the ranges of tensors: of their finite elements. */
final class RangeTable implements Calibration.Consumer {
  private final Map<String, Range> ranges = new LinkedHashMap<>();
  private final Set<String> infinite = new LinkedHashSet<>();

  @Override
  public void accept(String tensor, FloatBuffer elements) {
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    float smallest = Float.POSITIVE_INFINITY;
    for (int i = 0; i < elements.limit(); i++) {
      float element = elements.get(i);
      if (Float.isInfinite(element)) {
        infinite.add(tensor);
        continue;
      }
      min = Math.min(min, element);
      max = Math.max(max, element);
      float magnitude = Math.abs(element);
      smallest = magnitude > 0 && magnitude < smallest ? magnitude : smallest;
    }
    if (min <= max) {
      ranges.merge(tensor, new Range(min, max, smallest), Range::and);
    }
  }

  /** By tensor, in the order in which they came; without those that had no finite element. */
  Map<String, Range> ranges() {
    return ranges;
  }

  /** The tensors that held an infinity. */
  Set<String> infinite() {
    return infinite;
  }
}
