package io.repfold.djl;

import static io.repfold.djl.Cases.IMAGE;
import static io.repfold.djl.Cases.longs;

import io.repfold.graph.ElementType;
import io.repfold.graph.Op;
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
}
