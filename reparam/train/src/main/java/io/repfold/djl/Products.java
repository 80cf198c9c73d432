package io.repfold.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.graph.Op;

/** Matrix products. */
final class Products {
  private Products() {}

  /** Operands: A, B, optional C. */
  static Step gemm(Op.Gemm op, long[] a, int rankOfC) {
    boolean plain =
        op.alpha() == 1 && op.beta() == 1 && !op.transA() && op.transB() && a.length == 2;
    if (plain && rankOfC == 1) {
      return Step.single((in, training) -> JniUtils.linear(in[0], in[1], in[2]));
    }
    return Step.single((in, training) -> general(op, in));
  }

  private static PtNDArray general(Op.Gemm op, PtNDArray[] in) {
    PtNDArray a = in[0];
    PtNDArray y;
    try (PtNDArray left = op.transA() ? JniUtils.transpose(a, 0, 1) : view(a, a);
        PtNDArray right = view(a, in[1]);
        PtNDArray turned = op.transB() ? JniUtils.transpose(right, 0, 1) : view(a, right)) {
      y = JniUtils.matmul(left, turned);
    }
    if (op.alpha() != 1) {
      y = PassArrays.replaced(y, scaled(y, op.alpha()));
    }
    if (in.length > 2) {
      try (PtNDArray c = view(a, in[2]);
          PtNDArray addend = op.beta() == 1 ? view(a, c) : scaled(c, op.beta())) {
        y = PassArrays.replaced(y, JniUtils.add(y, addend));
      }
    }
    return y;
  }

  private static PtNDArray view(PtNDArray beside, PtNDArray x) {
    return PassArrays.reshape(beside, x, x.getShape().getShape());
  }

  private static PtNDArray scaled(PtNDArray x, float factor) {
    try (PtNDArray scale = (PtNDArray) Scalars.of(x, factor)) {
      return JniUtils.mul(x, scale);
    }
  }
}
