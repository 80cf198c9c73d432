package io.repfold.fold;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Words for kernels. */
final class Kernels {
  private Kernels() {}

  /** Such as {@code 3x3 kernel of dilation 2}. */
  static String describe(Affine map) {
    Taps taps = map.taps();
    String size =
        IntStream.range(0, map.rank())
            .mapToObj(a -> "" + taps.extent(a))
            .collect(Collectors.joining("x"));
    int[] dilations =
        IntStream.range(0, map.rank()).filter(a -> taps.extent(a) > 1).map(taps::step).toArray();
    boolean equal = IntStream.of(dilations).distinct().count() <= 1;
    String dilation =
        IntStream.of(dilations)
            .limit(equal ? 1 : dilations.length)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining("x"));
    boolean dense = IntStream.of(dilations).allMatch(d -> d == 1);
    return size + " kernel" + (dense ? "" : " of dilation " + dilation);
  }
}
