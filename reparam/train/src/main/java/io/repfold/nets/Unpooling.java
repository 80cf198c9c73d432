package io.repfold.nets;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the maxima of 2 x 2 pixels are, to put other values there later, between zeros (Zeiler and
 * Fergus, ECCV 2014, arXiv:1311.2901; ONNX {@code MaxUnpool}). Of equal maxima, the first of a row
 * and then of the upper row counts, as in PyTorch.
 *
 * <p>It is made of slices and comparisons and not of {@code MaxUnpool}, which TensorRT has not.
 *
 * @param pooled the map whose maxima they are, {@code [N, C, H, W]}
 * @param places for each pixel of a 2 x 2 whether the maximum is there, {@code [N, C, H/2, W/2]}
 */
record Unpooling(String pooled, List<String> places) {
  private static final int SIDE = 2;

  Unpooling {
    places = List.copyOf(places);
  }

  /**
   * Remembers the maxima; an odd last row or column has none. A map that is smaller than 2 x 2 is
   * refused by every runtime: where one pools it nevertheless, its pixels make no block.
   */
  static Unpooling of(Layers layers, String x) {
    Layers l = layers.in("places");
    GraphBuilder b = l.graph();
    String maxima = l.halve(x, false);
    String two = Sizes.longs(b, "two", SIDE, SIDE);
    String end = b.binary(Op.Binary.Function.MUL, Sizes.of(b, maxima), two);
    String whole = Sizes.slice(b, x, Sizes.longs(b, "start", 0, 0), end);
    String pixels = b.op("pixels", new Op.SpaceToDepth(SIDE), List.of(whole), 0);
    List<String> places = new ArrayList<>();
    String before = "";
    for (int i = 0; i < SIDE * SIDE; i++) {
      String pixel = Sizes.channels(b, pixels, i * b.channels(x), b.channels(x));
      String largest = b.binary(Op.Binary.Function.EQUAL, pixel, maxima);
      if (before.isEmpty()) {
        before = largest;
        places.add(largest);
      } else {
        String free = b.unary(Op.Unary.Function.NOT, before);
        places.add(b.binary(Op.Binary.Function.AND, largest, free));
        before = b.binary(Op.Binary.Function.OR, before, largest);
      }
    }
    return new Unpooling(x, places);
  }

  /**
   * Values at the places, and zeros.
   *
   * @param values {@code [N, C, H/2, W/2]}
   * @return {@code [N, C, H, W]}
   */
  String append(Layers layers, String values) {
    GraphBuilder b = layers.in("unpool").graph();
    String zero = b.constant(Tensor.ofFloats(new float[] {0}));
    List<String> parts = new ArrayList<>();
    for (String place : places) {
      parts.add(b.op("place", new Op.Where(), List.of(place, values, zero), b.channels(values)));
    }
    Op spread = new Op.DepthToSpace(SIDE, false);
    String spaced = b.op("spread", spread, List.of(b.concat(parts)), b.channels(values));
    return Sizes.pad(b, spaced, pooled);
  }
}
