package io.repfold.graph;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * The two matrices of an adaptive average pooling, {@code pooled = R x C}, computed from the
 * image's size as the graph runs.
 *
 * <p>Region {@code i} of an axis of {@code n} pixels holds the pixels {@code p} with
 *
 * <pre>
 *   floor(i n / bins) &lt;= p &lt; ceil((i + 1) n / bins)
 * </pre>
 *
 * <p>and each of them has the weight 1 / count. Integers are divided towards 0, so that no rounding
 * of a quotient moves a region.
 *
 * @param b names what is made here
 * @param x {@code [N, C, H, W]}
 * @param bins at least 1
 */
record AdaptivePooling(GraphBuilder b, String x, int bins) {
  /** {@code [bins, H]}, for the left of {@code x}. */
  String rowsMatrix() {
    return new Axis(b.scope("rows"), 2).matrix();
  }

  /** {@code [W, bins]}, for the right of {@code x}. */
  String columnsMatrix() {
    return new Axis(b.scope("columns"), 3).matrix();
  }

  private final class Axis {
    private final GraphBuilder scope;
    private final int axis;
    private final String size;

    Axis(GraphBuilder scope, int axis) {
      this.scope = scope;
      this.axis = axis;
      this.size = node("size", new Op.ShapeOf(axis, Optional.of(axis + 1)), x);
    }

    String matrix() {
      String starts = divided("starts", product("reach", 0));
      String sum = node("sum", add(), product("next", 1), longs("round_up", bins - 1));
      String ends = divided("ends", sum);
      String pixels = pixels();
      String from = node("from", binary(Op.Binary.Function.GREATER_OR_EQUAL), pixels, starts);
      String before = node("before", binary(Op.Binary.Function.LESS), pixels, ends);
      String inside = node("inside", binary(Op.Binary.Function.AND), from, before);
      String count = node("count", binary(Op.Binary.Function.SUB), ends, starts);
      Op real = new Op.Cast(scope.type());
      return node(
          "weights",
          binary(Op.Binary.Function.DIV),
          node("members", real, inside),
          node("divisors", real, count));
    }

    /** {@code [n]} for rows, {@code [n, 1]} for columns. */
    private String pixels() {
      String zero = longs("zero", 0);
      String end = node("end", new Op.Squeeze(Optional.empty()), size, zero);
      String first = scope.initializer("first", Tensor.ofLongs(new long[] {0}));
      String step = scope.initializer("step", Tensor.ofLongs(new long[] {1}));
      String range = node("pixels", new Op.Range(), first, end, step);
      return axis == 2
          ? range
          : node("column", new Op.Unsqueeze(Optional.empty()), range, longs("last", 1));
    }

    /** {@code (i + shift) n} for each region, {@code [bins, 1]} for rows, else {@code [bins]}. */
    private String product(String word, int shift) {
      long[] indices = LongStream.range(shift, shift + (long) bins).toArray();
      Tensor tensor = axis == 2 ? Tensor.ofLongs(indices, bins, 1) : Tensor.ofLongs(indices, bins);
      String regions = scope.initializer(word + "_regions", tensor);
      return node(word, binary(Op.Binary.Function.MUL), regions, size);
    }

    private String divided(String word, String value) {
      return node(word, binary(Op.Binary.Function.DIV), value, longs(word + "_bins", bins));
    }

    private Op add() {
      return binary(Op.Binary.Function.ADD);
    }

    private Op binary(Op.Binary.Function function) {
      return new Op.Binary(function);
    }

    private String longs(String word, long value) {
      return scope.initializer(word, Tensor.ofLongs(new long[] {value}, 1));
    }

    private String node(String word, Op op, String... inputs) {
      return scope.op(word, op, List.of(inputs), GraphParts.UNKNOWN);
    }
  }
}
