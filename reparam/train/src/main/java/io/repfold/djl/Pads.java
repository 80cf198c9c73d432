package io.repfold.djl;

import io.repfold.graph.SlidingWindow;
import java.util.Arrays;

/**
 * A window's padding, split into what the engine's symmetric padding can do and the rest.
 *
 * @param common elements on both sides of each spatial axis
 * @param rest elements beyond that, in the engine's order: begin and end of the last axis first;
 *     negative ones cut
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Pads(long[] common, long[] rest) {

  /** Padding whose grid the engine, which rounds down, counts as the window does. */
  static Pads of(SlidingWindow window) {
    int axes = window.image().length;
    long[] explicit = explicit(window);
    long[] common = new long[axes];
    long[] rest = new long[2 * axes];
    for (int i = 0; i < axes; i++) {
      long begin = window.padBegin()[i];
      long end = explicit[2 * (axes - 1 - i) + 1];
      boolean endIsFree = positions(window, i, 2 * begin) == window.grid()[i];
      common[i] = endIsFree ? begin : Math.max(0, Math.min(begin, end));
      if (!endIsFree) {
        rest[2 * (axes - 1 - i)] = begin - common[i];
        rest[2 * (axes - 1 - i) + 1] = end - common[i];
      }
    }
    return new Pads(common, rest);
  }

  /** All of the padding as explicit elements: as many as the grid reads, neither more nor fewer. */
  static long[] explicit(SlidingWindow window) {
    int axes = window.image().length;
    long[] pads = new long[2 * axes];
    for (int i = 0; i < axes; i++) {
      long read = (window.grid()[i] - 1L) * window.stride()[i] + reach(window, i);
      pads[2 * (axes - 1 - i)] = window.padBegin()[i];
      pads[2 * (axes - 1 - i) + 1] = read - window.image()[i] - window.padBegin()[i];
    }
    return pads;
  }

  static long reach(SlidingWindow window, int axis) {
    return (window.kernel()[axis] - 1L) * window.dilation()[axis] + 1;
  }

  /** How many positions the engine finds with so much padding in all. */
  private static long positions(SlidingWindow window, int axis, long padding) {
    long room = window.image()[axis] + padding - reach(window, axis);
    return Math.floorDiv(room, window.stride()[axis]) + 1;
  }

  boolean hasRest() {
    return !isNone(rest);
  }

  static boolean isNone(long[] pads) {
    return Arrays.stream(pads).allMatch(p -> p == 0);
  }

  static int[] spatial(long[] dims) {
    Check.that(
        dims.length >= 3 && dims.length <= 5,
        "expected [N, C, D1, ...] with one to three spatial axes, got %s",
        Arrays.toString(dims));
    return HostArrays.ints(Arrays.copyOfRange(dims, 2, dims.length));
  }
}
