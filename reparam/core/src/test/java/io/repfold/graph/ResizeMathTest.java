package io.repfold.graph;

import static io.repfold.graph.Nodes.apply;
import static io.repfold.graph.Nodes.longs;
import static io.repfold.graph.Nodes.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResizeMathTest {
  private static Op.Resize op(String mode, String coordinates) {
    return new Op.Resize(
        mode,
        coordinates,
        "round_prefer_floor",
        -0.75f,
        false,
        7,
        false,
        List.of(),
        "stretch",
        false);
  }

  private static Op.Resize nearest(String coordinates, String rounding) {
    return new Op.Resize(
        "nearest", coordinates, rounding, -0.75f, false, 7, false, List.of(), "stretch", false);
  }

  @Test
  void linear_interpolation_follows_the_coordinates() {
    NdArray x = vector(0, 10, 40);

    assertThat(scaled(op("linear", "half_pixel"), x, 2))
        .containsExactly(0, 2.5, 7.5, 17.5, 32.5, 40);
    assertThat(scaled(op("linear", "asymmetric"), x, 2)).containsExactly(0, 5, 10, 25, 40, 40);
    assertThat(sized(op("linear", "align_corners"), x, 5)).containsExactly(0, 5, 10, 25, 40);
    assertThat(sized(op("linear", "pytorch_half_pixel"), x, 1)).containsExactly(0);
    assertThat(sized(op("linear", "half_pixel"), x, 1)).containsExactly(10);
  }

  @Test
  void nearest_rounds_as_told() {
    NdArray x = vector(0, 1, 2);

    assertThat(scaled(nearest("asymmetric", "floor"), x, 2)).containsExactly(0, 0, 1, 1, 2, 2);
    assertThat(scaled(nearest("asymmetric", "ceil"), x, 2)).containsExactly(0, 1, 1, 2, 2, 2);
    assertThat(scaled(nearest("asymmetric", "round_prefer_floor"), x, 2))
        .containsExactly(0, 0, 1, 1, 2, 2);
    assertThat(scaled(nearest("asymmetric", "round_prefer_ceil"), x, 2))
        .containsExactly(0, 1, 1, 2, 2, 2);
    assertThat(scaled(nearest("tf_half_pixel_for_nn", "floor"), x, 2))
        .containsExactly(0, 0, 1, 1, 2, 2);
  }

  @Test
  void a_scale_that_float32_rounds_still_hits_whole_coordinates() {
    NdArray x = vector(0, 1, 2, 3, 4, 5);

    assertThat(scaled(nearest("asymmetric", "floor"), x, 1 / 3f)).containsExactly(0, 3);
  }

  @Test
  void cubic_interpolation_reproduces_lines_within() {
    NdArray x = vector(0, 1, 2, 3, 4, 5);
    var exact =
        new Op.Resize(
            "cubic", "asymmetric", "floor", -0.5f, false, 0, false, List.of(), "stretch", false);

    double[] y = scaled(exact, x, 2);

    assertThat(y[3]).isEqualTo(1.5);
    assertThat(y[4]).isEqualTo(2);
    assertThat(y[7]).isEqualTo(3.5);
  }

  @Test
  void a_crop_extrapolates_outside() {
    NdArray x = vector(0, 10, 20);
    NdArray roi = vector(0.5, 1.5);

    assertThat(apply(op("linear", "tf_crop_and_resize"), x, roi, null, longs(3)).data())
        .containsExactly(10, 20, 7);
  }

  @Test
  void antialiasing_averages_when_shrinking() {
    var smooth =
        new Op.Resize(
            "linear", "half_pixel", "floor", -0.75f, true, 0, true, List.of(), "stretch", false);

    assertThat(scaled(smooth, vector(0, 0, 8, 0), 0.5)).containsExactly(8 / 7.0, 24 / 7.0);
  }

  @Test
  void only_the_named_axes_change_and_may_keep_their_ratio() {
    NdArray x = Nodes.counting(1, 2, 4);
    var fit =
        new Op.Resize(
            "nearest",
            "half_pixel",
            "floor",
            0,
            false,
            0,
            false,
            List.of(1, 2),
            "not_larger",
            false);

    assertThat(apply(fit, x, null, null, longs(4, 4)).dims()).containsExactly(1, 2, 4);
    assertThat(apply(fit, x, null, null, longs(4, 9)).dims()).containsExactly(1, 4, 8);
  }

  @Test
  void opset_10_has_its_scales_second() {
    var legacy =
        new Op.Resize(
            "nearest", "asymmetric", "floor", 0, false, 0, false, List.of(), "stretch", true);

    assertThat(apply(legacy, vector(1, 2), vector(2)).data()).containsExactly(1, 1, 2, 2);
  }

  @Test
  void unclear_requests_are_refused() {
    NdArray x = vector(1, 2);

    assertThatThrownBy(() -> apply(op("linear", "half_pixel"), x))
        .hasMessageContaining("exactly one of scales and sizes");
    assertThatThrownBy(() -> scaled(op("linear", "sideways"), x, 2))
        .hasMessageContaining("'sideways' is not defined");
    assertThatThrownBy(() -> scaled(op("sinc", "half_pixel"), x, 2))
        .hasMessageContaining("mode 'sinc'");
  }

  private static double[] scaled(Op.Resize op, NdArray x, double scale) {
    return apply(op, x, null, vector(scale)).data();
  }

  private static double[] sized(Op.Resize op, NdArray x, long size) {
    return apply(op, x, null, null, longs(size)).data();
  }
}
