package io.repfold.nets;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Cuts and zeros that make an image as large as another one, whatever that is. */
final class Sizes {
  private Sizes() {}

  /** Height and width. */
  static String of(GraphBuilder b, String x) {
    return b.op("size", new Op.ShapeOf(2, Optional.of(4)), List.of(x), 0);
  }

  /** The part of {@code x} from a row and a column on that is as large as {@code like}. */
  static String crop(GraphBuilder b, String name, String x, String like, int offset) {
    GraphBuilder own = b.scope(name);
    String end = of(own, like);
    if (offset > 0) {
      end = own.binary(Op.Binary.Function.ADD, end, longs(own, "offset", offset, offset));
    }
    return slice(b.named(name), x, longs(own, "starts", offset, offset), end);
  }

  /** Rows and columns from {@code start} to before {@code end}. */
  static String slice(GraphBuilder b, String x, String start, String end) {
    List<String> inputs = List.of(x, start, end, longs(b, "axes", 2, 3));
    return b.op("crop", new Op.Slice(Optional.empty()), inputs, b.channels(x));
  }

  /** So many channels from the first on. */
  static String channels(GraphBuilder b, String x, int first, int count) {
    List<String> inputs =
        List.of(x, longs(b, "first", first), longs(b, "end", first + count), longs(b, "axis", 1));
    return b.op("part", new Op.Slice(Optional.empty()), inputs, count);
  }

  /** Zeros behind the last row and column, until {@code x} is as large as {@code like}. */
  static String pad(GraphBuilder b, String x, String like) {
    String more = b.binary(Op.Binary.Function.SUB, of(b, like), of(b, x));
    String pads =
        b.op("pads", new Op.Concat(0), List.of(longs(b, "before", 0, 0, 0, 0, 0, 0), more), 0);
    Op pad = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
    return b.op("pad", pad, List.of(x, pads), b.channels(x));
  }

  static String longs(GraphBuilder b, String word, long... values) {
    return b.named("").initializer(word, Tensor.ofLongs(values, values.length));
  }
}
