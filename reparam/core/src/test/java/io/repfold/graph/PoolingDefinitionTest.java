package io.repfold.graph;

import static io.repfold.graph.Indices.assertElements;
import static io.repfold.graph.Indices.at;
import static io.repfold.graph.Nodes.apply;
import static io.repfold.graph.Nodes.applyAll;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Poolings of random geometry against the definition, window by window. */
class PoolingDefinitionTest {
  static LongStream seeds() {
    return LongStream.range(0, 100);
  }

  /** One window: the pixels that it covers, and how many of its taps lie in image and padding. */
  private record Covered(List<int[]> pixels, int padded) {}

  private static Covered covered(
      NdArray x, List<Integer> kernel, Window window, int row, int column) {
    List<int[]> pixels = new ArrayList<>();
    int padded = 0;
    for (int k = 0; k < kernel.get(0); k++) {
      for (int l = 0; l < kernel.get(1); l++) {
        int h = row * window.stride(0) + k * window.dilation(0) - window.padBegin(0);
        int w = column * window.stride(1) + l * window.dilation(1) - window.padBegin(1);
        if (h >= 0 && h < x.dim(2) && w >= 0 && w < x.dim(3)) {
          pixels.add(new int[] {h, w});
        }
        boolean inside = h < x.dim(2) + window.padEnd(0) && w < x.dim(3) + window.padEnd(1);
        padded += inside ? 1 : 0;
      }
    }
    return new Covered(pixels, padded);
  }

  /** As ONNX counts: rounded as asked, without a window that begins behind the image. */
  private static int positions(
      NdArray x, List<Integer> kernel, Window window, int a, boolean ceil) {
    int padded = x.dim(2 + a) + window.padBegin(a) + window.padEnd(a);
    double steps =
        (padded - (kernel.get(a) - 1) * window.dilation(a) - 1) / (double) window.stride(a);
    int positions = (int) (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    boolean behind = (positions - 1) * window.stride(a) >= x.dim(2 + a) + window.padBegin(a);
    return ceil && behind ? positions - 1 : positions;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_pool_is_that_of_its_windows(long seed) {
    var random = new SplittableRandom(seed);
    List<Integer> kernel = List.of(1 + random.nextInt(4), 1 + random.nextInt(3));
    List<Integer> strides = List.of(1 + random.nextInt(3), 1 + random.nextInt(3));
    List<Integer> dilations = List.of(1 + random.nextInt(2), 1 + random.nextInt(3));
    List<Integer> pads =
        IntStream.range(0, 4).mapToObj(i -> random.nextInt(kernel.get(i % 2))).toList();
    Window window = Window.of(strides, dilations, pads);
    int[] image = new int[2];
    for (int a = 0; a < 2; a++) {
      int reach = (kernel.get(a) - 1) * dilations.get(a) + 1;
      image[a] = Math.max(1, reach - pads.get(a) - pads.get(2 + a)) + random.nextInt(6);
    }
    NdArray x =
        NdArray.of(
            random.doubles(6L * image[0] * image[1], -9, 9).toArray(), 2, 3, image[0], image[1]);
    boolean ceil = random.nextBoolean();
    boolean includesPads = random.nextBoolean();
    int[] grid = {
      2, 3, positions(x, kernel, window, 0, ceil), positions(x, kernel, window, 1, ceil)
    };

    List<NdArray> max = applyAll(new Op.MaxPool(kernel, window, ceil, random.nextBoolean()), 2, x);
    NdArray mean = apply(new Op.AveragePool(kernel, window, ceil, includesPads), x);

    assertThat(max.get(0).dims()).isEqualTo(grid);
    assertThat(mean.dims()).isEqualTo(grid);
    assertElements(
        max.get(0),
        i ->
            covered(x, kernel, window, i[2], i[3]).pixels().stream()
                .mapToDouble(p -> at(x, i[0], i[1], p[0], p[1]))
                .max()
                .orElse(Double.NEGATIVE_INFINITY));
    assertElements(
        mean,
        i -> {
          Covered c = covered(x, kernel, window, i[2], i[3]);
          double sum = c.pixels().stream().mapToDouble(p -> at(x, i[0], i[1], p[0], p[1])).sum();
          return sum / (includesPads ? c.padded() : c.pixels().size());
        });
  }

  /** The indices lead back to the maxima, in row-major and in column-major order. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void an_index_is_where_the_maximum_lies(long seed) {
    var random = new SplittableRandom(seed);
    int h = 2 + random.nextInt(5);
    int w = 2 + random.nextInt(4);
    NdArray x = NdArray.of(random.doubles(4L * h * w, -1, 1).toArray(), 2, 2, h, w);
    Window window = Window.of(List.of(1, 2), List.of(), List.of(1, 0, 0, 1));
    boolean columnMajor = random.nextBoolean();

    List<NdArray> pooled =
        applyAll(new Op.MaxPool(List.of(2, 2), window, false, columnMajor), 2, x);

    for (int i = 0; i < pooled.get(0).data().length; i++) {
      int index = (int) pooled.get(1).data()[i];
      int plane = index / (h * w);
      int rest = index % (h * w);
      int row = columnMajor ? rest % h : rest / w;
      int column = columnMajor ? rest / h : rest % w;
      assertThat(pooled.get(0).data()[i]).isEqualTo(x.data()[(plane * h + row) * w + column]);
    }
  }

  @Test
  void what_is_no_number_wins_a_maximum_and_spoils_a_mean() {
    NdArray x = NdArray.of(new double[] {1, Double.NaN, 3, 4}, 1, 1, 4);
    Window window = Window.of(List.of(2), List.of(), List.of());

    assertThat(apply(new Op.MaxPool(List.of(2), window, false, false), x).data())
        .containsExactly(Double.NaN, 4);
    assertThat(apply(new Op.AveragePool(List.of(2), window, false, false), x).data())
        .containsExactly(Double.NaN, 3.5);
    assertThat(apply(new Op.GlobalAveragePool(), x).data()).containsExactly(Double.NaN);
  }

  @Test
  void a_global_average_is_over_all_spatial_axes_of_a_channel() {
    NdArray x = Nodes.counting(2, 2, 2, 3, 2);

    NdArray y = apply(new Op.GlobalAveragePool(), x);

    assertThat(y.dims()).containsExactly(2, 2, 1, 1, 1);
    assertThat(y.data()).containsExactly(5.5, 17.5, 29.5, 41.5);
  }

  /** Unpooling a pool of distinct windows leaves the maxima where they were. */
  @Test
  void a_maximum_goes_back_to_its_place_in_each_plane() {
    NdArray x = Nodes.counting(2, 1, 4, 6);
    Window window = Window.of(List.of(2, 3), List.of(), List.of());
    List<NdArray> pooled = applyAll(new Op.MaxPool(List.of(2, 3), window, false, false), 2, x);

    NdArray y = apply(new Op.MaxUnpool(List.of(2, 3), window), pooled.get(0), pooled.get(1));

    assertElements(y, i -> i[2] % 2 == 1 && i[3] % 3 == 2 ? at(x, i) : 0);
  }
}
