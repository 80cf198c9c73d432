package io.repfold.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One node applied to arrays. Messages leave out the node, which {@link Interpreter} adds.
 *
 * @param opset of the graph, on which depends what an opaque node means; empty for a node alone
 */
record Evaluation(Node node, List<@Nullable NdArray> inputs, Rounding rounding, OptionalInt opset)
    implements Op.Visitor<List<NdArray>> {

  private @Nullable NdArray optional(int index) {
    return index < inputs.size() ? inputs.get(index) : null;
  }

  private NdArray input(int index) {
    NdArray input = optional(index);
    if (input == null) {
      throw new InvalidGraphException("input %d is missing".formatted(index));
    }
    return input;
  }

  private NdArray x() {
    return input(0);
  }

  private Sums sums() {
    return rounding.sumsOf(x().type());
  }

  /** The integers of an optional input; empty if it is left out. */
  private long[] longs(int index) {
    return Integers.of(optional(index));
  }

  /** The integers of the attribute, or of the optional input that replaced it. */
  private long[] longs(Optional<? extends Collection<? extends Number>> attribute, int index) {
    return Integers.of(attribute, () -> optional(index));
  }

  private double scalar(OptionalDouble attribute, int index, double otherwise) {
    NdArray input = optional(index);
    if (attribute.isPresent() || input == null || input.data().length == 0) {
      return attribute.orElse(otherwise);
    }
    return input.data()[0];
  }

  private List<NdArray> all() {
    List<NdArray> all = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      all.add(input(i));
    }
    Check.that(!all.isEmpty(), "it needs at least one input");
    return all;
  }

  @Override
  public List<NdArray> conv(Op.Conv op) {
    return List.of(ConvolutionMath.conv(op, x(), input(1), optional(2), sums()));
  }

  @Override
  public List<NdArray> convTranspose(Op.ConvTranspose op) {
    return List.of(ConvolutionMath.convTranspose(op, x(), input(1), optional(2), sums()));
  }

  @Override
  public List<NdArray> batchNormalization(Op.BatchNormalization op) {
    return NormalizationMath.batchNorm(op, x(), input(1), input(2), input(3), input(4));
  }

  @Override
  public List<NdArray> unary(Op.Unary op) {
    return List.of(ElementwiseMath.unary(op.function(), x()));
  }

  @Override
  public List<NdArray> binary(Op.Binary op) {
    return List.of(ElementwiseMath.binary(op.function(), x(), input(1)));
  }

  @Override
  public List<NdArray> variadic(Op.Variadic op) {
    return List.of(ElementwiseMath.variadic(op.function(), all()));
  }

  @Override
  public List<NdArray> leakyRelu(Op.LeakyRelu op) {
    return List.of(ElementwiseMath.map(x(), v -> v < 0 ? op.alpha() * v : v));
  }

  @Override
  public List<NdArray> elu(Op.Elu op) {
    return List.of(ElementwiseMath.map(x(), v -> v < 0 ? op.alpha() * Math.expm1(v) : v));
  }

  @Override
  public List<NdArray> pRelu(Op.PRelu op) {
    NdArray y =
        ElementwiseMath.broadcast(x().type(), x(), input(1), (v, slope) -> v < 0 ? slope * v : v);
    Check.that(Arrays.equals(y.dims(), x().dims()), "slope %s does not fit %s", input(1), x());
    return List.of(y);
  }

  @Override
  public List<NdArray> hardSigmoid(Op.HardSigmoid op) {
    return List.of(
        ElementwiseMath.map(x(), v -> Math.max(0, Math.min(1, op.alpha() * v + op.beta()))));
  }

  @Override
  public List<NdArray> clip(Op.Clip op) {
    double min = scalar(op.min(), 1, Double.NEGATIVE_INFINITY);
    double max = scalar(op.max(), 2, Double.POSITIVE_INFINITY);
    return List.of(ElementwiseMath.map(x(), v -> Math.min(max, Math.max(min, v))));
  }

  @Override
  public List<NdArray> softmax(Op.Softmax op) {
    return List.of(NormalizationMath.softmax(op, x(), sums()));
  }

  @Override
  public List<NdArray> concat(Op.Concat op) {
    return List.of(Layout.concat(all(), op.axis()));
  }

  @Override
  public List<NdArray> pad(Op.Pad op) {
    double value = scalar(op.value(), 2, 0);
    return List.of(ShapeMath.pad(x(), op.mode(), longs(op.pads(), 1), value, longs(3)));
  }

  @Override
  public List<NdArray> maxPool(Op.MaxPool op) {
    return PoolingMath.maxPool(op, x());
  }

  @Override
  public List<NdArray> maxUnpool(Op.MaxUnpool op) {
    long[] outputShape = optional(2) == null ? null : longs(2);
    return List.of(PoolingMath.maxUnpool(op, x(), input(1), outputShape));
  }

  @Override
  public List<NdArray> averagePool(Op.AveragePool op) {
    return List.of(PoolingMath.averagePool(op, x(), sums()));
  }

  @Override
  public List<NdArray> globalAveragePool(Op.GlobalAveragePool op) {
    return List.of(PoolingMath.globalAveragePool(x(), sums()));
  }

  @Override
  public List<NdArray> reduce(Op.Reduce op) {
    return List.of(ReductionMath.reduce(op, x(), longs(op.axes(), 1), sums()));
  }

  @Override
  public List<NdArray> matMul(Op.MatMul op) {
    return List.of(MatrixMath.matMul(x(), input(1), sums()));
  }

  @Override
  public List<NdArray> gemm(Op.Gemm op) {
    return List.of(MatrixMath.gemm(op, x(), input(1), optional(2), sums()));
  }

  @Override
  public List<NdArray> flatten(Op.Flatten op) {
    return List.of(ShapeMath.flatten(x(), op.axis()));
  }

  @Override
  public List<NdArray> reshape(Op.Reshape op) {
    input(1);
    return List.of(ShapeMath.reshape(x(), longs(1), op.allowZero()));
  }

  @Override
  public List<NdArray> transpose(Op.Transpose op) {
    return List.of(Layout.transpose(x(), op.permutation()));
  }

  @Override
  public List<NdArray> slice(Op.Slice op) {
    if (op.bounds().isPresent()) {
      Op.Slice.Bounds bounds = op.bounds().get();
      return List.of(
          ShapeMath.slice(
              x(),
              longs(Optional.of(bounds.starts()), 1),
              longs(Optional.of(bounds.ends()), 2),
              longs(Optional.of(bounds.axes()), 3),
              new long[0]));
    }
    input(1);
    input(2);
    return List.of(ShapeMath.slice(x(), longs(1), longs(2), longs(3), longs(4)));
  }

  @Override
  public List<NdArray> squeeze(Op.Squeeze op) {
    return List.of(ShapeMath.squeeze(x(), longs(op.axes(), 1)));
  }

  @Override
  public List<NdArray> unsqueeze(Op.Unsqueeze op) {
    return List.of(ShapeMath.unsqueeze(x(), longs(op.axes(), 1)));
  }

  @Override
  public List<NdArray> expand(Op.Expand op) {
    input(1);
    return List.of(ShapeMath.expand(x(), longs(1)));
  }

  @Override
  public List<NdArray> tile(Op.Tile op) {
    input(1);
    return List.of(ShapeMath.tile(x(), longs(1)));
  }

  @Override
  public List<NdArray> split(Op.Split op) {
    return ShapeMath.split(x(), op.axis(), longs(op.sizes(), 1), node.outputs().size());
  }

  @Override
  public List<NdArray> resize(Op.Resize op) {
    NdArray roi = op.legacyInputs() ? null : optional(1);
    NdArray scales = optional(op.legacyInputs() ? 1 : 2);
    NdArray sizes = op.legacyInputs() ? null : optional(3);
    return List.of(ResizeMath.resize(op, x(), roi, scales, sizes));
  }

  @Override
  public List<NdArray> depthToSpace(Op.DepthToSpace op) {
    return List.of(Layout.depthToSpace(x(), op.blockSize(), op.columnRowDepth()));
  }

  @Override
  public List<NdArray> spaceToDepth(Op.SpaceToDepth op) {
    return List.of(Layout.spaceToDepth(x(), op.blockSize()));
  }

  @Override
  public List<NdArray> argMax(Op.ArgMax op) {
    return List.of(ReductionMath.argMax(op, x()));
  }

  @Override
  public List<NdArray> dropout(Op.Dropout op) {
    boolean training = scalar(OptionalDouble.empty(), 2, 0) != 0;
    Check.that(
        !training || scalar(op.ratio(), 1, 0.5) == 0,
        "training_mode is on, so the result is random; switch it off to compute it");
    NdArray mask = Layout.zeros(ElementType.BOOL, x().dims());
    Arrays.fill(mask.data(), 1);
    return List.of(x(), mask);
  }

  @Override
  public List<NdArray> identity(Op.Identity op) {
    return List.of(x());
  }

  @Override
  public List<NdArray> cast(Op.Cast op) {
    return List.of(ElementwiseMath.cast(x(), op.to()));
  }

  @Override
  public List<NdArray> constant(Op.Constant op) {
    return List.of(NdArray.of(op.value()));
  }

  @Override
  public List<NdArray> constantOfShape(Op.ConstantOfShape op) {
    input(0);
    NdArray y = Layout.zeros(op.value().type(), ShapeMath.ints(longs(0)));
    Arrays.fill(y.data(), op.value().doubleAt(0));
    return List.of(y);
  }

  @Override
  public List<NdArray> shape(Op.ShapeOf op) {
    int rank = x().rank();
    int start = clamped(op.start(), rank);
    int end = clamped(op.end().orElse(rank), rank);
    int[] dims = Arrays.copyOfRange(x().dims(), start, Math.max(start, end));
    return List.of(
        new NdArray(
            ElementType.INT64,
            new int[] {dims.length},
            Arrays.stream(dims).asDoubleStream().toArray()));
  }

  private static int clamped(int bound, int rank) {
    return Math.max(0, Math.min(rank, bound < 0 ? bound + rank : bound));
  }

  @Override
  public List<NdArray> size(Op.Size op) {
    return List.of(new NdArray(ElementType.INT64, new int[0], new double[] {x().data().length}));
  }

  @Override
  public List<NdArray> gather(Op.Gather op) {
    return List.of(GatherMath.gather(x(), input(1), op.axis()));
  }

  @Override
  public List<NdArray> where(Op.Where op) {
    return List.of(ElementwiseMath.where(x(), input(1), input(2)));
  }

  @Override
  public List<NdArray> scatterND(Op.ScatterND op) {
    return List.of(GatherMath.scatterNd(x(), input(1), input(2)));
  }

  @Override
  public List<NdArray> range(Op.Range op) {
    return List.of(ShapeMath.range(x(), input(1), input(2)));
  }

  @Override
  public List<NdArray> quantizeLinear(Op.QuantizeLinear op) {
    return List.of(QuantizationMath.quantize(op, x(), input(1), optional(2)));
  }

  @Override
  public List<NdArray> dequantizeLinear(Op.DequantizeLinear op) {
    return List.of(QuantizationMath.dequantize(op, x(), input(1), optional(2)));
  }

  @Override
  public List<NdArray> gelu(Op.Gelu op) {
    return List.of(ElementwiseMath.map(x(), v -> ElementwiseMath.gelu(v, op.tanh())));
  }

  @Override
  public List<NdArray> selu(Op.Selu op) {
    double alpha = op.alpha();
    return List.of(ElementwiseMath.map(x(), v -> op.gamma() * (v < 0 ? alpha * Math.expm1(v) : v)));
  }

  @Override
  public List<NdArray> celu(Op.Celu op) {
    double alpha = op.alpha();
    return List.of(ElementwiseMath.map(x(), v -> v < 0 ? alpha * Math.expm1(v / alpha) : v));
  }

  @Override
  public List<NdArray> thresholdedRelu(Op.ThresholdedRelu op) {
    return List.of(ElementwiseMath.map(x(), v -> v > op.alpha() ? v : 0));
  }

  @Override
  public List<NdArray> logSoftmax(Op.LogSoftmax op) {
    return List.of(NormalizationMath.logSoftmax(op, x(), sums()));
  }

  @Override
  public List<NdArray> hardmax(Op.Hardmax op) {
    return List.of(NormalizationMath.hardmax(op, x()));
  }

  @Override
  public List<NdArray> layerNormalization(Op.LayerNormalization op) {
    return List.of(StatisticsMath.layer(op, x(), input(1), optional(2), sums()));
  }

  @Override
  public List<NdArray> instanceNormalization(Op.InstanceNormalization op) {
    return List.of(StatisticsMath.instance(op, x(), input(1), input(2), sums()));
  }

  @Override
  public List<NdArray> groupNormalization(Op.GroupNormalization op) {
    return List.of(StatisticsMath.group(op, x(), input(1), input(2), sums()));
  }

  @Override
  public List<NdArray> lpNormalization(Op.LpNormalization op) {
    return List.of(StatisticsMath.lp(op, x(), sums()));
  }

  @Override
  public List<NdArray> topK(Op.TopK op) {
    input(1);
    return ScanMath.topK(op, x(), longs(1));
  }

  @Override
  public List<NdArray> cumSum(Op.CumSum op) {
    input(1);
    return List.of(ScanMath.cumSum(op, x(), longs(1), sums()));
  }

  @Override
  public List<NdArray> einsum(Op.Einsum op) {
    return List.of(EinsumMath.einsum(op, all(), sums()));
  }

  @Override
  public List<NdArray> opaque(Op.Opaque op) {
    if (opset.isPresent()) {
      return Decomposed.evaluated(node, inputs, rounding, opset.getAsInt());
    }
    throw new InvalidGraphException(
        "op %s of domain '%s' has no meaning here; fold or run the parts of the graph before it"
            .formatted(op.type(), op.domain()));
  }
}
