package io.repfold.graph;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How Resize maps one axis: output position to input coordinate.
 *
 * @param mode ONNX {@code coordinate_transformation_mode}
 * @param scale output elements an input element
 * @param cropStart first input coordinate of {@code tf_crop_and_resize}, normalized to 0..1
 * @param cropEnd last input coordinate of {@code tf_crop_and_resize}, normalized to 0..1
 */
record ResizeAxis(
    String mode, int input, int output, double scale, double cropStart, double cropEnd) {

  static ResizeAxis[] of(
      Op.Resize op,
      int[] x,
      @Nullable NdArray roi,
      @Nullable NdArray scales,
      @Nullable NdArray sizes) {
    int rank = x.length;
    int[] axes = op.axes().isEmpty() ? Layout.range(0, rank) : new int[op.axes().size()];
    for (int i = 0; i < op.axes().size(); i++) {
      axes[i] = Layout.axis(op.axes().get(i), rank);
    }
    boolean scaled = scales != null && scales.data().length > 0;
    boolean sized = sizes != null && sizes.data().length > 0;
    Check.that(scaled != sized, "exactly one of scales and sizes must be given");
    NdArray given = Objects.requireNonNull(scaled ? scales : sizes);
    Check.that(
        given.data().length == axes.length,
        "%s %s do not fit %d axes",
        scaled ? "scales" : "sizes",
        given,
        axes.length);
    ResizeAxis[] resizes = new ResizeAxis[rank];
    for (int i = 0; i < rank; i++) {
      resizes[i] = new ResizeAxis(op.coordinates(), x[i], x[i], 1, 0, 1);
    }
    double common = sized ? commonScale(op, x, axes, given) : Double.NaN;
    for (int i = 0; i < axes.length; i++) {
      int size = x[axes[i]];
      double scale = given.data()[i];
      Check.that(
          scaled || (size >= 1 && scale >= 1),
          "axis %d of %d elements cannot be resized to %s",
          axes[i],
          size,
          scale);
      int output = scaled ? scaledSize(size, scale) : toSize(scale);
      if (sized) {
        scale = Double.isNaN(common) ? (double) output / size : common;
        output = Double.isNaN(common) ? output : (int) Math.floor(common * size + 0.5);
      } else if ((float) ((double) output / size) == (float) scale) {
        scale = (double) output / size; // what the float32 scale was rounded from
      }
      Check.that(scale > 0, "scale %s of axis %d is not positive", scale, axes[i]);
      boolean crops = op.coordinates().equals("tf_crop_and_resize");
      Check.that(
          !crops || (roi != null && roi.data().length == 2 * axes.length),
          "tf_crop_and_resize needs a roi of %d elements",
          2 * axes.length);
      resizes[axes[i]] =
          new ResizeAxis(
              op.coordinates(),
              size,
              output,
              scale,
              crops && roi != null ? roi.data()[i] : 0,
              crops && roi != null ? roi.data()[axes.length + i] : 1);
    }
    return resizes;
  }

  /** The size that a scale makes, in float32 as in ONNX. */
  static int scaledSize(long size, double scale) {
    return toSize(Math.floor((float) size * (float) scale));
  }

  private static int toSize(double size) {
    Check.that(size >= 0 && size <= Integer.MAX_VALUE, "%s is no size", size);
    return (int) size;
  }

  /** The one scale of all axes if the aspect ratio is kept, else NaN. */
  private static double commonScale(Op.Resize op, int[] x, int[] axes, NdArray sizes) {
    double[] scales = new double[axes.length];
    Arrays.setAll(scales, i -> sizes.data()[i] / x[axes[i]]);
    return switch (op.aspectRatioPolicy()) {
      case "stretch" -> Double.NaN;
      case "not_larger" -> Arrays.stream(scales).min().orElse(1);
      case "not_smaller" -> Arrays.stream(scales).max().orElse(1);
      default ->
          throw new InvalidGraphException(
              "keep_aspect_ratio_policy '%s' is not defined".formatted(op.aspectRatioPolicy()));
    };
  }

  boolean isIdentity() {
    return input == output && scale == 1 && !mode.equals("tf_crop_and_resize");
  }

  /** The same axis as ONNX Runtime maps it, whose corners are those of the whole output pixels. */
  ResizeAxis inRuntime() {
    return mode.equals("align_corners")
        ? new ResizeAxis(mode, input, output, (double) output / input, cropStart, cropEnd)
        : this;
  }

  /** The input coordinate that output position {@code at} stands for. */
  double coordinate(int at) {
    double exactOutput = scale * input;
    return switch (mode) {
      case "half_pixel" -> (at + 0.5) / scale - 0.5;
      case "half_pixel_symmetric" ->
          input / 2.0 * (1 - output / exactOutput) + (at + 0.5) / scale - 0.5;
      case "pytorch_half_pixel" -> output > 1 ? (at + 0.5) / scale - 0.5 : 0;
      case "align_corners" -> output == 1 ? 0 : at * (input - 1.0) / (exactOutput - 1);
      case "asymmetric" -> at / scale;
      case "tf_half_pixel_for_nn" -> (at + 0.5) / scale;
      case "tf_crop_and_resize" ->
          output > 1
              ? (cropStart + at * (cropEnd - cropStart) / (output - 1)) * (input - 1)
              : 0.5 * (cropStart + cropEnd) * (input - 1);
      default ->
          throw new InvalidGraphException(
              "coordinate_transformation_mode '%s' is not defined".formatted(mode));
    };
  }

  /**
   * {@link #coordinate} in float32, as runtimes compute it: where it should be a whole number, a
   * rounding of the last bit tells which pixel is the nearest.
   */
  float roundedCoordinate(int at) {
    float scale32 = (float) scale;
    return switch (mode) {
      case "half_pixel" -> (at + 0.5f) / scale32 - 0.5f;
      case "pytorch_half_pixel" -> output > 1 ? (at + 0.5f) / scale32 - 0.5f : 0;
      case "half_pixel_symmetric" ->
          input / 2f * (1 - output / (scale32 * input)) + (at + 0.5f) / scale32 - 0.5f;
      case "asymmetric" -> at / scale32;
      case "tf_half_pixel_for_nn" -> (at + 0.5f) / scale32;
      default -> (float) coordinate(at);
    };
  }
}
