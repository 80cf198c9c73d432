package io.repfold.graph;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** To integers with a scale and back. */
final class QuantizationMath {
  private QuantizationMath() {}

  /** Rounds to nearest even and saturates; what is not a number becomes the zero point. */
  static NdArray quantize(
      Op.QuantizeLinear op, NdArray x, NdArray scale, @Nullable NdArray zeroPoint) {
    ElementType type = zeroPoint == null ? op.to().orElse(ElementType.UINT8) : zeroPoint.type();
    Check.that(
        type.bits() <= 16 && type.isNumeric() && !type.isFloat() && type != ElementType.BOOL,
        "quantizing to %s is not modeled",
        type);
    Steps steps = new Steps(x, scale, zeroPoint, op.axis());
    double[] data = new double[x.data().length];
    for (int i = 0; i < data.length; i++) {
      double rounded = Math.rint(x.data()[i] / steps.scale(i)) + steps.zeroPoint(i);
      data[i] =
          Double.isNaN(rounded)
              ? steps.zeroPoint(i)
              : Math.max(type.least(), Math.min(type.most(), rounded));
    }
    return new NdArray(type, x.dims(), data);
  }

  static NdArray dequantize(
      Op.DequantizeLinear op, NdArray x, NdArray scale, @Nullable NdArray zeroPoint) {
    Steps steps = new Steps(x, scale, zeroPoint, op.axis());
    double[] data = new double[x.data().length];
    for (int i = 0; i < data.length; i++) {
      data[i] = (x.data()[i] - steps.zeroPoint(i)) * steps.scale(i);
    }
    return new NdArray(op.to().orElse(scale.type()), x.dims(), data);
  }

  /** Scale and zero point of each element. */
  private static final class Steps {
    private final double[] scales;
    private final double[] zeroPoints;
    private final int inner;

    Steps(NdArray x, NdArray scale, @Nullable NdArray zeroPoint, int axis) {
      scales = scale.data();
      zeroPoints = zeroPoint == null ? new double[scales.length] : zeroPoint.data();
      Check.that(
          scales.length == zeroPoints.length,
          "%d scales do not fit to %d zero points",
          scales.length,
          zeroPoints.length);
      if (scales.length == 1) {
        inner = 1;
        return;
      }
      int along = Layout.axis(axis, x.rank());
      Check.that(
          scale.rank() == 1 && scales.length == x.dim(along),
          "scale %s does not fit to axis %d of %s",
          scale,
          along,
          x);
      inner = Arrays.stream(x.dims(), along + 1, x.rank()).reduce(1, (a, b) -> a * b);
    }

    private int index(int element) {
      return element / inner % scales.length;
    }

    double scale(int element) {
      return scales[index(element)];
    }

    double zeroPoint(int element) {
      return zeroPoints[index(element)];
    }
  }
}
