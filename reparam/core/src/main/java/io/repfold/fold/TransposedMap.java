package io.repfold.fold;

import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A transposed convolution in double. On each axis, tap k of input position p writes to output
 * position {@code stride p + dilation k - pad_begin}, and n input positions make {@code stride (n -
 * 1) + extent} output positions. So two of equal strides and extents have equal outputs at every
 * size, and their sum is the union of their taps.
 */
final class TransposedMap {
  private final Op.ConvTranspose op;
  private final int inputs;
  private final int perGroup;
  private final int[] kernel;

  /** {@code [I, O / groups, k...]}. */
  private final double[] weights;

  private final double[] bias;

  private TransposedMap(
      Op.ConvTranspose op,
      int inputs,
      int perGroup,
      int[] kernel,
      double[] weights,
      double[] bias) {
    this.op = op;
    this.inputs = inputs;
    this.perGroup = perGroup;
    this.kernel = kernel;
    this.weights = weights;
    this.bias = bias;
  }

  /**
   * Of what a node reads.
   *
   * @param weight {@code [I, O / groups, k...]}, real
   * @param numbers the elements of the weight
   * @param bias one an output channel
   */
  static TransposedMap of(Op.ConvTranspose op, Tensor weight, double[] numbers, double[] bias) {
    int[] kernel = new int[weight.rank() - 2];
    Arrays.setAll(kernel, axis -> Math.toIntExact(weight.dim(axis + 2)));
    return new TransposedMap(
        op, Math.toIntExact(weight.dim(0)), Math.toIntExact(weight.dim(1)), kernel, numbers, bias);
  }

  Op.ConvTranspose op() {
    return op;
  }

  double[] weights() {
    return weights;
  }

  double[] bias() {
    return bias;
  }

  long[] dims() {
    long[] dims = new long[kernel.length + 2];
    dims[0] = inputs;
    dims[1] = perGroup;
    Arrays.setAll(dims, i -> i < 2 ? dims[i] : kernel[i - 2]);
    return dims;
  }

  int channels() {
    return perGroup * op.groups();
  }

  /** Multiply-adds for one output position, with the mean of those that meet fewer taps. */
  double multiplyAdds() {
    double perInput = weights.length;
    for (int axis = 0; axis < kernel.length; axis++) {
      perInput /= op.window().stride(axis);
    }
    return perInput;
  }

  /** With a factor and a shift behind it for each channel. */
  TransposedMap scaled(double[] factors, double[] shift) {
    int taps = weights.length / inputs / perGroup;
    double[] scaled = weights.clone();
    for (int i = 0; i < scaled.length; i++) {
      int channel = i / (perGroup * taps) / (inputs / op.groups()) * perGroup + i / taps % perGroup;
      scaled[i] *= factors[channel];
    }
    double[] moved = new double[bias.length];
    Arrays.setAll(moved, i -> bias[i] * factors[i] + shift[i]);
    return new TransposedMap(op, inputs, perGroup, kernel, scaled, moved);
  }

  /** Why the sum with another of the same input is none, or the empty string if it is. */
  String obstacleTo(TransposedMap other) {
    boolean comparable = !dependsOnSize() && !other.dependsOnSize();
    if (!comparable) {
      return "their pads depend on the size of the image";
    }
    if (op.groups() != other.op.groups() || inputs != other.inputs || perGroup != other.perGroup) {
      return "they have different channels or groups";
    }
    if (kernel.length != other.kernel.length) {
      return "they have different numbers of axes";
    }
    for (int axis = 0; axis < kernel.length; axis++) {
      boolean sameGrid =
          op.window().stride(axis) == other.op.window().stride(axis)
              && extent(axis) == other.extent(axis);
      if (!sameGrid) {
        return "their strides or output sizes differ";
      }
      int dilation = commonDilation(other, axis);
      long size = (last(other, axis) - first(other, axis)) / dilation + 1;
      if (size > Affine.MOST_TAPS || outputPadding(other, axis) >= op.window().stride(axis)) {
        return "no kernel holds both";
      }
    }
    return "";
  }

  private boolean dependsOnSize() {
    return op.window().autoPad() == Window.AutoPad.SAME_UPPER
        || op.window().autoPad() == Window.AutoPad.SAME_LOWER
        || !op.outputShape().isEmpty();
  }

  private long extent(int axis) {
    Window window = op.window();
    int more = op.outputPadding().isEmpty() ? 0 : op.outputPadding().get(axis);
    return more + offset(axis, kernel[axis] - 1) + 1 - window.padEnd(axis);
  }

  /** Where a tap writes, from where its input position lies. */
  private long offset(int axis, int tap) {
    return (long) op.window().dilation(axis) * tap - op.window().padBegin(axis);
  }

  private long first(TransposedMap other, int axis) {
    return Math.min(offset(axis, 0), other.offset(axis, 0));
  }

  private long last(TransposedMap other, int axis) {
    return Math.max(offset(axis, kernel[axis] - 1), other.offset(axis, other.kernel[axis] - 1));
  }

  private int commonDilation(TransposedMap other, int axis) {
    long common = Math.abs(offset(axis, 0) - other.offset(axis, 0));
    common = gcd(common, kernel[axis] > 1 ? op.window().dilation(axis) : 0);
    common = gcd(common, other.kernel[axis] > 1 ? other.op.window().dilation(axis) : 0);
    return Math.max(1, Math.toIntExact(common));
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /** Positions behind the last tap of the sum; there are some if both have them. */
  private int outputPadding(TransposedMap other, int axis) {
    return (int) Math.max(0, extent(axis) - last(other, axis) - 1);
  }

  /** {@code this + other}, where {@link #obstacleTo} names no obstacle. */
  TransposedMap plus(TransposedMap other) {
    int axes = kernel.length;
    int[] size = new int[axes];
    List<Integer> dilations = new ArrayList<>();
    List<Integer> begins = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    List<Integer> paddings = new ArrayList<>();
    List<Integer> strides = new ArrayList<>();
    for (int axis = 0; axis < axes; axis++) {
      long first = first(other, axis);
      long last = last(other, axis);
      int dilation = commonDilation(other, axis);
      size[axis] = (int) ((last - first) / dilation + 1);
      strides.add(op.window().stride(axis));
      dilations.add(dilation);
      begins.add((int) -first);
      ends.add((int) Math.max(0, last + 1 - extent(axis)));
      paddings.add(outputPadding(other, axis));
    }
    begins.addAll(ends);
    Op.ConvTranspose sum =
        new Op.ConvTranspose(
            Window.of(strides, dilations, begins),
            op.groups(),
            paddings.stream().allMatch(p -> p == 0) ? List.of() : paddings,
            List.of());
    double[] both =
        new double[inputs * perGroup * Arrays.stream(size).reduce(1, Math::multiplyExact)];
    double[] shift = bias.clone();
    TransposedMap result = new TransposedMap(sum, inputs, perGroup, size, both, shift);
    addTo(result);
    other.addTo(result);
    Arrays.setAll(shift, i -> bias[i] + other.bias[i]);
    return result;
  }

  /** Adds the taps where those of another map write to the same positions. */
  private void addTo(TransposedMap sum) {
    int taps = weights.length / inputs / perGroup;
    int sumTaps = sum.weights.length / inputs / perGroup;
    for (int tap = 0; tap < taps; tap++) {
      int to = 0;
      int rest = tap;
      int step = 1;
      for (int axis = kernel.length - 1; axis >= 0; axis--) {
        long distance = offset(axis, rest % kernel[axis]) - sum.offset(axis, 0);
        to += step * (int) (distance / sum.op.window().dilation(axis));
        step *= sum.kernel[axis];
        rest /= kernel[axis];
      }
      for (int plane = 0; plane < inputs * perGroup; plane++) {
        sum.weights[plane * sumTaps + to] += weights[plane * taps + tap];
      }
    }
  }
}
