package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The outputs of ops over images {@code [N, C, D...]} that are not modeled. */
final class OpaqueImageShapes {
  private OpaqueImageShapes() {}

  /**
   * A convolution of some kind.
   *
   * @param x the input with the image
   * @param weight the input with the kernel, {@code [O, I / groups, k...]}
   */
  static Optional<Shape> convolution(OpaqueNode node, int x, int weight) {
    Op conv = new Op.Conv(node.window(), Math.toIntExact(node.integer("group", 1)));
    return node.as(conv, x, weight);
  }

  static Optional<Shape> lpPool(OpaqueNode node) {
    List<Integer> kernel = node.integers("kernel_shape");
    boolean ceil = node.integer("ceil_mode", 0) != 0;
    return kernel.isEmpty()
        ? Optional.empty()
        : node.as(new Op.AveragePool(kernel, node.window(), ceil, false), 0);
  }

  /** One pooled image a region: {@code [regions, C, h, w]}. */
  static Optional<Shape> regions(OpaqueNode node, long height, long width) {
    Dim channels = node.shape(0, 4).map(x -> x.dim(1)).orElse(Dim.unknown());
    Dim regions = node.shape(1, 2).map(r -> r.dim(0)).orElse(Dim.unknown());
    return Optional.of(new Shape(List.of(regions, channels, Dim.of(height), Dim.of(width))));
  }

  static Optional<Shape> maxRoiPool(OpaqueNode node) {
    List<Integer> pooled = node.integers("pooled_shape");
    return pooled.size() == 2 ? regions(node, pooled.get(0), pooled.get(1)) : Optional.empty();
  }

  /** X {@code [N, C, D...]}, grid {@code [N, E..., axes]}: {@code [N, C, E...]}. */
  static Optional<Shape> gridSample(OpaqueNode node) {
    Optional<Shape> x = node.shape(0);
    Optional<Shape> grid = node.shape(1);
    if (x.isEmpty() || grid.isEmpty() || x.get().rank() != grid.get().rank()) {
      return Optional.empty();
    }
    List<Dim> dims = new ArrayList<>(x.get().dims().subList(0, 2));
    dims.addAll(grid.get().dims().subList(1, grid.get().rank() - 1));
    return Optional.of(new Shape(dims));
  }

  /** Sizes {@code [N, C, D...]}: {@code [N, D..., axes]}. */
  static Optional<Shape> affineGrid(OpaqueNode node) {
    return node.sizes(1)
        .filter(sizes -> sizes.size() == 4 || sizes.size() == 5)
        .map(
            sizes -> {
              List<Dim> dims = new ArrayList<>(List.of(sizes.get(0)));
              dims.addAll(sizes.subList(2, sizes.size()));
              dims.add(Dim.of(sizes.size() - 2L));
              return new Shape(dims);
            });
  }

  /** Columns {@code [N, C k, positions]} for a block of k pixels: {@code [N, C, D...]}. */
  static Optional<Shape> col2Im(OpaqueNode node) {
    Optional<Shape> x = node.shape(0, 3);
    Optional<List<Dim>> image = node.sizes(1);
    Optional<long[]> block = node.longs(2);
    if (x.isEmpty() || image.isEmpty() || block.isEmpty()) {
      return Optional.empty();
    }
    long pixels = Tensor.count(block.get());
    Dim channels =
        x.get().dim(1) instanceof Dim.Known known && pixels > 0 && known.size() % pixels == 0
            ? Dim.of(known.size() / pixels)
            : Dim.unknown();
    List<Dim> dims = new ArrayList<>(List.of(x.get().dim(0), channels));
    dims.addAll(image.get());
    return Optional.of(new Shape(dims));
  }

  /** The sizes that are wanted, on the axes that are named or on all. */
  static Optional<Shape> centerCropPad(OpaqueNode node) {
    Optional<Shape> x = node.shape(0);
    Optional<List<Dim>> sizes = node.sizes(1);
    if (x.isEmpty() || sizes.isEmpty()) {
      return Optional.empty();
    }
    List<Integer> named = node.integers("axes");
    List<Integer> axes = named.isEmpty() ? Composer.range(0, x.get().rank()) : named;
    if (axes.size() != sizes.get().size()) {
      return Optional.empty();
    }
    List<Dim> dims = new ArrayList<>(x.get().dims());
    for (int i = 0; i < axes.size(); i++) {
      dims.set(Layout.axis(axes.get(i), dims.size()), sizes.get().get(i));
    }
    return Optional.of(new Shape(dims));
  }
}
