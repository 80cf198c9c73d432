package io.repfold.graph;

import static io.repfold.graph.Nodes.apply;
import static io.repfold.graph.Nodes.counting;
import static io.repfold.graph.Nodes.longs;
import static io.repfold.graph.Nodes.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Resize against the formulas of ONNX, one output after another. */
class ResizeDefinitionTest {
  private static Op.Resize op(
      String mode, String coordinates, String nearest, List<Integer> axes, String policy) {
    return new Op.Resize(mode, coordinates, nearest, -0.75f, false, 0, false, axes, policy, false);
  }

  private static double coordinate(String mode, int at, int input, int output) {
    double scale = (double) output / input;
    return switch (mode) {
      case "half_pixel" -> (at + 0.5) / scale - 0.5;
      case "half_pixel_symmetric" -> (at + 0.5) / scale - 0.5;
      case "pytorch_half_pixel" -> output > 1 ? (at + 0.5) / scale - 0.5 : 0;
      case "align_corners" -> output == 1 ? 0 : at * (input - 1.0) / (output - 1.0);
      case "asymmetric" -> at / scale;
      default -> throw new IllegalArgumentException(mode);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "align_corners",
    "asymmetric"
  })
  void a_line_is_interpolated_between_its_neighbors(String mode) {
    NdArray x = vector(3, -1, 4, 1, -5);
    for (int output = 1; output <= 12; output++) {
      double[] y =
          apply(op("linear", mode, "floor", List.of(), "stretch"), x, null, null, longs(output))
              .data();
      assertThat(y).hasSize(output);
      for (int at = 0; at < output; at++) {
        double c = Math.max(0, Math.min(4, coordinate(mode, at, 5, output)));
        int left = (int) Math.min(3, Math.floor(c));
        double expected = x.data()[left] * (left + 1 - c) + x.data()[left + 1] * (c - left);
        assertThat(y[at]).as("%d of %d", at, output).isCloseTo(expected, offset(1e-12));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"})
  void the_nearest_element_is_the_one_that_the_mode_rounds_to(String rounding) {
    NdArray x = counting(4);
    for (int output = 1; output <= 16; output++) {
      double[] y =
          apply(
                  op("nearest", "asymmetric", rounding, List.of(), "stretch"),
                  x,
                  null,
                  null,
                  longs(output))
              .data();
      for (int at = 0; at < output; at++) {
        // at * 4 / output in whole numbers.
        int floor = at * 4 / output;
        int twice = 2 * (at * 4 % output);
        boolean up =
            switch (rounding) {
              case "floor" -> false;
              case "ceil" -> twice > 0;
              case "round_prefer_ceil" -> twice >= output;
              default -> twice > output;
            };
        assertThat(y[at])
            .as("%s %d of %d", rounding, at, output)
            .isEqualTo(Math.min(3, up ? floor + 1 : floor));
      }
    }
  }

  /** Two axes are interpolated one after the other: the weights multiply. */
  @Test
  void axes_are_independent() {
    NdArray x = counting(2, 3);
    NdArray both =
        apply(
            op("linear", "align_corners", "floor", List.of(-1, 0), "stretch"),
            x,
            null,
            null,
            longs(5, 3));
    assertThat(both.dims()).containsExactly(3, 5);
    Indices.assertElements(both, i -> 1.5 * i[0] + 0.5 * i[1]);
  }

  @ParameterizedTest
  @CsvSource({"not_larger, 4, 6", "not_smaller, 6, 9", "stretch, 6, 6"})
  void a_ratio_is_kept_within_or_around_the_sizes(String policy, int height, int width) {
    NdArray y =
        apply(
            op("nearest", "asymmetric", "floor", List.of(0, 1), policy),
            counting(2, 3),
            null,
            null,
            longs(6, 6));
    assertThat(y.dims()).containsExactly(height, width);
  }

  @Test
  void a_scale_may_leave_nothing() {
    Op resize = op("nearest", "asymmetric", "floor", List.of(), "stretch");
    assertThat(apply(resize, vector(1, 2), null, vector(0.25)).dims()).containsExactly(0);
  }

  @Test
  void an_axis_that_is_or_would_be_empty_is_refused() {
    Op resize = op("linear", "half_pixel", "floor", List.of(), "stretch");
    assertThatThrownBy(() -> apply(resize, NdArray.of(new double[0], 0), null, null, longs(3)))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("axis 0 of 0 elements cannot be resized to 3");
    assertThatThrownBy(() -> apply(resize, vector(1), null, null, longs(0)))
        .hasMessageContaining("axis 0 of 1 elements cannot be resized to 0");
    assertThatThrownBy(() -> apply(resize, vector(1), null, vector(-2)))
        .hasMessageContaining("-2.0 is no size");
    assertThatThrownBy(() -> apply(resize, vector(1), null, vector(2), longs(2)))
        .hasMessageContaining("exactly one of scales and sizes must be given");
    assertThatThrownBy(() -> apply(resize, vector(1)))
        .hasMessageContaining("exactly one of scales and sizes must be given");
    assertThatThrownBy(() -> apply(resize, vector(1), null, vector(2, 2)))
        .hasMessageContaining("scales DOUBLE[2] do not fit 1 axes");
  }

  @Test
  void what_onnx_does_not_define_is_refused_by_name() {
    NdArray x = vector(1, 2);
    assertThatThrownBy(
            () -> apply(op("linear", "middle", "floor", List.of(), "stretch"), x, null, vector(2)))
        .hasMessageContaining("coordinate_transformation_mode 'middle' is not defined");
    assertThatThrownBy(
            () ->
                apply(op("nearest", "asymmetric", "up", List.of(), "stretch"), x, null, vector(2)))
        .hasMessageContaining("nearest_mode 'up' is not defined");
    assertThatThrownBy(
            () ->
                apply(
                    op("square", "asymmetric", "floor", List.of(), "stretch"), x, null, vector(2)))
        .hasMessageContaining("mode 'square' is none of nearest, linear and cubic");
    assertThatThrownBy(
            () ->
                apply(
                    op("linear", "asymmetric", "floor", List.of(), "fit"), x, null, null, longs(2)))
        .hasMessageContaining("keep_aspect_ratio_policy 'fit' is not defined");
  }

  /** The matrices of an image's axes make the same image. */
  @ParameterizedTest
  @CsvSource({
    "linear, half_pixel",
    "cubic, asymmetric",
    "nearest, asymmetric",
    "linear, align_corners"
  })
  void the_matrices_resize_the_image(String mode, String coordinates) {
    Op.Resize op = op(mode, coordinates, "floor", List.of(), "stretch");
    NdArray x = NdArray.of(new double[] {1, -2, 5, 0, 3, 3, -4, 8}, 1, 4, 2);
    NdArray scales = vector(1, 1.5, 2.5);
    NdArray y = apply(op, x, null, scales);

    var matrices = ResizeMatrices.of(op, x.dims(), Arrays.asList(null, null, scales));

    assertThat(matrices.get(0)).isEmpty();
    NdArray rows = matrices.get(1).orElseThrow();
    NdArray columns = matrices.get(2).orElseThrow();
    NdArray left = apply(new Op.MatMul(), rows, NdArray.of(x.data(), 4, 2));
    NdArray product = apply(new Op.Gemm(1, 1, false, true), left, columns);
    assertThat(y.dims()).containsExactly(1, 6, 5);
    Indices.assertElements(product, i -> Indices.at(y, 0, i[0], i[1]));
  }
}
