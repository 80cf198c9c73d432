package io.repfold.djl;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.graph.Op;

/** Functions of single elements. */
final class Elementwise {
  private Elementwise() {}

  static PtNDArray unary(Op.Unary.Function function, PtNDArray x) {
    return switch (function) {
      case RELU -> JniUtils.relu(x);
      case SIGMOID -> JniUtils.sigmoid(x);
      case HARD_SWISH -> hardSwish(x);
      case MISH -> mish(x);
      case NEG -> JniUtils.neg(x);
      case ABS -> JniUtils.abs(x);
      case EXP -> JniUtils.exp(x);
      case LOG -> JniUtils.log(x);
      case SQRT -> JniUtils.sqrt(x);
      case RECIPROCAL -> reciprocal(x);
      case TANH -> JniUtils.tanh(x);
      case ERF -> JniUtils.erf(x);
      case FLOOR -> JniUtils.floor(x);
      case CEIL -> JniUtils.ceil(x);
      case SOFTPLUS -> JniUtils.softPlus(x);
      case SOFTSIGN -> JniUtils.softSign(x);
      case NOT -> JniUtils.logicalNot(x);
    };
  }

  private static PtNDArray hardSwish(PtNDArray x) {
    try (PtNDArray gate = hardSigmoid(x, 1f / 6, 0.5f)) {
      return JniUtils.mul(x, gate);
    }
  }

  /** {@code x tanh(softplus(x))}. */
  private static PtNDArray mish(PtNDArray x) {
    try (PtNDArray softplus = JniUtils.softPlus(x);
        PtNDArray gate = JniUtils.tanh(softplus)) {
      return JniUtils.mul(x, gate);
    }
  }

  static PtNDArray hardSigmoid(PtNDArray x, float alpha, float beta) {
    try (PtNDArray slope = (PtNDArray) Scalars.of(x, alpha);
        PtNDArray offset = (PtNDArray) Scalars.of(x, beta);
        PtNDArray y = JniUtils.mul(x, slope)) {
      JniUtils.addi(y, offset);
      return clip(y, 0, 1);
    }
  }

  static PtNDArray clip(PtNDArray x, double min, double max) {
    return JniUtils.clip(x, (float) min, (float) max);
  }

  private static PtNDArray reciprocal(PtNDArray x) {
    try (PtNDArray one = (PtNDArray) Scalars.of(x, 1)) {
      return JniUtils.div(one, x);
    }
  }

  static PtNDArray binary(Op.Binary.Function function, PtNDArray a, PtNDArray b) {
    return switch (function) {
      case ADD -> JniUtils.add(a, b);
      case SUB -> JniUtils.sub(a, b);
      case MUL -> JniUtils.mul(a, b);
      case DIV -> quotient(a, b);
      case POW -> JniUtils.pow(a, b);
      case EQUAL -> JniUtils.eq(a, b);
      case LESS -> JniUtils.lt(a, b);
      case LESS_OR_EQUAL -> JniUtils.lte(a, b);
      case GREATER -> JniUtils.gt(a, b);
      case GREATER_OR_EQUAL -> JniUtils.gte(a, b);
      case AND -> JniUtils.logicalAnd(a, b);
      case OR -> JniUtils.logicalOr(a, b);
    };
  }

  /** Integers are divided as integers, towards zero. */
  private static PtNDArray quotient(PtNDArray a, PtNDArray b) {
    PtNDArray y = JniUtils.div(a, b);
    DataType type = a.getDataType();
    if (type == DataType.FLOAT32) {
      return y;
    }
    try (y;
        PtNDArray whole = JniUtils.trunc(y)) {
      return JniUtils.to(whole, type, whole.getDevice());
    }
  }

  static PtNDArray variadic(Op.Variadic.Function function, PtNDArray[] in) {
    PtNDArray y = in[0];
    for (int i = 1; i < in.length; i++) {
      PtNDArray next =
          switch (function) {
            case SUM, MEAN -> JniUtils.add(y, in[i]);
            case MAX -> JniUtils.max(y, in[i]);
            case MIN -> JniUtils.min(y, in[i]);
          };
      if (i > 1) {
        y.close();
      }
      y = next;
    }
    if (in.length == 1) {
      return JniUtils.reshape(y, y.getShape().getShape());
    }
    if (function == Op.Variadic.Function.MEAN) {
      try (PtNDArray count = (PtNDArray) Scalars.of(y, in.length)) {
        y = PassArrays.replaced(y, JniUtils.div(y, count));
      }
    }
    return y;
  }

  /** {@code max(x, 0) + slope min(x, 0)}. */
  static PtNDArray pRelu(PtNDArray x, PtNDArray slope) {
    try (PtNDArray positive = JniUtils.relu(x);
        PtNDArray negative = JniUtils.sub(x, positive);
        PtNDArray scaled = JniUtils.mul(negative, slope)) {
      return JniUtils.add(positive, scaled);
    }
  }
}
