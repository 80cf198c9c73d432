package io.repfold.fold;

import io.repfold.graph.ElementType;
import io.repfold.graph.FloatFormat;
import io.repfold.graph.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The numbers of an affine map, computed in double and rounded once.
 *
 * @param weight {@code [O, I / groups, k...]}; {@code [I, O]} for a MatMul from the right
 * @param bias {@code [O]}; {@code [O, 1]} for a MatMul from the left
 * @param largestWeight the largest magnitude among the rounded weights
 * @param errorBounds how far rounding the weights can move each output channel, for inputs between
 *     -1 and 1
 * @param exact the elements of the weight before they were rounded, if they were asked for
 * @param notFinite an output channel with a weight or bias that is NaN or too large for the element
 *     type
 */
record RoundedWeights(
    Tensor weight,
    Tensor bias,
    double largestWeight,
    double[] errorBounds,
    Optional<double[]> exact,
    OptionalInt notFinite) {
  /**
   * So many numbers exist in double at a time, 32 MB. A matrix product packs its right factor for
   * each block of rows, so small ones cost more.
   */
  private static final int BLOCK = 1 << 22;

  static RoundedWeights of(Affine map, Carrier carrier, ElementType type, MatrixProduct product) {
    return new Rounding(map, carrier, type, false).run(product);
  }

  /** Likewise, with the numbers before they are rounded. */
  static RoundedWeights withExact(
      Affine map, Carrier carrier, ElementType type, MatrixProduct product) {
    return new Rounding(map, carrier, type, true).run(product);
  }

  /** The bound of the channel that can move farthest. */
  double errorBound() {
    return Arrays.stream(errorBounds).max().orElse(0);
  }

  /** Fills the weight block by block, so that only some rows exist in double at a time. */
  private static final class Rounding {
    private final Affine map;
    private final Carrier carrier;
    private final ElementType type;
    private final Weights weights;
    private final Taps taps;
    private final int kernelSize;
    private final int[] placeOf;
    private final ByteBuffer bytes;
    private final FloatFormat format;
    private final double[] bounds;
    private final Optional<double[]> exact;
    private double largest;
    private int notFinite = -1;

    Rounding(Affine map, Carrier carrier, ElementType type, boolean keeps) {
      this.map = map;
      this.carrier = carrier;
      this.type = type;
      this.weights = map.weights();
      this.taps = map.taps();
      this.kernelSize = Math.toIntExact(taps.kernelSize());
      this.placeOf = taps.offsets().stream().mapToInt(this::place).toArray();
      long elements = (long) weights.out() * weights.columns() * kernelSize;
      this.bytes =
          ByteBuffer.allocate(Math.toIntExact(elements * type.bits() / 8))
              .order(ByteOrder.LITTLE_ENDIAN);
      this.format = FloatFormat.of(type);
      this.bounds = new double[weights.out()];
      this.exact = keeps ? Optional.of(new double[Math.toIntExact(elements)]) : Optional.empty();
    }

    private int place(java.util.List<Integer> offset) {
      int place = 0;
      for (int axis = 0; axis < map.rank(); axis++) {
        place = place * taps.extent(axis) + (offset.get(axis) - taps.min(axis)) / taps.step(axis);
      }
      return place;
    }

    RoundedWeights run(MatrixProduct product) {
      int perRow = taps.size() * weights.columns();
      int step = Math.max(1, BLOCK / Math.max(1, perRow));
      try (Weights.Rows rows = weights.open(product)) {
        for (int from = 0; from < weights.out(); from += step) {
          int to = Math.min(weights.out(), from + step);
          round(rows.read(from, to), from, to);
        }
      }
      double[] bias = map.bias();
      for (int i = 0; i < bias.length; i++) {
        check(Math.abs(bias[i]), i);
      }
      long[] biasDims =
          carrier == Carrier.LEFT_MATMUL ? new long[] {bias.length, 1} : new long[] {bias.length};
      Tensor biasTensor = Tensor.ofDoubles(type, bias, biasDims);
      OptionalInt channel = notFinite < 0 ? OptionalInt.empty() : OptionalInt.of(notFinite);
      Tensor weightTensor = Tensor.of(type, bytes, dims());
      return new RoundedWeights(weightTensor, biasTensor, rounded(largest), bounds, exact, channel);
    }

    private double rounded(double value) {
      return Tensor.ofDoubles(type, new double[] {value}, 1).doubleAt(0);
    }

    private long[] dims() {
      if (carrier == Carrier.MATMUL) {
        return new long[] {weights.in(), weights.out()};
      }
      if (carrier == Carrier.LEFT_MATMUL) {
        return new long[] {weights.out(), weights.in()};
      }
      long[] dims = new long[map.rank() + 2];
      dims[0] = weights.out();
      dims[1] = weights.columns();
      Arrays.setAll(dims, i -> i < 2 ? dims[i] : taps.extent(i - 2));
      return dims;
    }

    private void round(double[] rows, int from, int to) {
      int columns = weights.columns();
      int source = 0;
      for (int row = from; row < to; row++) {
        double sum = format.largestError(Math.abs(map.bias()[row]));
        boolean transposed = carrier == Carrier.MATMUL;
        int step = transposed ? weights.out() : kernelSize;
        for (int tap = 0; tap < placeOf.length; tap++) {
          int target = transposed ? row : row * columns * kernelSize + placeOf[tap];
          for (int column = 0; column < columns; column++) {
            double value = rows[source++];
            double magnitude = Math.abs(value);
            sum += format.largestError(magnitude);
            largest = Math.max(largest, magnitude);
            check(magnitude, row);
            if (exact.isPresent()) {
              exact.get()[target + column * step] = value;
            }
            if (type == ElementType.FLOAT) {
              bytes.putFloat(4 * (target + column * step), (float) value);
            } else {
              Tensor.put(type, bytes, target + column * step, value);
            }
          }
        }
        bounds[row] = sum;
      }
    }

    private void check(double magnitude, int channel) {
      if (!format.holds(magnitude)) {
        notFinite = channel;
      }
    }
  }
}
