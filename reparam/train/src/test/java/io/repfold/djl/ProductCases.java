package io.repfold.djl;

import static io.repfold.djl.Cases.IMAGE;

import io.repfold.graph.Op;
import io.repfold.graph.WeightSource.Role;
import java.util.List;

/** Products of matrices. */
final class ProductCases {
  private ProductCases() {}

  static void addTo(Cases cases) {
    cases.add(
        "MatMul",
        (b, x) -> b.op("y", new Op.MatMul(), List.of(x, b.parameter("w", Role.LINEAR, 7, 3)), 0),
        IMAGE);
    cases.add(
        "MatMul from the left",
        (b, x) -> b.op("y", new Op.MatMul(), List.of(b.parameter("w", Role.LINEAR, 3, 5), x), 0),
        IMAGE);
    cases.add(
        "MatMul with itself",
        (b, x) ->
            b.op(
                "y",
                new Op.MatMul(),
                List.of(x, b.op("t", new Op.Transpose(List.of(0, 1, 3, 2)), List.of(x), 0)),
                0),
        IMAGE);
    cases.add("linear", (b, x) -> b.linear(b.flatten(x), 140, 3), IMAGE);
    cases.add(
        "Gemm",
        (b, x) ->
            b.op(
                "y",
                new Op.Gemm(0.5f, -2, true, false),
                List.of(x, b.parameter("w", Role.LINEAR, 5, 3), b.parameter("c", Role.BIAS, 4, 1)),
                0),
        5,
        4);
    cases.add(
        "Gemm without C",
        (b, x) ->
            b.op(
                "y",
                new Op.Gemm(1, 1, false, true),
                List.of(x, b.parameter("w", Role.LINEAR, 3, 4)),
                0),
        5,
        4);
  }
}
