package io.repfold.view;

import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A constant in numbers. All but name and type is of the finite elements; 0 if there are none.
 *
 * @param type element type and shape
 * @param bytes that its elements take
 * @param zeros the share of elements that are zero
 * @param histogram how many elements lie in each of 16 equal bins from least to most; none if all
 *     are equal
 * @param elements all of them, if they are few
 */
record WeightFacts(
    String name,
    String type,
    long bytes,
    double least,
    double most,
    double mean,
    double deviation,
    double zeros,
    List<Integer> histogram,
    List<Double> elements) {
  private static final int BINS = 16;
  private static final int FEW = 8;

  static WeightFacts of(String name, Tensor tensor) {
    String type = tensor.describe();
    if (!tensor.type().isNumeric()) {
      return new WeightFacts(name, type, 0, 0, 0, 0, 0, 0, List.of(), List.of());
    }
    int size = Math.toIntExact(tensor.size());
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    double sum = 0;
    long finite = 0;
    long zeros = 0;
    List<Double> elements = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      double value = tensor.doubleAt(i);
      if (size <= FEW) {
        elements.add(value);
      }
      if (Double.isFinite(value)) {
        least = Math.min(least, value);
        most = Math.max(most, value);
        sum += value;
        finite++;
        zeros += value == 0 ? 1 : 0;
      }
    }
    long bytes = (tensor.size() * tensor.type().bits() + 7) / 8;
    if (finite == 0) {
      return new WeightFacts(name, type, bytes, 0, 0, 0, 0, 0, List.of(), elements);
    }
    double mean = sum / finite;
    int[] bins = new int[BINS];
    double squares = 0;
    for (int i = 0; i < size; i++) {
      double value = tensor.doubleAt(i);
      if (Double.isFinite(value)) {
        squares += (value - mean) * (value - mean);
        bins[bin(value, least, most)]++;
      }
    }
    List<Integer> histogram = new ArrayList<>();
    for (int bin = 0; bin < BINS && most > least; bin++) {
      histogram.add(bins[bin]);
    }
    return new WeightFacts(
        name,
        type,
        bytes,
        least,
        most,
        mean,
        Math.sqrt(squares / finite),
        (double) zeros / finite,
        histogram,
        elements);
  }

  private static int bin(double value, double least, double most) {
    double place = (value / 2 - least / 2) / (most / 2 - least / 2);
    return most > least ? (int) Math.min(BINS - 1, place * BINS) : 0;
  }
}
