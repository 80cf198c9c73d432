package io.repfold.djl;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.graph.ElementType;
import io.repfold.graph.Integers;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.ResizeMatrices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Makes one node ready for the shapes of its inputs. Messages leave out the node. */
final class Lowering implements Op.Visitor<Step> {
  private final Node node;
  private final List<@Nullable Operand> inputs;
  private final GraphBlockOptions options;
  private final ToIntFunction<NdArray> constants;
  private final Predicate<String> stored;
  private final long @Nullable [] border;
  private final List<Integer> slots = new ArrayList<>();

  /**
   * @param inputs in the node's order; null for one that is left out
   * @param constants puts a host value on the engine and tells its slot
   * @param stored whether a value is a tensor of the graph, and not computed from images
   * @param border zeros that go around the image before the node, in the engine's order
   */
  Lowering(
      Node node,
      List<@Nullable Operand> inputs,
      GraphBlockOptions options,
      ToIntFunction<NdArray> constants,
      Predicate<String> stored,
      long @Nullable [] border) {
    this.node = node;
    this.inputs = inputs;
    this.options = options;
    this.constants = constants;
    this.stored = stored;
    this.border = border;
  }

  /** The slots of the step's operands, after the node was visited. */
  int[] slots() {
    return slots.stream().mapToInt(Integer::intValue).toArray();
  }

  private @Nullable Operand optional(int index) {
    return index < inputs.size() ? inputs.get(index) : null;
  }

  private Operand input(int index) {
    Operand operand = optional(index);
    if (operand == null) {
      throw new InvalidGraphException("input %d is missing".formatted(index));
    }
    return operand;
  }

  private long[] dims(int index) {
    return input(index).dims();
  }

  /** Asks for an input as an array of the engine. */
  private void use(int index) {
    Operand operand = input(index);
    slots.add(operand.host() == null ? operand.slot() : constants.applyAsInt(operand.host()));
  }

  private void useAll() {
    Check.that(!inputs.isEmpty(), "it needs at least one input");
    for (int i = 0; i < inputs.size(); i++) {
      use(i);
    }
  }

  private void useConstant(NdArray value) {
    slots.add(constants.applyAsInt(value));
  }

  /** A value that the step must know beforehand. */
  private @Nullable NdArray host(int index) {
    Operand operand = optional(index);
    if (operand == null) {
      return null;
    }
    Check.that(
        operand.host() != null,
        "input %d ('%s') depends on the image's content, but is needed before the image is"
            + " computed; only what depends on shapes and constants can be lowered here",
        index,
        node.input(index));
    return operand.host();
  }

  private long[] longs(int index) {
    return Integers.of(host(index));
  }

  private long[] longs(Optional<? extends Collection<? extends Number>> attribute, int index) {
    return Integers.of(attribute, () -> host(index));
  }

  private double scalar(OptionalDouble attribute, int index, double otherwise) {
    NdArray value = attribute.isPresent() ? null : host(index);
    return value == null || value.data().length == 0
        ? attribute.orElse(otherwise)
        : value.data()[0];
  }

  private void expectOneOutput(String other) {
    Check.that(
        node.outputs().stream().skip(1).allMatch(String::isEmpty),
        "its %s cannot be computed in training; remove what reads it",
        other);
  }

  private static InvalidGraphException notDifferentiable(String why) {
    return new InvalidGraphException(
        why + "; it can be computed in advance only, from shapes and constants");
  }

  @Override
  public Step conv(Op.Conv op) {
    useAll();
    return Convolutions.of(op, dims(0), dims(1));
  }

  @Override
  public Step convTranspose(Op.ConvTranspose op) {
    useAll();
    return TransposedConvolutions.of(op, dims(0), dims(1));
  }

  @Override
  public Step batchNormalization(Op.BatchNormalization op) {
    expectOneOutput("statistics");
    useAll();
    if (!stored.test(node.input(3)) || !stored.test(node.input(4))) {
      Check.that(border == null, "its statistics are computed from images");
      return Normalizations.given(op, dims(0));
    }
    // Statistics that are no parameters are fixed numbers.
    boolean learns =
        input(3).host() == null
            && input(4).host() == null
            && !options.frozenStatistics().test(node.input(3));
    if (border == null) {
      return Normalizations.of(op, dims(0), learns);
    }
    useConstant(BorderRule.mask(dims(0), border));
    return Normalizations.bordered(op, dims(0), learns, border);
  }

  @Override
  public Step unary(Op.Unary op) {
    use(0);
    return Step.single((in, training) -> Elementwise.unary(op.function(), in[0]));
  }

  @Override
  public Step binary(Op.Binary op) {
    useAll();
    return Step.single((in, training) -> Elementwise.binary(op.function(), in[0], in[1]));
  }

  @Override
  public Step variadic(Op.Variadic op) {
    useAll();
    return Step.single((in, training) -> Elementwise.variadic(op.function(), in));
  }

  @Override
  public Step leakyRelu(Op.LeakyRelu op) {
    use(0);
    return Step.single((in, training) -> JniUtils.leakyRelu(in[0], op.alpha()));
  }

  @Override
  public Step elu(Op.Elu op) {
    use(0);
    return Step.single((in, training) -> JniUtils.elu(in[0], op.alpha()));
  }

  @Override
  public Step pRelu(Op.PRelu op) {
    useAll();
    return Step.single((in, training) -> Elementwise.pRelu(in[0], in[1]));
  }

  @Override
  public Step hardSigmoid(Op.HardSigmoid op) {
    use(0);
    return Step.single((in, training) -> Elementwise.hardSigmoid(in[0], op.alpha(), op.beta()));
  }

  @Override
  public Step clip(Op.Clip op) {
    use(0);
    double min = scalar(op.min(), 1, Double.NEGATIVE_INFINITY);
    double max = scalar(op.max(), 2, Double.POSITIVE_INFINITY);
    return Step.single((in, training) -> Elementwise.clip(in[0], min, max));
  }

  @Override
  public Step softmax(Op.Softmax op) {
    use(0);
    return Reductions.softmax(op, dims(0));
  }

  @Override
  public Step concat(Op.Concat op) {
    useAll();
    return Movements.concat(op.axis(), dims(0).length);
  }

  @Override
  public Step pad(Op.Pad op) {
    use(0);
    long[] pads = BorderRule.allAxes(dims(0).length, longs(op.pads(), 1), longs(3));
    return Movements.pad(op.mode(), dims(0), pads, scalar(op.value(), 2, 0));
  }

  @Override
  public Step maxPool(Op.MaxPool op) {
    use(0);
    if (node.outputs().size() < 2 || node.outputs().get(1).isEmpty()) {
      return Pools.max(op, dims(0));
    }
    useConstant(Pools.tapIndices(op, dims(0)));
    useConstant(Pools.planeOffsets(dims(0)));
    return Pools.maxWithIndices(op, dims(0));
  }

  @Override
  public Step maxUnpool(Op.MaxUnpool op) {
    use(0);
    use(1);
    return Pools.unpool(op, dims(0), optional(2) == null ? null : longs(2));
  }

  @Override
  public Step averagePool(Op.AveragePool op) {
    use(0);
    useConstant(Pools.averageWeights(op, dims(0)));
    useConstant(Pools.averageTaps(op, dims(0)));
    return Pools.average(op, dims(0));
  }

  @Override
  public Step globalAveragePool(Op.GlobalAveragePool op) {
    use(0);
    long[] ones = new long[Pads.spatial(dims(0)).length];
    Arrays.fill(ones, 1);
    Shape pixel = new Shape(ones);
    return Step.single((in, training) -> JniUtils.adaptiveAvgPool(in[0], pixel));
  }

  @Override
  public Step reduce(Op.Reduce op) {
    use(0);
    return Reductions.of(op, dims(0), longs(op.axes(), 1));
  }

  @Override
  public Step matMul(Op.MatMul op) {
    useAll();
    return Step.single((in, training) -> JniUtils.matmul(in[0], in[1]));
  }

  @Override
  public Step gemm(Op.Gemm op) {
    useAll();
    Operand c = optional(2);
    return Products.gemm(op, dims(0), c == null ? 0 : c.dims().length);
  }

  @Override
  public Step flatten(Op.Flatten op) {
    use(0);
    return Movements.reshape(Movements.flattened(dims(0), op.axis()));
  }

  @Override
  public Step reshape(Op.Reshape op) {
    use(0);
    input(1);
    return Movements.reshape(Movements.reshaped(dims(0), longs(1), op.allowZero()));
  }

  @Override
  public Step transpose(Op.Transpose op) {
    use(0);
    return Movements.transpose(op, dims(0).length);
  }

  @Override
  public Step slice(Op.Slice op) {
    use(0);
    if (op.bounds().isPresent()) {
      Op.Slice.Bounds bounds = op.bounds().get();
      return Movements.slice(
          dims(0),
          longs(Optional.of(bounds.starts()), 1),
          longs(Optional.of(bounds.ends()), 2),
          longs(Optional.of(bounds.axes()), 3),
          new long[0]);
    }
    input(1);
    input(2);
    return Movements.slice(dims(0), longs(1), longs(2), longs(3), longs(4));
  }

  @Override
  public Step squeeze(Op.Squeeze op) {
    use(0);
    return Movements.reshape(Movements.squeezed(dims(0), longs(op.axes(), 1)));
  }

  @Override
  public Step unsqueeze(Op.Unsqueeze op) {
    use(0);
    return Movements.reshape(Movements.unsqueezed(dims(0), longs(op.axes(), 1)));
  }

  @Override
  public Step expand(Op.Expand op) {
    use(0);
    input(1);
    return Movements.expand(dims(0), longs(1));
  }

  @Override
  public Step tile(Op.Tile op) {
    use(0);
    input(1);
    return Movements.tile(longs(1));
  }

  @Override
  public Step split(Op.Split op) {
    use(0);
    return Movements.split(op.axis(), dims(0), longs(op.sizes(), 1), node.outputs().size());
  }

  @Override
  public Step resize(Op.Resize op) {
    use(0);
    List<@Nullable NdArray> given = new ArrayList<>();
    given.add(null);
    for (int i = 1; i < inputs.size(); i++) {
      given.add(host(i));
    }
    List<Optional<NdArray>> matrices = ResizeMatrices.of(op, HostArrays.ints(dims(0)), given);
    List<Integer> axes = Resizes.order(matrices);
    for (int axis : axes) {
      boolean last = axis == dims(0).length - 1;
      useConstant(Resizes.operand(matrices.get(axis).orElseThrow(), last));
    }
    return Resizes.of(dims(0), axes, matrices);
  }

  @Override
  public Step depthToSpace(Op.DepthToSpace op) {
    use(0);
    return Movements.depthToSpace(op, dims(0));
  }

  @Override
  public Step spaceToDepth(Op.SpaceToDepth op) {
    use(0);
    return Movements.spaceToDepth(op, dims(0));
  }

  @Override
  public Step argMax(Op.ArgMax op) {
    use(0);
    return Reductions.argMax(op, dims(0));
  }

  @Override
  public Step dropout(Op.Dropout op) {
    expectOneOutput("mask");
    use(0);
    double ratio = scalar(op.ratio(), 1, 0.5);
    boolean channels =
        options.channelDropouts().contains(node.name())
            || options.channelDropouts().contains(node.output());
    if (!channels) {
      return Step.single((in, training) -> JniUtils.dropout(in[0], ratio, training));
    }
    long[] plane = dims(0).clone();
    Arrays.fill(plane, 2, plane.length, 1);
    return Dropouts.channels(new Shape(plane), ratio);
  }

  @Override
  public Step identity(Op.Identity op) {
    use(0);
    return Movements.reshape(dims(0));
  }

  @Override
  public Step cast(Op.Cast op) {
    use(0);
    // What a file computes in float64 differs from float32 by rounding.
    ElementType to = op.to() == ElementType.DOUBLE ? ElementType.FLOAT : op.to();
    DataType type = HostArrays.dataType(to);
    return Step.single((in, training) -> JniUtils.to(in[0], type, in[0].getDevice()));
  }

  @Override
  public Step constant(Op.Constant op) {
    throw notDifferentiable("a Constant has no inputs to compute from");
  }

  @Override
  public Step constantOfShape(Op.ConstantOfShape op) {
    throw notDifferentiable("the shape depends on the image's content");
  }

  @Override
  public Step shape(Op.ShapeOf op) {
    throw notDifferentiable("a shape is no array of the engine");
  }

  @Override
  public Step size(Op.Size op) {
    throw notDifferentiable("a size is no array of the engine");
  }

  @Override
  public Step gather(Op.Gather op) {
    use(0);
    Operand indices = input(1);
    if (indices.host() == null) {
      use(1);
    } else {
      useConstant(BorderRule.fromFront(indices.host(), dims(0), op.axis()));
    }
    return Movements.gather(op.axis(), dims(0), dims(1));
  }

  @Override
  public Step where(Op.Where op) {
    use(0);
    use(1);
    use(2);
    return Step.single((in, training) -> JniUtils.where(in[0], in[1], in[2]));
  }

  @Override
  public Step scatterND(Op.ScatterND op) {
    NdArray indices = host(1);
    if (indices == null) {
      throw new InvalidGraphException("input 1 is missing");
    }
    use(0);
    use(2);
    useConstant(Movements.sourcesOfScatter(node, dims(0), indices, dims(2)));
    return Movements.chosen(dims(0));
  }

  @Override
  public Step range(Op.Range op) {
    throw notDifferentiable("its bounds depend on the image's content");
  }

  /** A Round or Cast to integers that a gradient goes through. */
  Step passed() {
    use(0);
    return node.op() instanceof Op.Cast ? Movements.reshape(dims(0)) : StraightThrough.rounding();
  }

  @Override
  public Step quantizeLinear(Op.QuantizeLinear op) {
    NdArray zeroPoints = host(2);
    boolean shifted = useSteps(op.axis(), zeroPoints);
    ElementType type = zeroPoints == null ? op.to().orElse(ElementType.UINT8) : zeroPoints.type();
    return StraightThrough.quantize(type, shifted);
  }

  @Override
  public Step dequantizeLinear(Op.DequantizeLinear op) {
    return StraightThrough.dequantize(useSteps(op.axis(), host(2)));
  }

  /** Asks for the value, the steps, and zero points other than 0; whether there are any. */
  private boolean useSteps(int axis, @Nullable NdArray zeroPoints) {
    use(0);
    NdArray steps = host(1);
    if (steps == null) {
      throw new InvalidGraphException("input 1, the scale, is missing");
    }
    useConstant(StraightThrough.along(steps, axis, dims(0)));
    boolean shifted = StraightThrough.isShifted(zeroPoints);
    if (zeroPoints != null && shifted) {
      useConstant(StraightThrough.along(zeroPoints, axis, dims(0)));
    }
    return shifted;
  }

  @Override
  public Step gelu(Op.Gelu op) {
    throw madeOfParts();
  }

  @Override
  public Step selu(Op.Selu op) {
    throw madeOfParts();
  }

  @Override
  public Step celu(Op.Celu op) {
    throw madeOfParts();
  }

  @Override
  public Step thresholdedRelu(Op.ThresholdedRelu op) {
    throw madeOfParts();
  }

  @Override
  public Step logSoftmax(Op.LogSoftmax op) {
    throw madeOfParts();
  }

  @Override
  public Step hardmax(Op.Hardmax op) {
    throw notDifferentiable("it picks one place");
  }

  @Override
  public Step layerNormalization(Op.LayerNormalization op) {
    throw madeOfParts();
  }

  @Override
  public Step instanceNormalization(Op.InstanceNormalization op) {
    throw madeOfParts();
  }

  @Override
  public Step groupNormalization(Op.GroupNormalization op) {
    throw madeOfParts();
  }

  @Override
  public Step lpNormalization(Op.LpNormalization op) {
    throw madeOfParts();
  }

  @Override
  public Step topK(Op.TopK op) {
    throw notDifferentiable("places in an order have no gradient here");
  }

  @Override
  public Step cumSum(Op.CumSum op) {
    throw notDifferentiable("running sums have no step here");
  }

  @Override
  public Step einsum(Op.Einsum op) {
    throw madeOfParts();
  }

  /** Such a node is planned part by part, by the definition that ONNX gives of it. */
  private static IllegalStateException madeOfParts() {
    return new IllegalStateException("its parts are lowered, not the node");
  }

  @Override
  public Step opaque(Op.Opaque op) {
    throw new InvalidGraphException(
        "repfold cannot compute op %s of domain '%s', so it cannot be trained; replace it, or train the"
                .formatted(op.type(), op.domain())
            + " part of the graph before it");
  }
}
