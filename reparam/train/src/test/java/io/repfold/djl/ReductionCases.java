package io.repfold.djl;

import static io.repfold.djl.Cases.IMAGE;
import static io.repfold.djl.Cases.longs;

import io.repfold.graph.ElementType;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.List;
import java.util.Optional;

/** Reductions along axes. */
final class ReductionCases {
  private ReductionCases() {}

  static void addTo(Cases cases) {
    for (Op.Reduce.Function f : Op.Reduce.Function.values()) {
      for (boolean keeps : new boolean[] {false, true}) {
        boolean attribute = f != Op.Reduce.Function.SUM;
        Op op =
            new Op.Reduce(
                f, attribute ? Optional.of(List.of(1, -1)) : Optional.empty(), keeps, false);
        cases.add(
            f.type() + " keeps " + keeps,
            (b, x) -> b.op("y", op, attribute ? List.of(x) : List.of(x, longs(b, 1, -1)), 0),
            IMAGE);
      }
    }
    Op all = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.empty(), true, false);
    cases.add("ReduceMean of all", (b, x) -> b.op("y", all, List.of(x), 0), IMAGE);
    cases.add("BatchNormalization by the batch", ReductionCases::normalized, IMAGE);
    for (boolean last : new boolean[] {false, true}) {
      cases.add(
          "ArgMax, last " + last,
          (b, x) -> {
            String sign = b.op("sign", new Op.Cast(ElementType.INT32), List.of(x), 4);
            String flat = b.op("flat", new Op.Cast(ElementType.FLOAT), List.of(sign), 4);
            String at = b.op("at", new Op.ArgMax(1, true, last), List.of(flat), 1);
            return b.op("y", new Op.Cast(ElementType.FLOAT), List.of(at), 1);
          },
          IMAGE);
    }
  }

  /** With statistics that the graph computes itself. */
  private static String normalized(GraphBuilder b, String x) {
    Op mean = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(0, 2, 3)), false, false);
    String center = b.op("mean", mean, List.of(x), 4);
    String square = b.op("square", new Op.Binary(Op.Binary.Function.MUL), List.of(x, x), 4);
    String variance = b.op("variance", mean, List.of(square), 4);
    String scale = b.initializer("scale", Tensor.ofFloats(new float[] {1, 2, -1, 0.5f}, 4));
    String shift = b.initializer("shift", Tensor.ofFloats(new float[] {0, 1, -2, 3}, 4));
    Op norm = new Op.BatchNormalization(1e-2f, 0.9f, false);
    return b.op("y", norm, List.of(x, scale, shift, center, variance), 4);
  }
}
