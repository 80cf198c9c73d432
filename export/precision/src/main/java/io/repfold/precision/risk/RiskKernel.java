package io.repfold.precision.risk;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import io.repfold.precision.Agreement;
import io.repfold.precision.int8.QuantizedWeight;
import java.util.Arrays;
import java.util.List;

/**
 * Weights by output channel, and what rounding to int8 with one scale a channel does to them.
 *
 * @param weights row-major, the same number for each channel
 * @param inputs how many input channels each output channel reads
 */
record RiskKernel(double[] weights, int channels, int inputs) {
  static RiskKernel of(Tensor weight) {
    return new RiskKernel(
        weight.toDoubles(), Math.toIntExact(weight.dim(0)), Math.toIntExact(weight.dim(1)));
  }

  /** One weight for each channel: the scale of an identity. */
  static RiskKernel diagonal(double... scales) {
    return new RiskKernel(scales, scales.length, 1);
  }

  /** Each output channel times its factor. */
  RiskKernel scaled(double... factors) {
    double[] scaled = weights.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factors[i / each()];
    }
    return new RiskKernel(scaled, channels, inputs);
  }

  private int each() {
    return weights.length / channels;
  }

  double largest() {
    return Arrays.stream(weights).map(Math::abs).max().orElse(0);
  }

  private double energy(int channel) {
    double sum = 0;
    for (int i = channel * each(); i < (channel + 1) * each(); i++) {
      sum += weights[i] * weights[i];
    }
    return sum;
  }

  /** The largest magnitude by the root mean square, for the median channel. */
  double outlier() {
    double[] ratios = new double[channels];
    for (int c = 0; c < channels; c++) {
      double largest = 0;
      for (int i = c * each(); i < (c + 1) * each(); i++) {
        largest = Math.max(largest, Math.abs(weights[i]));
      }
      ratios[c] = largest == 0 ? 1 : largest / Math.sqrt(energy(c) / each());
    }
    Arrays.sort(ratios);
    return ratios[channels / 2];
  }

  /** The energy of the rounding error of each channel. */
  private double[] errors() {
    Tensor tensor = Tensor.ofDoubles(ElementType.FLOAT, weights, channels, each());
    double[] rounded = QuantizedWeight.of(tensor, 0).rounded();
    double[] errors = new double[channels];
    for (int i = 0; i < weights.length; i++) {
      double error = weights[i] - rounded[i];
      errors[i / each()] += error * error;
    }
    return errors;
  }

  /** The energy of weights against that of their error, channels counting alike. */
  private double decibels(double... errors) {
    double sum = 0;
    int alive = 0;
    for (int c = 0; c < channels; c++) {
      double energy = energy(c);
      if (energy > 0) {
        sum += errors[c] / energy;
        alive++;
      }
    }
    return Agreement.decibels(1, alive == 0 ? 0 : sum / alive);
  }

  double decibels() {
    return decibels(errors());
  }

  /** The same if each of the kernels that add up to this one were rounded by itself. */
  double decibelsOf(List<RiskKernel> parts) {
    double[] sums = new double[channels];
    for (RiskKernel part : parts) {
      double[] errors = part.errors();
      for (int c = 0; c < channels; c++) {
        sums[c] += errors[c];
      }
    }
    return decibels(sums);
  }

  /** The same with each input channel scaled to one range before, and back after. */
  double equalizedDecibels() {
    double[] largest = new double[inputs];
    int kernel = each() / inputs;
    for (int i = 0; i < weights.length; i++) {
      int input = i / kernel % inputs;
      largest[input] = Math.max(largest[input], Math.abs(weights[i]));
    }
    double[] scaled = weights.clone();
    for (int i = 0; i < scaled.length; i++) {
      double range = largest[i / kernel % inputs];
      scaled[i] = range == 0 ? 0 : scaled[i] / range;
    }
    return new RiskKernel(scaled, channels, inputs).decibels();
  }

  /** The parts' norm by that of this kernel, for the worst channel. */
  double cancellation(List<RiskKernel> parts) {
    double worst = 0;
    for (int c = 0; c < channels; c++) {
      double sum = 0;
      for (RiskKernel part : parts) {
        sum += part.energy(c);
      }
      double energy = energy(c);
      worst = Math.max(worst, energy == 0 ? 0 : Math.sqrt(sum / energy));
    }
    return worst;
  }
}
