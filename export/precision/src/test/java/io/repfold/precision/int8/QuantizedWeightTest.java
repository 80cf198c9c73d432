package io.repfold.precision.int8;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Window;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights in INT8 with one scale a channel, whichever axis the channels are on. */
class QuantizedWeightTest {
  /** Channels of very different sizes on an axis, drawn from {@code [3, 4, 2, 5]}. */
  private static Tensor weight(int axis) {
    long[] dims = {3, 4, 2, 5};
    double[] values = new SplittableRandom(axis).doubles(120, -1, 1).toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= Math.pow(10, channel(i, axis, dims) - 2);
    }
    return Tensor.ofDoubles(ElementType.FLOAT, values, dims);
  }

  /** From the index of an element to that on one axis. */
  private static int channel(int index, int axis, long... dims) {
    int rest = index;
    for (int i = dims.length - 1; i > axis; i--) {
      rest /= (int) dims[i];
    }
    return rest % (int) dims[axis];
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void each_channel_is_stretched_over_the_whole_grid(int axis) {
    Tensor weight = weight(axis);
    QuantizedWeight quantized = QuantizedWeight.of(weight, axis);
    int channels = (int) weight.dim(axis);
    double[] largest = new double[channels];
    int[] most = new int[channels];
    double[] rounded = quantized.rounded();
    for (int i = 0; i < rounded.length; i++) {
      int channel = channel(i, axis, weight.dims());
      double step = quantized.scales().doubleAt(channel);
      largest[channel] = Math.max(largest[channel], Math.abs(weight.doubleAt(i)));
      most[channel] = Math.max(most[channel], (int) Math.abs(quantized.values().doubleAt(i)));
      assertThat(rounded[i]).isEqualTo(quantized.values().doubleAt(i) * step);
      assertThat(Math.abs(rounded[i] - weight.doubleAt(i))).isLessThan(step);
    }
    for (int channel = 0; channel < channels; channel++) {
      assertThat(quantized.scales().doubleAt(channel)).isEqualTo((float) (largest[channel] / 127));
      assertThat(most[channel]).isBetween(126, 127);
    }
    assertThat(quantized.values().type()).isEqualTo(ElementType.INT8);
    assertThat(quantized.values().dims()).isEqualTo(weight.dims());
    assertThat(quantized.axis()).isEqualTo(axis);
  }

  /** Without kernels there is no sum to keep. */
  @Test
  void a_matrix_is_rounded_to_nearest() {
    double[] values = new SplittableRandom(5).doubles(70, -1, 1).toArray();
    Tensor matrix = Tensor.ofDoubles(ElementType.FLOAT, values, 10, 7);
    QuantizedWeight quantized = QuantizedWeight.of(matrix, 1);
    for (int i = 0; i < 70; i++) {
      double step = quantized.scales().doubleAt(i % 7);
      assertThat(quantized.values().doubleAt(i)).isEqualTo(Math.rint(matrix.doubleAt(i) / step));
    }
  }

  @Test
  void a_channel_of_zeros_stays_zero() {
    QuantizedWeight quantized = QuantizedWeight.of(Tensor.ofFloats(new float[4], 2, 2), 0);
    assertThat(quantized.scales()).isEqualTo(Tensor.ofFloats(new float[] {1, 1}, 2));
    assertThat(quantized.rounded()).containsOnly(0);
  }

  private static final float[] WEIGHT = {0.9f, -2, 4, 0.5f};

  /** Two channels of two inputs. */
  private static QuantizableLayer layer() {
    Node node = new Node("n", new Op.Conv(Window.DEFAULT, 1), List.of("x", "w", "b"), List.of("y"));
    return new QuantizableLayer(node, Tensor.ofFloats(WEIGHT, 2, 2, 1, 1), Optional.empty(), 0);
  }

  private static QuantizationOptions options(QuantizationTarget target, int bits) {
    return QuantizationOptions.of(target).withWeightBits(bits);
  }

  @Test
  void seven_bits_end_at_63() {
    QuantizationOptions options = options(QuantizationTarget.CPU, 7);
    QuantizedWeight quantized = QuantizedWeight.of(layer(), Optional.empty(), 1, options);
    assertThat(quantized.scales()).isEqualTo(Tensor.ofFloats(new float[] {2 / 63f, 4 / 63f}, 2));
    assertThat(quantized.values().toDoubles()).containsExactly(28, -63, 63, 8);
  }

  /** The bias of a channel is at most 2^30 steps; a step is that of the input times the scale. */
  @Test
  void a_bias_that_needs_larger_steps_gets_them_where_it_is_an_integer() {
    Optional<Tensor> bias = Optional.of(Tensor.ofFloats(new float[] {-3, 1000}, 2));
    float step = 1e-5f;
    QuantizationOptions cpu = options(QuantizationTarget.CPU, 8);
    QuantizedWeight quantized = QuantizedWeight.of(layer(), bias, step, cpu);
    double needed = 1000 / (double) step / (1 << 30);
    assertThat(needed).isGreaterThan(4 / 127.0);
    assertThat(quantized.scales().doubleAt(0)).isEqualTo(2 / 127f);
    assertThat(quantized.scales().doubleAt(1)).isEqualTo((float) needed);
    assertThat(quantized.bias(bias.get(), step).doubleAt(1)).isBetween(1073741700.0, 1073741950.0);

    for (QuantizationTarget other : QuantizationTarget.values()) {
      assertThat(QuantizedWeight.hasIntegerBias(other)).isEqualTo(other == QuantizationTarget.CPU);
      if (other != QuantizationTarget.CPU) {
        QuantizedWeight real = QuantizedWeight.of(layer(), bias, step, options(other, 8));
        assertThat(real.scales().doubleAt(1)).isEqualTo(4 / 127f);
      }
    }
    Optional<Tensor> none = Optional.of(Tensor.ofFloats(new float[2], 2));
    assertThat(QuantizedWeight.of(layer(), none, 0, cpu).scales().doubleAt(1)).isEqualTo(4 / 127f);
  }

  @Test
  void a_bias_is_counted_in_steps_of_the_sums_and_ends_at_32_bits() {
    QuantizedWeight quantized = QuantizedWeight.of(layer().weight(), 0);
    Tensor steps = quantized.biasScales(0.25f);
    assertThat(steps).isEqualTo(Tensor.ofFloats(new float[] {0.5f / 127, 1f / 127}, 2));
    Tensor bias = Tensor.ofFloats(new float[] {1, -2.003f}, 2);
    assertThat(quantized.bias(bias, 0.25f).type()).isEqualTo(ElementType.INT32);
    assertThat(quantized.bias(bias, 0.25f).toDoubles()).containsExactly(254, -254);
    Tensor huge = Tensor.ofFloats(new float[] {1e30f, -1e30f}, 2);
    assertThat(quantized.bias(huge, 0.25f).toDoubles())
        .containsExactly(Integer.MAX_VALUE, Integer.MIN_VALUE);
    assertThat(quantized.biasScales(Float.MIN_VALUE).toDoubles()).containsOnly(Float.MIN_NORMAL);
  }
}
