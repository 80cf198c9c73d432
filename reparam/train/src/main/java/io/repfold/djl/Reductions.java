package io.repfold.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.graph.Op;
import java.util.Arrays;

/** Reductions over axes. */
final class Reductions {
  private Reductions() {}

  /**
   * @param axes empty for all, unless the op says that this means none
   */
  static Step of(Op.Reduce op, long[] x, long[] axes) {
    if (axes.length == 0 && op.noopWithoutAxes()) {
      return Movements.reshape(x);
    }
    boolean[] reduced = new boolean[x.length];
    Arrays.fill(reduced, axes.length == 0);
    for (long axis : axes) {
      reduced[Movements.axis(axis, x.length)] = true;
    }
    long[] which =
        java.util.stream.IntStream.range(0, x.length)
            .filter(i -> reduced[i])
            .asLongStream()
            .toArray();
    if (which.length == 0) {
      return Movements.reshape(x);
    }
    long count = Arrays.stream(which).map(i -> x[(int) i]).reduce(1, Math::multiplyExact);
    return Step.single((in, training) -> reduced(op, in[0], which, count));
  }

  private static PtNDArray reduced(Op.Reduce op, PtNDArray x, long[] axes, long count) {
    return switch (op.function()) {
      case SUM -> JniUtils.sum(x, axes, op.keepsDims());
      case MEAN -> {
        try (PtNDArray sum = JniUtils.sum(x, axes, op.keepsDims());
            PtNDArray divisor = (PtNDArray) Scalars.of(x, (float) count)) {
          yield JniUtils.div(sum, divisor);
        }
      }
      case MAX, MIN, PROD -> oneByOne(op, x, axes);
    };
  }

  private static PtNDArray oneByOne(Op.Reduce op, PtNDArray x, long[] axes) {
    PtNDArray y = x;
    for (int i = axes.length - 1; i >= 0; i--) {
      PtNDArray next =
          switch (op.function()) {
            case MAX -> JniUtils.max(y, axes[i], op.keepsDims());
            case MIN -> JniUtils.min(y, axes[i], op.keepsDims());
            default -> JniUtils.prod(y, axes[i], op.keepsDims());
          };
      if (i < axes.length - 1) {
        y.close();
      }
      y = next;
    }
    return y;
  }

  static Step argMax(Op.ArgMax op, long[] x) {
    int axis = Movements.axis(op.axis(), x.length);
    if (!op.selectsLast()) {
      return Step.single((in, training) -> JniUtils.argMax(in[0], axis, op.keepsDims()));
    }
    return Step.single(
        (in, training) -> {
          try (PtNDArray flipped = JniUtils.flip(in[0], new long[] {axis});
              PtNDArray last = (PtNDArray) in[0].getManager().create(x[axis] - 1);
              PtNDArray first = JniUtils.argMax(flipped, axis, op.keepsDims());
              PtNDArray back = JniUtils.sub(first, last)) {
            return JniUtils.neg(back);
          }
        });
  }

  /** Softmax; up to opset 12 over all axes from one on. */
  static Step softmax(Op.Softmax op, long[] x) {
    if (!op.flattens()) {
      int axis = Movements.axis(op.axis(), x.length);
      return Step.single((in, training) -> JniUtils.softmax(in[0], axis, in[0].getDataType()));
    }
    long[] rows = Movements.flattened(x, op.axis());
    return Step.single(
        (in, training) -> {
          try (PtNDArray flat = JniUtils.reshape(in[0], rows);
              PtNDArray y = JniUtils.softmax(flat, 1, flat.getDataType())) {
            return JniUtils.reshape(y, x);
          }
        });
  }
}
