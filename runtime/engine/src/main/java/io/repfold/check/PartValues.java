package io.repfold.check;

import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A number for each part of a tensor.
 *
 * @param slicings the whole first
 * @param values one array a slicing, one number a part
 * @param counts likewise, how many elements of a part are neither zero nor special
 */
record PartValues(List<Slicing> slicings, List<double[]> values, List<long[]> counts) {
  private static final double DEVIATIONS = 3;

  /** The largest magnitude of each part. */
  static PartValues magnitudes(HostTensor tensor, int channels) {
    PartValues found = empty(Slicing.of(channels, tensor.shape()));
    for (int i = 0; i < tensor.size(); i++) {
      double magnitude = Math.abs(tensor.get(i));
      if (Double.isFinite(magnitude)) {
        for (int k = 0; k < found.slicings.size(); k++) {
          int part = found.slicings.get(k).part(i);
          found.values.get(k)[part] = Math.max(found.values.get(k)[part], magnitude);
          found.counts.get(k)[part] += magnitude > 0 ? 1 : 0;
        }
      }
    }
    return found;
  }

  /**
   * By how much each part differs between two computations of the same: the largest difference, or
   * {@value #DEVIATIONS} times the root of the mean square, if that is more, as it may be where
   * there are few.
   *
   * @param other of the same shape
   */
  static PartValues differences(HostTensor tensor, HostTensor other, int channels) {
    PartValues found = empty(Slicing.of(channels, tensor.shape()));
    List<double[]> squares =
        found.slicings.stream().map(slicing -> new double[slicing.parts()]).toList();
    for (int i = 0; i < tensor.size(); i++) {
      double value = tensor.get(i);
      double difference = Math.abs(value - other.get(i));
      if (Double.isFinite(difference)) {
        for (int k = 0; k < found.slicings.size(); k++) {
          int part = found.slicings.get(k).part(i);
          found.values.get(k)[part] = Math.max(found.values.get(k)[part], difference);
          squares.get(k)[part] += difference * difference;
          found.counts.get(k)[part] += value == 0 ? 0 : 1;
        }
      }
    }
    for (int k = 0; k < squares.size(); k++) {
      for (int part = 0; part < squares.get(k).length; part++) {
        long count = Math.max(1, found.counts.get(k)[part]);
        double spread = DEVIATIONS * Math.sqrt(squares.get(k)[part] / count);
        found.values.get(k)[part] = Math.max(found.values.get(k)[part], spread);
      }
    }
    return found;
  }

  private static PartValues empty(List<Slicing> slicings) {
    List<double[]> values = new ArrayList<>();
    List<long[]> counts = new ArrayList<>();
    for (Slicing slicing : slicings) {
      values.add(new double[slicing.parts()]);
      counts.add(new long[slicing.parts()]);
    }
    return new PartValues(slicings, values, counts);
  }

  double whole() {
    return values.get(0)[0];
  }

  double of(int slicing, int part) {
    return values.get(slicing)[part];
  }

  long count(int slicing, int part) {
    return counts.get(slicing)[part];
  }
}
