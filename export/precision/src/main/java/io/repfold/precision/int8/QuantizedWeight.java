package io.repfold.precision.int8;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A weight in INT8 around 0, with one scale for each output channel.
 *
 * @param values of the shape of the weight
 * @param scales float32, one for each index of the axis
 * @param axis that of the output channels
 */
public record QuantizedWeight(Tensor values, Tensor scales, int axis) {
  private static final double LARGEST_BIAS = 1 << 30;

  /** Rounds a weight; each channel's largest magnitude becomes 127. */
  public static QuantizedWeight of(Tensor weight, int axis) {
    return of(weight, axis, IntegerGrid.SYMMETRIC, Optional.empty(), 0);
  }

  /**
   * Rounds a layer's weight for a target's kernels. Where they take the bias in INT32 too, in steps
   * of a channel's sums, these steps are as large as it needs.
   *
   * @param bias in place of the layer's, one element for each channel
   * @param step of the layer's input
   */
  static QuantizedWeight of(
      QuantizableLayer layer, Optional<Tensor> bias, float step, QuantizationOptions options) {
    Optional<Tensor> stored = bias.filter(b -> hasIntegerBias(options.target()));
    return of(layer.weight(), layer.axis(), options.largestWeight(), stored, step);
  }

  /** Whether a target's kernels take biases in INT32. */
  static boolean hasIntegerBias(QuantizationTarget target) {
    return target == QuantizationTarget.CPU;
  }

  private static QuantizedWeight of(
      Tensor weight, int axis, int most, Optional<Tensor> bias, double step) {
    double[] real = weight.toDoubles();
    int channels = Math.toIntExact(weight.dim(axis));
    int inner = inner(weight, axis);
    double[] largest = new double[channels];
    for (int i = 0; i < real.length; i++) {
      int channel = i / inner % channels;
      largest[channel] = Math.max(largest[channel], Math.abs(real[i]));
    }
    float[] scales = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      double offset = bias.isEmpty() ? 0 : Math.abs(bias.get().doubleAt(channel));
      double needed = offset == 0 ? 0 : offset / step / LARGEST_BIAS;
      double scale = Math.max(largest[channel] / most, needed);
      scales[channel] = IntegerGrid.scale(scale);
    }
    for (int i = 0; i < real.length; i++) {
      real[i] /= scales[i / inner % channels];
    }
    ByteBuffer bytes = ByteBuffer.wrap(KernelRounding.round(real, kernel(weight), most));
    return new QuantizedWeight(
        Tensor.of(ElementType.INT8, bytes, weight.dims()), Tensor.ofFloats(scales, channels), axis);
  }

  /** The bias in steps of the layer's sums. */
  Tensor bias(Tensor bias, float step) {
    double[] rounded = bias.toDoubles();
    Tensor steps = biasScales(step);
    for (int i = 0; i < rounded.length; i++) {
      double value = Math.rint(rounded[i] / steps.doubleAt(i));
      rounded[i] = Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value));
    }
    return Tensor.ofDoubles(ElementType.INT32, rounded, rounded.length);
  }

  /** One step of a sum of products, for each channel. */
  Tensor biasScales(float step) {
    float[] steps = new float[Math.toIntExact(scales.size())];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = Math.max(Float.MIN_NORMAL, step * (float) scales.doubleAt(i));
    }
    return Tensor.ofFloats(steps, steps.length);
  }

  /** The weight that comes back. */
  public double[] rounded() {
    double[] real = values.toDoubles();
    int inner = inner(values, axis);
    int channels = Math.toIntExact(scales.size());
    for (int i = 0; i < real.length; i++) {
      real[i] *= scales.doubleAt(i / inner % channels);
    }
    return real;
  }

  /** Elements of one kernel: what follows the two axes of channels. */
  private static int kernel(Tensor weight) {
    return inner(weight, 1);
  }

  private static int inner(Tensor weight, int axis) {
    int inner = 1;
    for (int i = axis + 1; i < weight.rank(); i++) {
      inner *= Math.toIntExact(weight.dim(i));
    }
    return inner;
  }
}
