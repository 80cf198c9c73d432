package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvolutionMathTest {
  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_convolution_is_the_sum_of_its_definition(long seed) {
    var random = new SplittableRandom(seed);
    int groups = 1 + random.nextInt(3);
    int fanIn = 1 + random.nextInt(2);
    NdArray x = random(random, 1 + random.nextInt(2), groups * fanIn, 1 + random.nextInt(6), 3);
    NdArray w =
        random(
            random,
            groups * (1 + random.nextInt(2)),
            fanIn,
            1 + random.nextInt(4),
            1 + random.nextInt(3));
    NdArray b = random(random, w.dim(0));
    Window window = window(random, x, w);

    NdArray y = ConvolutionMath.conv(new Op.Conv(window, groups), x, w, b, Sums.EXACT);

    for (int n = 0; n < y.dim(0); n++) {
      for (int o = 0; o < y.dim(1); o++) {
        for (int i = 0; i < y.dim(2); i++) {
          for (int j = 0; j < y.dim(3); j++) {
            assertThat(at(y, n, o, i, j))
                .as("%d %d %d %d", n, o, i, j)
                .isCloseTo(convolved(x, w, b, window, groups, n, o, i, j), offset(1e-12));
          }
        }
      }
    }
    assertThat(y.dim(2)).isEqualTo(positions(x, w, window, 0));
    assertThat(y.dim(3)).isEqualTo(positions(x, w, window, 1));
  }

  /** {@code <conv(x), y> = <x, convTranspose(y)>} for every x and y. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void the_transposed_convolution_is_the_adjoint_of_the_convolution(long seed) {
    var random = new SplittableRandom(seed);
    int groups = 1 + random.nextInt(3);
    NdArray x = random(random, 2, 2 * groups, 1 + random.nextInt(6), 4);
    NdArray w = random(random, 3 * groups, 2, 1 + random.nextInt(3), 1 + random.nextInt(3));
    Window window = window(random, x, w);
    NdArray image = ConvolutionMath.conv(new Op.Conv(window, groups), x, w, null, Sums.EXACT);
    NdArray y = random(random, image.dims());
    List<Integer> rest =
        IntStream.range(0, 2)
            .map(
                a ->
                    x.dim(2 + a)
                        + window.padBegin(a)
                        + window.padEnd(a)
                        - ((w.dim(2 + a) - 1) * window.dilation(a) + 1)
                        - (image.dim(2 + a) - 1) * window.stride(a))
            .boxed()
            .toList();

    NdArray back =
        ConvolutionMath.convTranspose(
            new Op.ConvTranspose(window, groups, rest, List.of()), y, w, null, Sums.EXACT);

    assertThat(back.dims()).isEqualTo(x.dims());
    assertThat(dot(image, y)).isCloseTo(dot(x, back), offset(1e-10));
  }

  @Test
  void same_padding_splits_the_odd_element_as_its_name_says() {
    NdArray x = NdArray.of(new double[] {1, 2, 3, 4}, 1, 1, 4);
    NdArray w = NdArray.of(new double[] {1, 10}, 1, 1, 2);

    assertThat(same(Window.AutoPad.SAME_UPPER, x, w).data()).containsExactly(21, 32, 43, 4);
    assertThat(same(Window.AutoPad.SAME_LOWER, x, w).data()).containsExactly(10, 21, 32, 43);
    assertThat(same(Window.AutoPad.VALID, x, w).data()).containsExactly(21, 32, 43);
  }

  private static NdArray same(Window.AutoPad pad, NdArray x, NdArray w) {
    var window = new Window(pad, List.of(1), List.of(1), List.of());
    return ConvolutionMath.conv(new Op.Conv(window, 1), x, w, null, Sums.EXACT);
  }

  @Test
  void three_spatial_axes_work() {
    NdArray x = NdArray.of(IntStream.range(0, 8).asDoubleStream().toArray(), 1, 1, 2, 2, 2);
    NdArray w = NdArray.of(new double[] {1, 1, 1, 1, 1, 1, 1, 1}, 1, 1, 2, 2, 2);

    NdArray y = ConvolutionMath.conv(new Op.Conv(Window.DEFAULT, 1), x, w, null, Sums.EXACT);

    assertThat(y.dims()).containsExactly(1, 1, 1, 1, 1);
    assertThat(y.data()).containsExactly(28);
  }

  @Test
  void a_transposed_convolution_takes_its_output_shape_from_the_attribute() {
    NdArray x = NdArray.of(new double[] {1, 2}, 1, 1, 2);
    NdArray w = NdArray.of(new double[] {1, 10, 100}, 1, 1, 3);
    var window = Window.of(List.of(2), List.of(1), List.of());

    var op = new Op.ConvTranspose(window, 1, List.of(), List.of(4));
    assertThat(ConvolutionMath.convTranspose(op, x, w, null, Sums.EXACT).data())
        .containsExactly(10, 102, 20, 200);
    var larger = new Op.ConvTranspose(window, 1, List.of(), List.of(6));
    assertThat(ConvolutionMath.convTranspose(larger, x, w, null, Sums.EXACT).data())
        .containsExactly(1, 10, 102, 20, 200, 0);
  }

  @Test
  void an_image_that_is_too_small_is_refused_with_its_numbers() {
    NdArray x = NdArray.of(new double[4], 1, 1, 4);
    NdArray w = NdArray.of(new double[3], 1, 1, 3);
    var op = new Op.Conv(Window.of(List.of(), List.of(2), List.of()), 1);
    var node = new Node("stem", op, List.of("x", "w"), List.of("y"));

    assertThatThrownBy(() -> Interpreter.evaluate(node, List.of(x, w)))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("Conv 'stem'")
        .hasMessageContaining("DOUBLE[1, 1, 4]")
        .hasMessageContaining("reaches over 5 elements on spatial axis 0")
        .hasMessageContaining("only 4");
  }

  @Test
  void channels_that_do_not_fit_the_groups_are_refused() {
    NdArray x = NdArray.of(new double[12], 1, 3, 4);
    NdArray w = NdArray.of(new double[6], 2, 1, 3);

    assertThatThrownBy(
            () -> ConvolutionMath.conv(new Op.Conv(Window.DEFAULT, 2), x, w, null, Sums.EXACT))
        .hasMessageContaining("with 2 groups reads 2 channels")
        .hasMessageContaining("has 3");
  }

  private static Window window(SplittableRandom random, NdArray x, NdArray w) {
    List<Integer> strides = List.of(1 + random.nextInt(3), 1 + random.nextInt(3));
    List<Integer> dilations = List.of(1 + random.nextInt(3), 1 + random.nextInt(2));
    int[] pads = random.ints(4, 0, 4).toArray();
    for (int a = 0; a < 2; a++) {
      int reach = (w.dim(2 + a) - 1) * dilations.get(a) + 1;
      pads[2 + a] = Math.max(pads[2 + a], reach - x.dim(2 + a) - pads[a]);
    }
    return Window.of(strides, dilations, IntStream.of(pads).boxed().toList());
  }

  private static int positions(NdArray x, NdArray w, Window window, int axis) {
    int reach = (w.dim(2 + axis) - 1) * window.dilation(axis) + 1;
    int room = x.dim(2 + axis) + window.padBegin(axis) + window.padEnd(axis) - reach;
    return room / window.stride(axis) + 1;
  }

  private static double convolved(
      NdArray x, NdArray w, NdArray b, Window window, int groups, int n, int o, int i, int j) {
    double sum = b.data()[o];
    int group = o / (w.dim(0) / groups);
    for (int c = 0; c < w.dim(1); c++) {
      for (int k = 0; k < w.dim(2); k++) {
        for (int l = 0; l < w.dim(3); l++) {
          int h = i * window.stride(0) + k * window.dilation(0) - window.padBegin(0);
          int v = j * window.stride(1) + l * window.dilation(1) - window.padBegin(1);
          if (h >= 0 && h < x.dim(2) && v >= 0 && v < x.dim(3)) {
            sum += at(w, o, c, k, l) * at(x, n, group * w.dim(1) + c, h, v);
          }
        }
      }
    }
    return sum;
  }

  private static double dot(NdArray a, NdArray b) {
    return IntStream.range(0, a.data().length).mapToDouble(i -> a.data()[i] * b.data()[i]).sum();
  }

  private static double at(NdArray x, int... index) {
    int at = 0;
    for (int i = 0; i < index.length; i++) {
      at = at * x.dim(i) + index[i];
    }
    return x.data()[at];
  }

  private static NdArray random(SplittableRandom random, int... dims) {
    double[] data = random.doubles(Layout.count(dims), -1, 1).toArray();
    return NdArray.of(data, dims);
  }
}
