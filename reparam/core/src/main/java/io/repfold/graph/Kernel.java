package io.repfold.graph;

import java.util.List;
import java.util.Optional;

/**
 * The geometry of a two-dimensional convolution or pooling. Lists hold height, then width.
 *
 * @param size number of taps, at least 1
 * @param strides in pixels, at least 1
 * @param dilations distance of neighboring taps in pixels, at least 1
 * @param explicitPads top, left, bottom, right in pixels, none negative; empty for the pads under
 *     which the center tap of the first output lies on the first pixel and a stride of 1 keeps the
 *     image's size
 */
public record Kernel(
    List<Integer> size,
    List<Integer> strides,
    List<Integer> dilations,
    Optional<List<Integer>> explicitPads) {
  public Kernel {
    size = atLeastOne("kernel size", size);
    strides = atLeastOne("strides", strides);
    dilations = atLeastOne("dilations", dilations);
    explicitPads = explicitPads.map(List::copyOf);
    explicitPads.ifPresent(
        p ->
            Check.that(
                p.size() == 4 && p.stream().allMatch(v -> v >= 0),
                "pads must be top, left, bottom, right and not negative, got %s",
                p));
  }

  private static List<Integer> atLeastOne(String what, List<Integer> values) {
    Check.that(
        values.size() == 2 && values.stream().allMatch(v -> v >= 1),
        "%s must be height and width, each at least 1, got %s",
        what,
        values);
    return List.copyOf(values);
  }

  /** A square kernel of stride 1 and dilation 1 that keeps the image's size. */
  public static Kernel of(int size) {
    return of(size, size);
  }

  /** A kernel of stride 1 and dilation 1 that keeps the image's size. */
  public static Kernel of(int height, int width) {
    return new Kernel(List.of(height, width), List.of(1, 1), List.of(1, 1), Optional.empty());
  }

  public Kernel withStride(int stride) {
    return withStride(stride, stride);
  }

  public Kernel withStride(int vertical, int horizontal) {
    return new Kernel(size, List.of(vertical, horizontal), dilations, explicitPads);
  }

  public Kernel withDilation(int dilation) {
    return withDilation(dilation, dilation);
  }

  public Kernel withDilation(int vertical, int horizontal) {
    return new Kernel(size, strides, List.of(vertical, horizontal), explicitPads);
  }

  public Kernel withPads(int top, int left, int bottom, int right) {
    return new Kernel(size, strides, dilations, Optional.of(List.of(top, left, bottom, right)));
  }

  public Kernel withoutPads() {
    return withPads(0, 0, 0, 0);
  }

  public int height() {
    return size.get(0);
  }

  public int width() {
    return size.get(1);
  }

  /** Number of taps along an axis: 0 for height, 1 for width. */
  public int taps(int axis) {
    return size.get(axis);
  }

  public int stride(int axis) {
    return strides.get(axis);
  }

  public int dilation(int axis) {
    return dilations.get(axis);
  }

  /** Index of the center tap; of the two middle ones of an even kernel, the first. */
  public int center(int axis) {
    return (taps(axis) - 1) / 2;
  }

  /** Distance of the last tap from the first, in pixels. */
  public int reach(int axis) {
    return Math.multiplyExact(dilation(axis), taps(axis) - 1);
  }

  public int padBegin(int axis) {
    return explicitPads.map(p -> p.get(axis)).orElse(dilation(axis) * center(axis));
  }

  public int padEnd(int axis) {
    return explicitPads
        .map(p -> p.get(2 + axis))
        .orElse(dilation(axis) * (taps(axis) - 1 - center(axis)));
  }

  /** Top, left, bottom, right, which is also the order of ONNX. */
  public List<Integer> pads() {
    return List.of(padBegin(0), padBegin(1), padEnd(0), padEnd(1));
  }

  /** Number of outputs along an axis for {@code input} pixels; 0 or less if there are none. */
  public int outputs(int axis, int input) {
    int room = input + padBegin(axis) + padEnd(axis) - reach(axis) - 1;
    return Math.floorDiv(room, stride(axis)) + 1;
  }

  public Window window() {
    return Window.of(strides, dilations, pads());
  }

  @Override
  public String toString() {
    return "%dx%d stride %s dilation %s pads %s"
        .formatted(height(), width(), strides, dilations, pads());
  }
}
