package io.repfold.nets;

import java.util.ArrayList;
import java.util.List;

/**
 * The pyramid of means over 1, 4, 9 and 36 regions of a feature map (Zhao et al., CVPR 2017,
 * arXiv:1612.01105), each reduced and resized to the map's size and joined to it.
 *
 * @param bins regions along each axis, in the order in which the levels are joined
 * @param mapFirst whether the map itself is before its levels, and not behind them
 * @param biased whether the reducing convolutions have biases
 */
record Pyramid(List<Integer> bins, boolean mapFirst, boolean biased, boolean alignsCorners) {
  static final Pyramid PUBLISHED = new Pyramid(List.of(1, 2, 3, 6), true, false, true);

  Pyramid withBins(List<Integer> other) {
    return new Pyramid(other, mapFirst, biased, alignsCorners);
  }

  Pyramid withAlignedCorners(boolean aligns) {
    return new Pyramid(bins, mapFirst, biased, aligns);
  }

  /**
   * @param width channels of each level
   * @return the map and its levels, along the channels
   */
  String append(Layers l, String x, int width) {
    List<String> levels = new ArrayList<>();
    if (mapFirst) {
      levels.add(x);
    }
    for (int bin : bins) {
      Layers level = l.in("bin" + bin);
      String pooled = level.graph().named("pool").adaptiveAveragePool(x, bin);
      String reduced = level.active(pooled, Conv.of(width, 1).withBias(biased));
      levels.add(level.resize(reduced, x, alignsCorners));
    }
    if (!mapFirst) {
      levels.add(x);
    }
    return l.graph().concat(levels);
  }
}
