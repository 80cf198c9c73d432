package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Window;
import io.repfold.graph.Window.AutoPad;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes a node in the form that the graph's opset asks for. An op that holds another opset's form
 * is refused: writing it would change what it means.
 */
final class NodeWriter implements Op.Visitor<NodeBuilder> {
  private final Graph graph;
  private final int opset;
  private final Node node;
  private final OpsetRules rules;
  private final NodeBuilder proto;

  private NodeWriter(Graph graph, Node node) {
    this.graph = graph;
    this.opset = graph.opset();
    this.node = node;
    this.rules = new OpsetRules(node, opset);
    this.proto = new NodeBuilder(node);
  }

  /**
   * @throws OnnxFormatException if the opset has no form for what the op says
   */
  static NodeProto write(Graph graph, Node node) {
    return node.op().accept(new NodeWriter(graph, node)).build();
  }

  @Override
  public NodeBuilder conv(Op.Conv op) {
    kernelOfWeight();
    window(op.window(), 1);
    return proto.integer("group", op.groups());
  }

  @Override
  public NodeBuilder convTranspose(Op.ConvTranspose op) {
    boolean sharesPadding = op.window().autoPad() != AutoPad.NOTSET || !op.outputShape().isEmpty();
    rules.requireSince(11, sharesPadding, "the way its padding is shared out");
    kernelOfWeight();
    window(op.window(), 1);
    return proto
        .integer("group", op.groups())
        .integersIfAny("output_padding", op.outputPadding())
        .integersIfAny("output_shape", op.outputShape());
  }

  private void kernelOfWeight() {
    graph
        .constant(node.input(1))
        .ifPresent(w -> proto.integersIfAny("kernel_shape", Kernels.of(w)));
  }

  private void window(Window window, int dilatesSince) {
    if (window.autoPad() != AutoPad.NOTSET) {
      proto.text("auto_pad", window.autoPad().name());
    }
    boolean dilated = window.dilations().stream().anyMatch(d -> d != 1);
    rules.requireSince(dilatesSince, dilated, "dilation");
    if (opset >= dilatesSince) {
      proto.integersIfAny("dilations", window.dilations());
    }
    proto.integersIfAny("pads", window.pads()).integersIfAny("strides", window.strides());
  }

  @Override
  public NodeBuilder batchNormalization(Op.BatchNormalization op) {
    proto.real("epsilon", op.epsilon()).real("momentum", op.momentum());
    if (opset >= 14) {
      return proto.flagIfSet("training_mode", op.training());
    }
    long outputs = node.outputs().stream().filter(o -> !o.isEmpty()).count();
    rules.require(
        op.training() == outputs > 1,
        "before opset 14 it trains if it has more than one output, and it has %d",
        outputs);
    rules.require(opset >= 7 || !op.training(), "training came with opset 7");
    return proto.flagIfSet("is_test", opset < 7);
  }

  @Override
  public NodeBuilder unary(Op.Unary op) {
    rules.requireSince(op.function().since(), true, "it");
    return proto;
  }

  @Override
  public NodeBuilder binary(Op.Binary op) {
    rules.requireSince(op.function().since(), true, "it");
    return proto;
  }

  @Override
  public NodeBuilder variadic(Op.Variadic op) {
    rules.requireSince(Op.Variadic.SINCE, true, "its form without attributes");
    return proto;
  }

  @Override
  public NodeBuilder leakyRelu(Op.LeakyRelu op) {
    return proto.real("alpha", op.alpha());
  }

  @Override
  public NodeBuilder elu(Op.Elu op) {
    return proto.real("alpha", op.alpha());
  }

  @Override
  public NodeBuilder pRelu(Op.PRelu op) {
    rules.requireSince(7, true, "a slope that broadcasts");
    return proto;
  }

  @Override
  public NodeBuilder hardSigmoid(Op.HardSigmoid op) {
    return proto.real("alpha", op.alpha()).real("beta", op.beta());
  }

  @Override
  public NodeBuilder clip(Op.Clip op) {
    boolean bounded = op.min().isPresent() || op.max().isPresent();
    rules.requireAttributeBefore(11, bounded ? Optional.of(op) : Optional.empty(), "bounds");
    return proto.real("min", op.min()).real("max", op.max());
  }

  @Override
  public NodeBuilder softmax(Op.Softmax op) {
    return softmax(op.axis(), op.flattens());
  }

  private NodeBuilder softmax(int axis, boolean flattens) {
    rules.require(
        flattens == opset < 13,
        "up to opset 12 it flattens its input to two dimensions, later it does not");
    return proto.integer("axis", axis);
  }

  @Override
  public NodeBuilder concat(Op.Concat op) {
    return proto.integer("axis", op.axis());
  }

  @Override
  public NodeBuilder pad(Op.Pad op) {
    rules.requireSince(19, op.mode() == Op.Pad.Mode.WRAP, "mode wrap");
    rules.requireAttributeBefore(11, op.pads(), "pads");
    rules.require(opset < 11 || op.value().isEmpty(), "since opset 11 its value is an input");
    rules.require(opset >= 11 || op.pads().isPresent(), "it says no pads");
    proto.text("mode", op.mode().name().toLowerCase(Locale.ROOT));
    op.pads().ifPresent(p -> proto.integers("pads", p));
    return proto.real("value", op.value());
  }

  @Override
  public NodeBuilder maxPool(Op.MaxPool op) {
    rules.requireSince(10, op.ceilMode(), "ceil_mode");
    rules.requireSince(8, op.columnMajorIndices() || node.outputs().size() > 1, "indices");
    proto.integers("kernel_shape", op.kernel());
    window(op.window(), 10);
    return proto
        .flagIfSet("ceil_mode", op.ceilMode())
        .flagIfSet("storage_order", op.columnMajorIndices());
  }

  @Override
  public NodeBuilder maxUnpool(Op.MaxUnpool op) {
    rules.require(op.window().autoPad() == AutoPad.NOTSET, "it has no auto_pad");
    rules.requireSince(9, true, "it");
    proto.integers("kernel_shape", op.kernel());
    window(op.window(), Integer.MAX_VALUE);
    return proto;
  }

  @Override
  public NodeBuilder averagePool(Op.AveragePool op) {
    rules.requireSince(10, op.ceilMode(), "ceil_mode");
    rules.requireSince(7, op.countIncludePad(), "count_include_pad");
    proto.integers("kernel_shape", op.kernel());
    window(op.window(), 19);
    if (opset >= 7) {
      proto.flag("count_include_pad", op.countIncludePad());
    }
    return proto.flagIfSet("ceil_mode", op.ceilMode());
  }

  @Override
  public NodeBuilder globalAveragePool(Op.GlobalAveragePool op) {
    return proto;
  }

  @Override
  public NodeBuilder reduce(Op.Reduce op) {
    int inputSince = op.function().axesInputSince();
    rules.requireAttributeBefore(inputSince, op.axes(), "axes");
    rules.requireSince(inputSince, op.noopWithoutAxes(), "noop_with_empty_axes");
    op.axes().ifPresent(a -> proto.integersIfAny("axes", a));
    return proto
        .flag("keepdims", op.keepsDims())
        .flagIfSet("noop_with_empty_axes", op.noopWithoutAxes());
  }

  @Override
  public NodeBuilder matMul(Op.MatMul op) {
    return proto;
  }

  @Override
  public NodeBuilder gemm(Op.Gemm op) {
    rules.requireSince(11, node.input(2).isEmpty(), "leaving out C");
    return proto
        .real("alpha", op.alpha())
        .real("beta", op.beta())
        .flag("transA", op.transA())
        .flag("transB", op.transB());
  }

  @Override
  public NodeBuilder flatten(Op.Flatten op) {
    return proto.integer("axis", op.axis());
  }

  @Override
  public NodeBuilder reshape(Op.Reshape op) {
    rules.requireSince(5, true, "a shape that is an input");
    rules.requireSince(14, op.allowZero(), "allowzero");
    return proto.flagIfSet("allowzero", op.allowZero());
  }

  @Override
  public NodeBuilder transpose(Op.Transpose op) {
    return proto.integersIfAny("perm", op.permutation());
  }

  @Override
  public NodeBuilder slice(Op.Slice op) {
    rules.requireAttributeBefore(10, op.bounds(), "bounds");
    rules.require(opset >= 10 || op.bounds().isPresent(), "it says no bounds");
    op.bounds()
        .ifPresent(
            b ->
                proto
                    .integersIfAny("axes", b.axes())
                    .integers("ends", b.ends())
                    .integers("starts", b.starts()));
    return proto;
  }

  @Override
  public NodeBuilder squeeze(Op.Squeeze op) {
    rules.requireAttributeBefore(13, op.axes(), "axes");
    op.axes().ifPresent(a -> proto.integers("axes", a));
    return proto;
  }

  @Override
  public NodeBuilder unsqueeze(Op.Unsqueeze op) {
    rules.requireAttributeBefore(13, op.axes(), "axes");
    rules.require(opset >= 13 || op.axes().isPresent(), "it says no axes");
    op.axes().ifPresent(a -> proto.integers("axes", a));
    return proto;
  }

  @Override
  public NodeBuilder expand(Op.Expand op) {
    rules.requireSince(8, true, "it");
    return proto;
  }

  @Override
  public NodeBuilder tile(Op.Tile op) {
    rules.requireSince(6, true, "repeats that are one input");
    return proto;
  }

  @Override
  public NodeBuilder split(Op.Split op) {
    rules.requireAttributeBefore(13, op.sizes(), "sizes");
    proto.integer("axis", op.axis());
    op.sizes().ifPresent(s -> proto.integers("split", s));
    if (opset >= 18 && node.input(1).isEmpty()) {
      proto.integer("num_outputs", node.outputs().size());
    }
    return proto;
  }

  @Override
  public NodeBuilder resize(Op.Resize op) {
    rules.requireSince(10, true, "it");
    rules.require(op.legacyInputs() == (opset == 10), "opset 10 has the inputs X and scales only");
    proto.text("mode", op.mode());
    if (opset == 10) {
      rules.require(
          op.coordinates().equals("asymmetric") && op.nearestMode().equals("floor"),
          "opset 10 knows only asymmetric coordinates, rounded down");
      return proto;
    }
    boolean newer = op.antialias() || !op.axes().isEmpty();
    rules.requireSince(18, newer || !op.aspectRatioPolicy().equals("stretch"), "its form");
    proto
        .text("coordinate_transformation_mode", op.coordinates())
        .text("nearest_mode", op.nearestMode())
        .real("cubic_coeff_a", op.cubicCoefficient())
        .flagIfSet("exclude_outside", op.excludeOutside())
        .real("extrapolation_value", op.extrapolationValue())
        .flagIfSet("antialias", op.antialias())
        .integersIfAny("axes", op.axes());
    return op.aspectRatioPolicy().equals("stretch")
        ? proto
        : proto.text("keep_aspect_ratio_policy", op.aspectRatioPolicy());
  }

  @Override
  public NodeBuilder depthToSpace(Op.DepthToSpace op) {
    rules.requireSince(11, op.columnRowDepth(), "mode CRD");
    proto.integer("blocksize", op.blockSize());
    return opset < 11 ? proto : proto.text("mode", op.columnRowDepth() ? "CRD" : "DCR");
  }

  @Override
  public NodeBuilder spaceToDepth(Op.SpaceToDepth op) {
    return proto.integer("blocksize", op.blockSize());
  }

  @Override
  public NodeBuilder argMax(Op.ArgMax op) {
    rules.requireSince(12, op.selectsLast(), "select_last_index");
    return proto
        .integer("axis", op.axis())
        .flag("keepdims", op.keepsDims())
        .flagIfSet("select_last_index", op.selectsLast());
  }

  @Override
  public NodeBuilder dropout(Op.Dropout op) {
    Optional<Double> ratio =
        op.ratio().isPresent() ? Optional.of(op.ratio().getAsDouble()) : Optional.empty();
    rules.requireAttributeBefore(12, ratio, "ratio and mode");
    return proto.flagIfSet("is_test", opset < 7).real("ratio", op.ratio());
  }

  @Override
  public NodeBuilder identity(Op.Identity op) {
    return proto;
  }

  @Override
  public NodeBuilder cast(Op.Cast op) {
    rules.requireSince(6, true, "a target type that is a number");
    return proto.integer("to", op.to().code());
  }

  @Override
  public NodeBuilder constant(Op.Constant op) {
    return proto.tensor("value", op.value());
  }

  @Override
  public NodeBuilder constantOfShape(Op.ConstantOfShape op) {
    rules.requireSince(9, true, "it");
    return proto.tensor("value", op.value());
  }

  @Override
  public NodeBuilder shape(Op.ShapeOf op) {
    rules.requireSince(15, op.start() != 0 || op.end().isPresent(), "a range of axes");
    if (op.start() != 0) {
      proto.integer("start", op.start());
    }
    op.end().ifPresent(e -> proto.integer("end", e));
    return proto;
  }

  @Override
  public NodeBuilder size(Op.Size op) {
    return proto;
  }

  @Override
  public NodeBuilder gather(Op.Gather op) {
    return proto.integer("axis", op.axis());
  }

  @Override
  public NodeBuilder where(Op.Where op) {
    rules.requireSince(9, true, "it");
    return proto;
  }

  @Override
  public NodeBuilder scatterND(Op.ScatterND op) {
    rules.requireSince(11, true, "it");
    return proto;
  }

  @Override
  public NodeBuilder range(Op.Range op) {
    rules.requireSince(11, true, "it");
    return proto;
  }

  @Override
  public NodeBuilder quantizeLinear(Op.QuantizeLinear op) {
    rules.requireSince(21, op.to().isPresent(), "a type beside the zero point's");
    return scaled(op.axis(), op.to());
  }

  @Override
  public NodeBuilder dequantizeLinear(Op.DequantizeLinear op) {
    rules.requireSince(23, op.to().isPresent(), "a type beside the scale's");
    return scaled(op.axis(), op.to());
  }

  private NodeBuilder scaled(int axis, Optional<ElementType> to) {
    rules.requireSince(10, true, "it");
    boolean perChannel = graph.constant(node.input(1)).filter(s -> s.size() > 1).isPresent();
    rules.requireSince(13, perChannel || axis != 1, "one scale a channel");
    if (opset >= 13) {
      proto.integer("axis", axis);
    }
    to.ifPresent(type -> proto.integer("output_dtype", type.code()));
    return proto;
  }

  @Override
  public NodeBuilder gelu(Op.Gelu op) {
    rules.requireSince(20, true, "it");
    return proto.text("approximate", op.tanh() ? "tanh" : "none");
  }

  @Override
  public NodeBuilder selu(Op.Selu op) {
    rules.requireSince(6, true, "its default numbers");
    return proto.real("alpha", op.alpha()).real("gamma", op.gamma());
  }

  @Override
  public NodeBuilder celu(Op.Celu op) {
    rules.requireSince(12, true, "it");
    return proto.real("alpha", op.alpha());
  }

  @Override
  public NodeBuilder thresholdedRelu(Op.ThresholdedRelu op) {
    rules.requireSince(10, true, "it");
    return proto.real("alpha", op.alpha());
  }

  @Override
  public NodeBuilder logSoftmax(Op.LogSoftmax op) {
    return softmax(op.axis(), op.flattens());
  }

  @Override
  public NodeBuilder hardmax(Op.Hardmax op) {
    return softmax(op.axis(), op.flattens());
  }

  @Override
  public NodeBuilder layerNormalization(Op.LayerNormalization op) {
    rules.requireSince(17, true, "it");
    rules.require(node.outputs().size() == 1, "here it has no statistics for outputs");
    return proto.integer("axis", op.axis()).real("epsilon", op.epsilon());
  }

  @Override
  public NodeBuilder instanceNormalization(Op.InstanceNormalization op) {
    rules.requireSince(6, true, "its form without attributes of memory");
    return proto.real("epsilon", op.epsilon());
  }

  @Override
  public NodeBuilder groupNormalization(Op.GroupNormalization op) {
    rules.requireSince(18, true, "it");
    rules.require(
        op.scalesGroups() == opset < 21,
        "up to opset 20 it has one scale a group, later one a channel");
    return proto.integer("num_groups", op.groups()).real("epsilon", op.epsilon());
  }

  @Override
  public NodeBuilder lpNormalization(Op.LpNormalization op) {
    return proto.integer("axis", op.axis()).integer("p", op.p());
  }

  @Override
  public NodeBuilder topK(Op.TopK op) {
    rules.requireSince(10, true, "a k that is an input");
    rules.requireSince(
        11, !op.largest() || !op.sorted(), "the smallest, or an order that is free,");
    proto.integer("axis", op.axis());
    return opset < 11 ? proto : proto.flag("largest", op.largest()).flag("sorted", op.sorted());
  }

  @Override
  public NodeBuilder cumSum(Op.CumSum op) {
    rules.requireSince(11, true, "it");
    return proto.flagIfSet("exclusive", op.exclusive()).flagIfSet("reverse", op.reverse());
  }

  @Override
  public NodeBuilder einsum(Op.Einsum op) {
    rules.requireSince(12, true, "it");
    return proto.text("equation", op.equation());
  }

  /** The names in order, since the op keeps none. */
  @Override
  public NodeBuilder opaque(Op.Opaque op) {
    proto.domain(op.domain());
    List<String> names = op.attributes().keySet().stream().sorted().toList();
    for (String name : names) {
      Object value = op.attributes().get(name);
      if (value != null) {
        proto.attribute(OpaqueAttributes.write(name, value));
      }
    }
    return proto;
  }
}
