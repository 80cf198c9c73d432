package io.repfold.cli;

import io.repfold.precision.Range;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Gathers the ranges of tensors. */
final class RangeTable implements Calibration.Consumer {
  private final Map<String, Range> ranges = new LinkedHashMap<>();

  @Override
  public void accept(String tensor, FloatBuffer elements) {
    float min = elements.get(0);
    float max = min;
    float smallest = Float.POSITIVE_INFINITY;
    for (int i = 0; i < elements.limit(); i++) {
      float element = elements.get(i);
      min = Math.min(min, element);
      max = Math.max(max, element);
      float magnitude = Math.abs(element);
      smallest = magnitude > 0 && magnitude < smallest ? magnitude : smallest;
    }
    ranges.merge(tensor, new Range(min, max, smallest), Range::and);
  }

  /** By tensor, in the order in which they came. */
  Map<String, Range> ranges() {
    return ranges;
  }
}
