package io.repfold.graph;

import java.util.List;

/**
 * How a convolution or pooling slides over the spatial axes of {@code [N, C, D1, D2, ...]}.
 *
 * <p>Lists hold one entry a spatial axis, or are empty for ONNX's default (stride 1, dilation 1, no
 * padding).
 *
 * @param autoPad ONNX {@code auto_pad}; pads count only if it is {@link AutoPad#NOTSET}
 * @param strides in elements, at least 1
 * @param dilations in elements, at least 1
 * @param pads in elements: the begins of all axes, then the ends of all axes, as in ONNX
 */
public record Window(
    AutoPad autoPad, List<Integer> strides, List<Integer> dilations, List<Integer> pads) {
  /** ONNX {@code auto_pad}. */
  public enum AutoPad {
    NOTSET,
    SAME_UPPER,
    SAME_LOWER,
    VALID
  }

  public static final Window DEFAULT = new Window(AutoPad.NOTSET, List.of(), List.of(), List.of());

  public Window {
    strides = List.copyOf(strides);
    dilations = List.copyOf(dilations);
    pads = List.copyOf(pads);
    Check.that(pads.size() % 2 == 0, "pads must hold begins and ends, got %s", pads);
    Check.that(
        strides.stream().allMatch(s -> s >= 1), "strides must be at least 1, got %s", strides);
    Check.that(
        dilations.stream().allMatch(d -> d >= 1),
        "dilations must be at least 1, got %s",
        dilations);
  }

  /** A window with explicit geometry; pads as in ONNX, all begins and then all ends. */
  public static Window of(List<Integer> strides, List<Integer> dilations, List<Integer> pads) {
    return new Window(AutoPad.NOTSET, strides, dilations, pads);
  }

  public int stride(int axis) {
    return strides.isEmpty() ? 1 : strides.get(axis);
  }

  public int dilation(int axis) {
    return dilations.isEmpty() ? 1 : dilations.get(axis);
  }

  /** Explicit padding before the axis; 0 unless {@link AutoPad#NOTSET}. */
  public int padBegin(int axis) {
    return pads.isEmpty() || autoPad != AutoPad.NOTSET ? 0 : pads.get(axis);
  }

  /** Explicit padding after the axis; 0 unless {@link AutoPad#NOTSET}. */
  public int padEnd(int axis) {
    return pads.isEmpty() || autoPad != AutoPad.NOTSET ? 0 : pads.get(pads.size() / 2 + axis);
  }
}
