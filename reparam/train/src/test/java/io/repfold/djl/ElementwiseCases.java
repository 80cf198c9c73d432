package io.repfold.djl;

import static io.repfold.djl.Cases.IMAGE;
import static io.repfold.djl.Cases.scalar;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource.Role;
import java.util.List;
import java.util.OptionalDouble;

/** Arithmetic and activations, element by element. */
final class ElementwiseCases {
  private ElementwiseCases() {}

  static void addTo(Cases cases) {
    for (Op.Unary.Function f : Op.Unary.Function.values()) {
      boolean positive =
          f == Op.Unary.Function.LOG
              || f == Op.Unary.Function.SQRT
              || f == Op.Unary.Function.RECIPROCAL;
      // What came later is among the OpaqueCases, which have an opset each.
      if (f != Op.Unary.Function.NOT && f.since() <= Graph.Builder.DEFAULT_OPSET) {
        cases.add(
            f.type(),
            (b, x) -> b.unary(f, positive ? b.unary(Op.Unary.Function.EXP, x) : x),
            IMAGE);
      }
    }
    for (Op.Binary.Function f :
        List.of(
            Op.Binary.Function.ADD,
            Op.Binary.Function.SUB,
            Op.Binary.Function.MUL,
            Op.Binary.Function.DIV)) {
      cases.add(
          f.type() + " a learnt value",
          (b, x) -> b.binary(f, x, b.parameter("p", Role.VARIANCE, 4, 1, 1)),
          IMAGE);
      cases.add(
          f.type() + " to a learnt value",
          (b, x) ->
              b.op(
                  "y",
                  new Op.Binary(f),
                  List.of(
                      b.parameter("p", Role.VARIANCE, 4, 1, 1), b.unary(Op.Unary.Function.EXP, x)),
                  4),
          IMAGE);
    }
    cases.add("Pow", (b, x) -> b.binary(Op.Binary.Function.POW, x, scalar(b, 2)), IMAGE);
    for (Op.Variadic.Function f : Op.Variadic.Function.values()) {
      cases.add(
          f.type(),
          (b, x) -> {
            String p = b.parameter("p", Role.BIAS, 7);
            return b.op(
                "y", new Op.Variadic(f), List.of(x, p, b.parameter("q", Role.BIAS, 4, 1, 1)), 4);
          },
          IMAGE);
    }
    cases.add(
        "Sum of one",
        (b, x) -> b.op("y", new Op.Variadic(Op.Variadic.Function.SUM), List.of(x), 4),
        IMAGE);
    cases.add("LeakyRelu", (b, x) -> b.op("y", new Op.LeakyRelu(0.1f), List.of(x), 4), IMAGE);
    cases.add("Elu", (b, x) -> b.op("y", new Op.Elu(0.7f), List.of(x), 4), IMAGE);
    cases.add(
        "PRelu",
        (b, x) -> b.op("y", new Op.PRelu(), List.of(x, b.parameter("p", Role.GAMMA, 4, 1, 1)), 4),
        IMAGE);
    cases.add(
        "HardSigmoid", (b, x) -> b.op("y", new Op.HardSigmoid(0.3f, 0.4f), List.of(x), 4), IMAGE);
    OptionalDouble none = OptionalDouble.empty();
    cases.add(
        "Clip",
        (b, x) ->
            b.op("y", new Op.Clip(none, none), List.of(x, scalar(b, -0.5f), scalar(b, 0.8f)), 4),
        IMAGE);
    cases.add(
        "Clip above",
        (b, x) -> b.op("y", new Op.Clip(none, none), List.of(x, "", scalar(b, 0.8f)), 4),
        IMAGE);
    cases.add("Softmax", (b, x) -> b.op("y", new Op.Softmax(1, false), List.of(x), 4), IMAGE);
    cases.add(
        "Softmax of columns", (b, x) -> b.op("y", new Op.Softmax(-1, false), List.of(x), 4), IMAGE);
    cases.add(
        "Where",
        (b, x) -> {
          String bound = b.constant(Tensor.ofFloats(new float[] {-1, 0, 0.2f, 1}, 4, 1, 1));
          String less = b.op("less", new Op.Binary(Op.Binary.Function.LESS), List.of(x, bound), 4);
          String more =
              b.op(
                  "more", new Op.Binary(Op.Binary.Function.GREATER_OR_EQUAL), List.of(x, bound), 4);
          String not = b.op("not", new Op.Unary(Op.Unary.Function.NOT), List.of(more), 4);
          String both = b.op("both", new Op.Binary(Op.Binary.Function.AND), List.of(less, not), 4);
          return b.op("y", new Op.Where(), List.of(both, x, b.parameter("p", Role.BIAS, 7)), 4);
        },
        IMAGE);
    cases.add(
        "Dropout",
        (b, x) -> b.op("y", new Op.Dropout(none), List.of(x, scalar(b, 0.5f)), 4),
        IMAGE);
    cases.add(
        "Cast",
        (b, x) -> {
          String whole = b.op("whole", new Op.Cast(ElementType.INT64), List.of(x), 4);
          String two = b.constant(Tensor.ofLongs(new long[] {2}, 1));
          String half = b.op("half", new Op.Binary(Op.Binary.Function.DIV), List.of(whole, two), 4);
          return b.op("y", new Op.Cast(ElementType.FLOAT), List.of(half), 4);
        },
        IMAGE);
  }
}
