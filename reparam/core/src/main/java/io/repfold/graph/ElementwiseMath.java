package io.repfold.graph;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Elementwise functions and broadcasting. */
final class ElementwiseMath {
  private ElementwiseMath() {}

  static NdArray map(NdArray x, DoubleUnaryOperator function) {
    NdArray y = Layout.zeros(x.type(), x.dims());
    for (int i = 0; i < y.data().length; i++) {
      y.data()[i] = function.applyAsDouble(x.data()[i]);
    }
    return y;
  }

  static NdArray unary(Op.Unary.Function function, NdArray x) {
    return switch (function) {
      case RELU -> map(x, v -> Math.max(0, v));
      case SIGMOID -> map(x, ElementwiseMath::sigmoid);
      case HARD_SWISH -> map(x, v -> v * Math.max(0, Math.min(1, v / 6 + 0.5)));
      case MISH -> map(x, v -> v * Math.tanh(softplus(v)));
      case NEG -> map(x, v -> -v);
      case ABS -> map(x, Math::abs);
      case EXP -> map(x, Math::exp);
      case LOG -> map(x, Math::log);
      case SQRT -> map(x, Math::sqrt);
      case RECIPROCAL -> map(x, v -> 1 / v);
      case TANH -> map(x, Math::tanh);
      case ERF -> map(x, ElementwiseMath::erf);
      case FLOOR -> map(x, Math::floor);
      case CEIL -> map(x, Math::ceil);
      case SOFTPLUS -> map(x, ElementwiseMath::softplus);
      case SOFTSIGN -> map(x, v -> v / (1 + Math.abs(v)));
      case NOT -> map(x, v -> v == 0 ? 1 : 0);
    };
  }

  static double gelu(double x, boolean tanh) {
    double gate =
        tanh
            ? Math.tanh((x * x * x * 0.044715 + x) * Math.sqrt(2 / Math.PI))
            : erf(x * Math.sqrt(0.5));
    return x * 0.5 * (gate + 1);
  }

  private static double softplus(double x) {
    return Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);
  }

  private static double sigmoid(double x) {
    double small = Math.exp(-Math.abs(x));
    return (x >= 0 ? 1 : small) / (1 + small);
  }

  /**
   * The error function by {@code 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!}, whose terms
   * have one sign, so that nothing cancels.
   */
  static double erf(double x) {
    if (Double.isNaN(x) || Math.abs(x) > 6) {
      return Double.isNaN(x) ? x : Math.signum(x);
    }
    double term = x;
    double sum = 0;
    for (int n = 1; sum + term != sum; n++) {
      sum += term;
      term *= 2 * x * x / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  static NdArray binary(Op.Binary.Function function, NdArray a, NdArray b) {
    boolean integer = !a.type().isFloat();
    return switch (function) {
      case ADD -> broadcast(a.type(), a, b, Double::sum);
      case SUB -> broadcast(a.type(), a, b, (x, y) -> x - y);
      case MUL -> broadcast(a.type(), a, b, (x, y) -> x * y);
      case DIV -> broadcast(a.type(), a, b, integer ? ElementwiseMath::divide : (x, y) -> x / y);
      case POW ->
          broadcast(a.type(), a, b, integer ? (x, y) -> truncate(Math.pow(x, y)) : Math::pow);
      case EQUAL -> compare(a, b, (x, y) -> x == y ? 1 : 0);
      case LESS -> compare(a, b, (x, y) -> x < y ? 1 : 0);
      case LESS_OR_EQUAL -> compare(a, b, (x, y) -> x <= y ? 1 : 0);
      case GREATER -> compare(a, b, (x, y) -> x > y ? 1 : 0);
      case GREATER_OR_EQUAL -> compare(a, b, (x, y) -> x >= y ? 1 : 0);
      case AND -> compare(a, b, (x, y) -> x != 0 && y != 0 ? 1 : 0);
      case OR -> compare(a, b, (x, y) -> x != 0 || y != 0 ? 1 : 0);
    };
  }

  private static double divide(double x, double y) {
    Check.that(y != 0, "integer division by zero");
    long quotient = (long) x / (long) y;
    return quotient;
  }

  static double truncate(double x) {
    return x < 0 ? Math.ceil(x) : Math.floor(x);
  }

  private static NdArray compare(NdArray a, NdArray b, DoubleBinaryOperator function) {
    return broadcast(ElementType.BOOL, a, b, function);
  }

  static NdArray variadic(Op.Variadic.Function function, List<NdArray> inputs) {
    DoubleBinaryOperator operator =
        switch (function) {
          case SUM, MEAN -> Double::sum;
          case MAX -> Math::max;
          case MIN -> Math::min;
        };
    NdArray result = inputs.get(0);
    for (NdArray input : inputs.subList(1, inputs.size())) {
      result = broadcast(result.type(), result, input, operator);
    }
    return function == Op.Variadic.Function.MEAN ? map(result, v -> v / inputs.size()) : result;
  }

  /** The shape that both stretch to: ONNX's multidirectional broadcasting. */
  static int[] broadcastDims(int[] a, int[] b) {
    int rank = Math.max(a.length, b.length);
    int[] dims = new int[rank];
    for (int i = 0; i < rank; i++) {
      int x = i < rank - a.length ? 1 : a[i - rank + a.length];
      int y = i < rank - b.length ? 1 : b[i - rank + b.length];
      Check.that(
          x == y || x == 1 || y == 1,
          "dimensions %d and %d on axis %d do not broadcast; they must be equal or 1",
          x,
          y,
          i);
      dims[i] = x == 1 ? y : x;
    }
    return dims;
  }

  /** Strides that read an array as if it had the larger shape {@code dims}. */
  static int[] broadcastStrides(int[] own, int[] dims) {
    int[] strides = Layout.strides(own);
    int[] stretched = new int[dims.length];
    int skipped = dims.length - own.length;
    for (int i = skipped; i < dims.length; i++) {
      stretched[i] = own[i - skipped] == 1 ? 0 : strides[i - skipped];
    }
    return stretched;
  }

  static NdArray expand(NdArray x, int[] dims) {
    return Layout.view(x, dims, broadcastStrides(x.dims(), dims));
  }

  static NdArray broadcast(ElementType type, NdArray a, NdArray b, DoubleBinaryOperator function) {
    int[] dims = broadcastDims(a.dims(), b.dims());
    NdArray y = Layout.zeros(type, dims);
    if (y.data().length == 0) {
      return y;
    }
    int[] stridesA = broadcastStrides(a.dims(), dims);
    int[] stridesB = broadcastStrides(b.dims(), dims);
    int last = dims.length - 1;
    int inner = last < 0 ? 1 : dims[last];
    int stepA = last < 0 ? 0 : stridesA[last];
    int stepB = last < 0 ? 0 : stridesB[last];
    int[] index = new int[dims.length];
    int out = 0;
    do {
      int fromA = 0;
      int fromB = 0;
      for (int i = 0; i < last; i++) {
        fromA += index[i] * stridesA[i];
        fromB += index[i] * stridesB[i];
      }
      for (int i = 0; i < inner; i++) {
        y.data()[out++] =
            function.applyAsDouble(a.data()[fromA + i * stepA], b.data()[fromB + i * stepB]);
      }
    } while (Layout.next(index, dims, last));
    return y;
  }

  static NdArray where(NdArray condition, NdArray a, NdArray b) {
    int[] dims = broadcastDims(condition.dims(), broadcastDims(a.dims(), b.dims()));
    NdArray chosen = expand(condition, dims);
    NdArray x = expand(a, dims);
    NdArray y = expand(b, dims);
    NdArray result = Layout.zeros(a.type(), dims);
    for (int i = 0; i < result.data().length; i++) {
      result.data()[i] = chosen.data()[i] != 0 ? x.data()[i] : y.data()[i];
    }
    return result;
  }

  /** Reals to integers truncate; integers wrap into narrower ones; reals are not rounded. */
  static NdArray cast(NdArray x, ElementType to) {
    Check.that(to.isNumeric(), "a cast to %s is not modeled", to);
    NdArray y = map(x, v -> cast(v, to));
    return new NdArray(to, y.dims(), y.data());
  }

  private static double cast(double value, ElementType to) {
    return switch (to) {
      case BOOL -> value != 0 ? 1 : 0;
      case INT8 -> (byte) (long) value;
      case UINT8 -> (long) value & 0xff;
      case INT16 -> (short) (long) value;
      case UINT16 -> (long) value & 0xffff;
      case INT32 -> (int) (long) value;
      case UINT32 -> (long) value & 0xffffffffL;
      case INT64 -> (long) value;
      case UINT64 -> UnsignedLongs.toDouble(UnsignedLongs.of(value));
      default -> value;
    };
  }
}
