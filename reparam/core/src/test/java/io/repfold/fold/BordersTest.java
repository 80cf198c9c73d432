package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Borders that are not zero: constants that equal BN(0), reflected and repeated images. */
class BordersTest {
  private static final Kernel SQUARE = Kernel.of(3);

  private final GraphBuilder b =
      new GraphBuilder("net", WeightSource.random(1), ElementType.DOUBLE).withEpsilon(0.05f);

  private String op(Op op, int channels, String... inputs) {
    return b.op("op", op, List.of(inputs), channels);
  }

  private String pad(String value, Op.Pad.Mode mode, int by) {
    String pads = b.initializer("pads", Tensor.ofLongs(new long[] {0, 0, by, by, 0, 0, by, by}, 8));
    Op pad = new Op.Pad(mode, Optional.empty(), OptionalDouble.empty());
    return op(pad, b.channels(value), value, pads);
  }

  /** What a normalization makes of zero, which is also what a folded 1x1 has as its bias. */
  private static double[] border(Graph graph, String norm) {
    double[][] p = new double[4][];
    java.util.Arrays.setAll(
        p,
        i ->
            graph
                .constant(graph.producer(norm).orElseThrow().input(i + 1))
                .orElseThrow()
                .toDoubles());
    double[] border = new double[p[0].length];
    java.util.Arrays.setAll(
        border, c -> p[1][c] - p[2][c] * p[0][c] / Math.sqrt(p[3][c] + (double) 0.05f));
    return border;
  }

  /** 1x1, BN, its border by Concat on both axes, 3x3 without pads. */
  private Verified bordered(int wrongAt, double by) {
    String x = b.input("x", 1, 3, 4, 5);
    String norm = b.named("norm").convBn(x, 3, Kernel.of(1), 1);
    double[] border = border(b.build(), norm);
    if (wrongAt >= 0) {
      border[wrongAt] += by;
    }
    String wide = op(new Op.Concat(3), 3, strip(border, 4, 1), norm, strip(border, 4, 2));
    String all = op(new Op.Concat(-2), 3, strip(border, 1, 8), wide);
    b.output(b.batchNorm(b.conv(all, 4, SQUARE.withoutPads(), 1)));
    return Verified.fold(b);
  }

  private String strip(double[] border, int height, int width) {
    double[] values = new double[border.length * height * width];
    java.util.Arrays.setAll(values, i -> border[i / (height * width)]);
    return b.constant(
        Tensor.ofDoubles(ElementType.DOUBLE, values, 1, border.length, height, width));
  }

  @Test
  void a_border_that_is_the_bias_folds() {
    bordered(-1, 0).becomes("Conv");
  }

  @ParameterizedTest
  @CsvSource({"0, 0.1", "2, -1e-3", "1, 1e-4"})
  void a_border_that_differs_in_one_channel_stays(int channel, double by) {
    assertThat(bordered(channel, by).types()).containsExactly("Conv", "Concat", "Concat", "Conv");
  }

  @Test
  void a_border_that_is_another_image_stays() {
    String x = b.input("x", 1, 3, 4, 5);
    String norm = b.convBn(x, 3, Kernel.of(1), 1);
    String other = b.input("other", 1, 3, 4, 1);
    String wide = op(new Op.Concat(3), 3, other, norm);
    b.output(b.batchNorm(b.conv(wide, 4, SQUARE.withoutPads(), 1)));
    Verified.fold(b).becomes("Conv", "Concat", "Conv");
  }

  @Test
  void an_image_that_is_turned_inside_its_border_stays() {
    String x = b.input("x", 1, 3, 4, 4);
    String turned = op(new Op.Transpose(List.of(0, 1, 3, 2)), 3, b.conv(x, 3, Kernel.of(1), 1));
    b.output(b.conv(b.pad(turned, 1, 1, 1, 1), 4, SQUARE.withoutPads(), 1));
    assertThat(Verified.fold(b).types()).contains("Transpose");
  }

  @ParameterizedTest
  @EnumSource(names = {"REFLECT", "EDGE"})
  void branches_on_one_border_fold(Op.Pad.Mode mode) {
    String x = b.input("x", 2, 4, 5, 4);
    String wide = b.conv(pad(x, mode, 2), 4, Kernel.of(5).withoutPads(), 1);
    String square = b.batchNorm(b.conv(pad(x, mode, 1), 4, SQUARE.withoutPads(), 1));
    String point = b.conv(x, 4, Kernel.of(1), 1);
    b.output(b.add(List.of(wide, square, point, b.batchNorm(x))));
    Verified.fold(b).becomes("Pad", "Conv");
  }

  @Test
  void branches_on_different_borders_stay() {
    String x = b.input("x", 2, 4, 5, 4);
    String reflected = b.conv(pad(x, Op.Pad.Mode.REFLECT, 1), 4, SQUARE.withoutPads(), 1);
    String repeated = b.conv(pad(x, Op.Pad.Mode.EDGE, 1), 4, SQUARE.withoutPads(), 1);
    b.output(b.add(List.of(reflected, repeated)));
    Verified.fold(b).becomes("Pad", "Conv", "Pad", "Conv", "Add");
  }

  @Test
  void a_zero_border_beside_a_reflected_one_stays() {
    String x = b.input("x", 2, 4, 5, 4);
    String reflected = b.conv(pad(x, Op.Pad.Mode.REFLECT, 1), 4, SQUARE.withoutPads(), 1);
    b.output(b.add(List.of(reflected, b.conv(x, 4, SQUARE, 1))));
    Verified.fold(b)
        .becomes("Pad", "Conv", "Conv", "Add")
        .saysWhy("pads by reflect", "borders differ");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0})
  void a_written_zero_is_a_zero_border(double zero) {
    String x = b.input("x", 2, 4, 5, 4);
    String pads = b.initializer("pads", Tensor.ofLongs(new long[] {0, 0, 1, 1, 0, 0, 1, 1}, 8));
    String value =
        b.initializer(
            "value", Tensor.ofDoubles(ElementType.DOUBLE, new double[] {zero}, new long[0]));
    Op pad = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
    String bordered = op(pad, 4, x, pads, value);
    b.output(b.add(List.of(b.conv(bordered, 4, SQUARE.withoutPads(), 1), b.conv(x, 4, SQUARE, 1))));
    Verified.fold(b).becomes("Conv");
  }

  @Test
  void a_border_of_ones_stays() {
    String x = b.input("x", 2, 4, 5, 4);
    String pads = b.initializer("pads", Tensor.ofLongs(new long[] {0, 0, 1, 1, 0, 0, 1, 1}, 8));
    String one =
        b.initializer("one", Tensor.ofDoubles(ElementType.DOUBLE, new double[] {1}, new long[0]));
    Op pad = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
    b.output(b.conv(op(pad, 4, x, pads, one), 4, SQUARE.withoutPads(), 1));
    Verified.fold(b).becomes("Pad", "Conv");
  }
}
