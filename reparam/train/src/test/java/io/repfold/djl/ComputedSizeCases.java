package io.repfold.djl;

import static io.repfold.djl.Cases.IMAGE;
import static io.repfold.djl.Cases.longs;

import io.repfold.graph.ElementType;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.List;
import java.util.Optional;

/** What is computed from the image's size, such as the matrix of an adaptive pooling. */
final class ComputedSizeCases {
  private ComputedSizeCases() {}

  static void addTo(Cases cases) {
    cases.add(
        "a pooling matrix from the width",
        (b, x) -> {
          String shape = b.op("shape", new Op.ShapeOf(0, Optional.empty()), List.of(x), 0);
          String width =
              b.op(
                  "width",
                  new Op.Gather(0),
                  List.of(shape, b.initializer("three", Tensor.ofLongs(new long[] {3}))),
                  0);
          String zero = b.initializer("zero", Tensor.ofLongs(new long[] {0}));
          String one = b.initializer("one", Tensor.ofLongs(new long[] {1}));
          String range = b.op("range", new Op.Range(), List.of(zero, width, one), 0);
          String real = b.op("real", new Op.Cast(ElementType.FLOAT), List.of(range), 0);
          String column =
              b.op("column", new Op.Unsqueeze(Optional.empty()), List.of(real, longs(b, 1)), 0);
          String bins = b.initializer("bins", Tensor.ofFloats(new float[] {1, 3.5f}, 1, 2));
          String inside =
              b.op("inside", new Op.Binary(Op.Binary.Function.LESS), List.of(column, bins), 0);
          String ones = b.op("ones", new Op.Cast(ElementType.FLOAT), List.of(inside), 0);
          String matrix =
              b.op("matrix", new Op.Binary(Op.Binary.Function.DIV), List.of(ones, bins), 0);
          return b.op("y", new Op.MatMul(), List.of(x, matrix), 0);
        },
        IMAGE);
    cases.add(
        "a constant of the image's shape",
        (b, x) -> {
          String shape = b.op("shape", new Op.ShapeOf(0, Optional.empty()), List.of(x), 0);
          String ones =
              b.op(
                  "ones",
                  new Op.ConstantOfShape(Tensor.ofFloats(new float[] {1}, 1)),
                  List.of(shape),
                  0);
          String size = b.op("size", new Op.Size(), List.of(x), 0);
          String count = b.op("count", new Op.Cast(ElementType.FLOAT), List.of(size), 0);
          String part =
              b.op("part", new Op.Binary(Op.Binary.Function.DIV), List.of(ones, count), 0);
          return b.binary(Op.Binary.Function.ADD, x, part);
        },
        IMAGE);
  }
}
