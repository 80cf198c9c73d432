package io.repfold.djl;

import static io.repfold.djl.Cases.IMAGE;
import static io.repfold.djl.Cases.longs;
import static io.repfold.djl.Cases.scalar;

import io.repfold.graph.ElementType;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource.Role;
import io.repfold.graph.Window;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** A tensor that is learnt through one op, whose output is a factor of the image. */
final class ParameterCases {
  static final String PREFIX = "a parameter through ";

  private static final Window EVERY = Window.of(List.of(1, 1), List.of(), List.of(1, 1, 1, 1));

  private final Cases cases;

  private ParameterCases(Cases cases) {
    this.cases = cases;
  }

  /** Appends the op to the parameter. */
  private interface Through {
    String append(GraphBuilder b, String parameter);
  }

  static void addTo(Cases cases) {
    new ParameterCases(cases).add();
  }

  private void add(String op, Through through, long... dims) {
    cases.add(
        PREFIX + op,
        (b, x) ->
            binary(
                b, Op.Binary.Function.MUL, x, through.append(b, b.parameter("p", Role.BIAS, dims))),
        IMAGE);
  }

  private void add(String name, Op op, long... dims) {
    add(name, (b, p) -> b.op("f", op, List.of(p), 4), dims);
  }

  private void add() {
    add("LeakyRelu", new Op.LeakyRelu(0.1f), 4, 1, 1);
    add("Elu", new Op.Elu(0.7f), 4, 1, 1);
    add("HardSigmoid", new Op.HardSigmoid(0.2f, 0.5f), 4, 1, 1);
    add("Softmax", new Op.Softmax(0, false), 4, 1, 1);
    add("GlobalAveragePool", new Op.GlobalAveragePool(), 1, 4, 3, 5);
    add("AveragePool", new Op.AveragePool(List.of(3, 3), EVERY, false, true), 1, 4, 5, 7);
    add("MaxPool", new Op.MaxPool(List.of(3, 3), EVERY, false, false), 1, 4, 5, 7);
    add("Transpose", new Op.Transpose(List.of(1, 0, 2)), 1, 4, 1);
    for (Op.Unary.Function function :
        List.of(Op.Unary.Function.SIGMOID, Op.Unary.Function.TANH, Op.Unary.Function.HARD_SWISH)) {
      add(function.toString(), new Op.Unary(function), 4, 1, 1);
    }
    add(
        "Gather",
        (b, p) -> b.op("f", new Op.Gather(0), List.of(p, longs(b, 3, 0, 3, 1)), 4),
        5,
        1,
        1);
    add(
        "Clip",
        (b, p) ->
            b.op(
                "f",
                new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty()),
                List.of(p, scalar(b, -0.3f), scalar(b, 0.4f)),
                4),
        4,
        5,
        7);
    add("Resize", (b, p) -> b.resize(p, "linear", "half_pixel", 2.5f, 3.5f), 1, 4, 2, 2);
    add(
        "a Resize to the image",
        (b, p) -> b.resizeLike(p, "x", "nearest", "asymmetric"),
        1,
        4,
        2,
        3);
    add(
        "Cast and back",
        (b, p) -> cast(b, cast(b, p, ElementType.DOUBLE), ElementType.FLOAT),
        4,
        1,
        1);
    add(
        "the exponent of Pow",
        (b, p) -> binary(b, Op.Binary.Function.POW, scalar(b, 1.7f), p),
        4,
        1,
        1);
    add(
        "the base of Pow",
        (b, p) ->
            binary(
                b,
                Op.Binary.Function.POW,
                b.op("s", new Op.Unary(Op.Unary.Function.EXP), List.of(p), 4),
                scalar(b, 1.7f)),
        4,
        1,
        1);
    add(
        "Where",
        (b, p) ->
            b.op(
                "f",
                new Op.Where(),
                List.of(
                    b.constant(
                        Tensor.ofDoubles(ElementType.BOOL, new double[] {1, 0, 0, 1}, 4, 1, 1)),
                    p,
                    scalar(b, 2)),
                4),
        4,
        1,
        1);
    add(
        "Pad",
        (b, p) ->
            b.op(
                "f",
                new Op.Pad(Op.Pad.Mode.EDGE, Optional.empty(), OptionalDouble.empty()),
                List.of(p, longs(b, 1, 0, 0, 1, 0, 0)),
                4),
        2,
        1,
        1);
  }

  private static String cast(GraphBuilder b, String x, ElementType to) {
    return b.op("cast", new Op.Cast(to), List.of(x), 4);
  }

  private static String binary(GraphBuilder b, Op.Binary.Function function, String x, String y) {
    return b.op("product", new Op.Binary(function), List.of(x, y), 4);
  }
}
