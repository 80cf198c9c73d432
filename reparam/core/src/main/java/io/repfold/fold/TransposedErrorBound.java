package io.repfold.fold;

import io.repfold.graph.FloatFormat;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How far rounding the weights of a transposed convolution can move an output, for inputs between
 * -1 and 1.
 *
 * <p>Tap k of an axis writes to position {@code stride * p + dilation * k - pad_begin}, so one
 * position meets only taps whose {@code dilation * k} leaves one remainder by the stride.
 */
final class TransposedErrorBound {
  private final FloatFormat format;
  private final int groups;
  private final int inputs;
  private final int perGroup;
  private final int[] phaseOfTap;

  /**
   * @param weight {@code [I, O / groups, k...]}
   */
  TransposedErrorBound(Tensor weight, Op.ConvTranspose op) {
    this.format = FloatFormat.of(weight.type());
    this.groups = op.groups();
    this.inputs = Math.toIntExact(weight.dim(0));
    this.perGroup = Math.toIntExact(weight.dim(1));
    this.phaseOfTap = phases(weight, op);
  }

  /** A number for each tap, row-major; equal where the taps can meet in one position. */
  private static int[] phases(Tensor weight, Op.ConvTranspose op) {
    List<List<Integer>> phases = List.of(List.of());
    for (int axis = 0; axis < weight.rank() - 2; axis++) {
      int stride = op.window().stride(axis);
      int dilation = op.window().dilation(axis);
      int size = Math.toIntExact(weight.dim(axis + 2));
      phases =
          phases.stream()
              .flatMap(
                  phase ->
                      IntStream.range(0, size)
                          .mapToObj(k -> (int) ((long) k * dilation % stride))
                          .map(remainder -> appended(phase, remainder)))
              .toList();
    }
    Map<List<Integer>, Integer> numbers = new HashMap<>();
    return phases.stream()
        .mapToInt(phase -> numbers.computeIfAbsent(phase, unused -> numbers.size()))
        .toArray();
  }

  private static List<Integer> appended(List<Integer> list, int last) {
    return IntStream.concat(list.stream().mapToInt(i -> i), IntStream.of(last)).boxed().toList();
  }

  /**
   * The bound over all channels and positions.
   *
   * @param weights before rounding, in the order of the tensor
   * @param biases before rounding, one an output channel
   */
  double of(double[] weights, double[] biases) {
    int taps = phaseOfTap.length;
    double[][] errors = new double[biases.length][Arrays.stream(phaseOfTap).max().orElse(0) + 1];
    for (int channel = 0; channel < biases.length; channel++) {
      Arrays.fill(errors[channel], format.largestError(Math.abs(biases[channel])));
    }
    for (int i = 0; i < weights.length; i++) {
      int input = i / (perGroup * taps);
      int channel = input / (inputs / groups) * perGroup + i / taps % perGroup;
      errors[channel][phaseOfTap[i % taps]] += format.largestError(Math.abs(weights[i]));
    }
    return Arrays.stream(errors).flatMapToDouble(Arrays::stream).max().orElse(0);
  }
}
