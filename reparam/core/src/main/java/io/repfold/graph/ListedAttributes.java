package io.repfold.graph;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The attributes of an op that differ from ONNX's defaults, under ONNX's names. */
final class ListedAttributes implements Op.Visitor<List<String>> {
  private static final int LONGEST_LIST = 16;

  private final List<String> listed = new ArrayList<>();

  private ListedAttributes put(String name, Object value) {
    listed.add(name + "=" + value);
    return this;
  }

  private ListedAttributes unless(Object standard, String name, Object value) {
    return value.equals(standard) ? this : put(name, value);
  }

  private ListedAttributes flag(String name, boolean value) {
    return value ? put(name, 1) : this;
  }

  private ListedAttributes unlessAll(int standard, String name, List<Integer> values) {
    return values.stream().allMatch(v -> v == standard) ? this : put(name, values);
  }

  private ListedAttributes ifPresent(String name, Optional<?> value) {
    value.ifPresent(v -> put(name, v));
    return this;
  }

  private ListedAttributes ifPresent(String name, OptionalDouble value) {
    value.ifPresent(v -> put(name, (float) v));
    return this;
  }

  private ListedAttributes window(Window window) {
    return unless(Window.AutoPad.NOTSET, "auto_pad", window.autoPad())
        .unlessAll(1, "strides", window.strides())
        .unlessAll(1, "dilations", window.dilations())
        .unlessAll(0, "pads", window.pads());
  }

  @Override
  public List<String> conv(Op.Conv op) {
    return window(op.window()).unless(1, "group", op.groups()).listed;
  }

  @Override
  public List<String> convTranspose(Op.ConvTranspose op) {
    return window(op.window())
        .unless(1, "group", op.groups())
        .unlessAll(0, "output_padding", op.outputPadding())
        .unless(List.of(), "output_shape", op.outputShape())
        .listed;
  }

  @Override
  public List<String> batchNormalization(Op.BatchNormalization op) {
    return unless(1e-5f, "epsilon", op.epsilon())
        .unless(0.9f, "momentum", op.momentum())
        .flag("training_mode", op.training())
        .listed;
  }

  @Override
  public List<String> unary(Op.Unary op) {
    return listed;
  }

  @Override
  public List<String> binary(Op.Binary op) {
    return listed;
  }

  @Override
  public List<String> variadic(Op.Variadic op) {
    return listed;
  }

  @Override
  public List<String> leakyRelu(Op.LeakyRelu op) {
    return unless(0.01f, "alpha", op.alpha()).listed;
  }

  @Override
  public List<String> elu(Op.Elu op) {
    return unless(1f, "alpha", op.alpha()).listed;
  }

  @Override
  public List<String> pRelu(Op.PRelu op) {
    return listed;
  }

  @Override
  public List<String> hardSigmoid(Op.HardSigmoid op) {
    return unless(0.2f, "alpha", op.alpha()).unless(0.5f, "beta", op.beta()).listed;
  }

  @Override
  public List<String> clip(Op.Clip op) {
    return ifPresent("min", op.min()).ifPresent("max", op.max()).listed;
  }

  @Override
  public List<String> softmax(Op.Softmax op) {
    return unless(op.flattens() ? 1 : -1, "axis", op.axis()).listed;
  }

  @Override
  public List<String> concat(Op.Concat op) {
    return put("axis", op.axis()).listed;
  }

  @Override
  public List<String> pad(Op.Pad op) {
    return unless("constant", "mode", op.mode().name().toLowerCase(Locale.ROOT))
        .ifPresent("pads", op.pads())
        .ifPresent("value", op.value())
        .listed;
  }

  @Override
  public List<String> maxPool(Op.MaxPool op) {
    return put("kernel_shape", op.kernel())
        .window(op.window())
        .flag("ceil_mode", op.ceilMode())
        .flag("storage_order", op.columnMajorIndices())
        .listed;
  }

  @Override
  public List<String> maxUnpool(Op.MaxUnpool op) {
    return put("kernel_shape", op.kernel()).window(op.window()).listed;
  }

  @Override
  public List<String> averagePool(Op.AveragePool op) {
    return put("kernel_shape", op.kernel())
        .window(op.window())
        .flag("ceil_mode", op.ceilMode())
        .flag("count_include_pad", op.countIncludePad())
        .listed;
  }

  @Override
  public List<String> globalAveragePool(Op.GlobalAveragePool op) {
    return listed;
  }

  @Override
  public List<String> reduce(Op.Reduce op) {
    return ifPresent("axes", op.axes())
        .unless(1, "keepdims", op.keepsDims() ? 1 : 0)
        .flag("noop_with_empty_axes", op.noopWithoutAxes())
        .listed;
  }

  @Override
  public List<String> matMul(Op.MatMul op) {
    return listed;
  }

  @Override
  public List<String> gemm(Op.Gemm op) {
    return unless(1f, "alpha", op.alpha())
        .unless(1f, "beta", op.beta())
        .flag("transA", op.transA())
        .flag("transB", op.transB())
        .listed;
  }

  @Override
  public List<String> flatten(Op.Flatten op) {
    return unless(1, "axis", op.axis()).listed;
  }

  @Override
  public List<String> reshape(Op.Reshape op) {
    return flag("allowzero", op.allowZero()).listed;
  }

  @Override
  public List<String> transpose(Op.Transpose op) {
    return unless(List.of(), "perm", op.permutation()).listed;
  }

  @Override
  public List<String> slice(Op.Slice op) {
    op.bounds()
        .ifPresent(
            b ->
                put("starts", b.starts())
                    .put("ends", b.ends())
                    .unless(List.of(), "axes", b.axes()));
    return listed;
  }

  @Override
  public List<String> squeeze(Op.Squeeze op) {
    return ifPresent("axes", op.axes()).listed;
  }

  @Override
  public List<String> unsqueeze(Op.Unsqueeze op) {
    return ifPresent("axes", op.axes()).listed;
  }

  @Override
  public List<String> expand(Op.Expand op) {
    return listed;
  }

  @Override
  public List<String> tile(Op.Tile op) {
    return listed;
  }

  @Override
  public List<String> split(Op.Split op) {
    return unless(0, "axis", op.axis()).ifPresent("split", op.sizes()).listed;
  }

  @Override
  public List<String> resize(Op.Resize op) {
    String coordinates = op.legacyInputs() ? "asymmetric" : "half_pixel";
    String nearest = op.legacyInputs() ? "floor" : "round_prefer_floor";
    return unless("nearest", "mode", op.mode())
        .unless(coordinates, "coordinate_transformation_mode", op.coordinates())
        .unless(nearest, "nearest_mode", op.nearestMode())
        .unless(-0.75f, "cubic_coeff_a", op.cubicCoefficient())
        .flag("exclude_outside", op.excludeOutside())
        .unless(0f, "extrapolation_value", op.extrapolationValue())
        .flag("antialias", op.antialias())
        .unless(List.of(), "axes", op.axes())
        .unless("stretch", "keep_aspect_ratio_policy", op.aspectRatioPolicy())
        .listed;
  }

  @Override
  public List<String> depthToSpace(Op.DepthToSpace op) {
    return put("blocksize", op.blockSize())
        .unless("DCR", "mode", op.columnRowDepth() ? "CRD" : "DCR")
        .listed;
  }

  @Override
  public List<String> spaceToDepth(Op.SpaceToDepth op) {
    return put("blocksize", op.blockSize()).listed;
  }

  @Override
  public List<String> argMax(Op.ArgMax op) {
    return unless(0, "axis", op.axis())
        .unless(1, "keepdims", op.keepsDims() ? 1 : 0)
        .flag("select_last_index", op.selectsLast())
        .listed;
  }

  @Override
  public List<String> dropout(Op.Dropout op) {
    return ifPresent("ratio", op.ratio()).listed;
  }

  @Override
  public List<String> identity(Op.Identity op) {
    return listed;
  }

  @Override
  public List<String> cast(Op.Cast op) {
    return put("to", op.to()).listed;
  }

  @Override
  public List<String> constant(Op.Constant op) {
    return put("value", Listing.describe(op.value())).listed;
  }

  @Override
  public List<String> constantOfShape(Op.ConstantOfShape op) {
    return put("value", Listing.describe(op.value())).listed;
  }

  @Override
  public List<String> shape(Op.ShapeOf op) {
    return unless(0, "start", op.start()).ifPresent("end", op.end()).listed;
  }

  @Override
  public List<String> size(Op.Size op) {
    return listed;
  }

  @Override
  public List<String> gather(Op.Gather op) {
    return unless(0, "axis", op.axis()).listed;
  }

  @Override
  public List<String> where(Op.Where op) {
    return listed;
  }

  @Override
  public List<String> scatterND(Op.ScatterND op) {
    return listed;
  }

  @Override
  public List<String> range(Op.Range op) {
    return listed;
  }

  @Override
  public List<String> quantizeLinear(Op.QuantizeLinear op) {
    return unless(1, "axis", op.axis()).ifPresent("output_dtype", op.to()).listed;
  }

  @Override
  public List<String> dequantizeLinear(Op.DequantizeLinear op) {
    return unless(1, "axis", op.axis()).ifPresent("output_dtype", op.to()).listed;
  }

  @Override
  public List<String> gelu(Op.Gelu op) {
    return unless("none", "approximate", op.tanh() ? "tanh" : "none").listed;
  }

  @Override
  public List<String> selu(Op.Selu op) {
    return unless(1.6732632f, "alpha", op.alpha()).unless(1.050701f, "gamma", op.gamma()).listed;
  }

  @Override
  public List<String> celu(Op.Celu op) {
    return unless(1f, "alpha", op.alpha()).listed;
  }

  @Override
  public List<String> thresholdedRelu(Op.ThresholdedRelu op) {
    return unless(1f, "alpha", op.alpha()).listed;
  }

  @Override
  public List<String> logSoftmax(Op.LogSoftmax op) {
    return unless(op.flattens() ? 1 : -1, "axis", op.axis()).listed;
  }

  @Override
  public List<String> hardmax(Op.Hardmax op) {
    return unless(op.flattens() ? 1 : -1, "axis", op.axis()).listed;
  }

  @Override
  public List<String> layerNormalization(Op.LayerNormalization op) {
    return unless(-1, "axis", op.axis()).unless(1e-5f, "epsilon", op.epsilon()).listed;
  }

  @Override
  public List<String> instanceNormalization(Op.InstanceNormalization op) {
    return unless(1e-5f, "epsilon", op.epsilon()).listed;
  }

  @Override
  public List<String> groupNormalization(Op.GroupNormalization op) {
    return put("num_groups", op.groups()).unless(1e-5f, "epsilon", op.epsilon()).listed;
  }

  @Override
  public List<String> lpNormalization(Op.LpNormalization op) {
    return unless(-1, "axis", op.axis()).unless(2, "p", op.p()).listed;
  }

  @Override
  public List<String> topK(Op.TopK op) {
    return unless(-1, "axis", op.axis())
        .unless(1, "largest", op.largest() ? 1 : 0)
        .unless(1, "sorted", op.sorted() ? 1 : 0)
        .listed;
  }

  @Override
  public List<String> cumSum(Op.CumSum op) {
    return flag("exclusive", op.exclusive()).flag("reverse", op.reverse()).listed;
  }

  @Override
  public List<String> einsum(Op.Einsum op) {
    return put("equation", text(op.equation())).listed;
  }

  @Override
  public List<String> opaque(Op.Opaque op) {
    new TreeMap<>(op.attributes()).forEach((name, value) -> put(Listing.name(name), text(value)));
    if (!op.captures().isEmpty()) {
      put("captures", op.captures().stream().map(c -> "%" + Listing.name(c)).toList());
    }
    return listed;
  }

  /** Numbers as they are, bytes as text, lists of these; a reader's own object as dots. */
  private static String text(Object value) {
    if (value instanceof Number) {
      return value.toString();
    }
    if (value instanceof byte[] bytes) {
      return Listing.quoted(new String(bytes, StandardCharsets.UTF_8));
    }
    if (value instanceof String string) {
      return Listing.quoted(string);
    }
    if (value instanceof Tensor tensor) {
      return Listing.describe(tensor);
    }
    if (value instanceof List<?> list) {
      String shown =
          list.stream()
              .limit(LONGEST_LIST)
              .map(ListedAttributes::text)
              .collect(Collectors.joining(", "));
      return "[" + shown + (list.size() > LONGEST_LIST ? ", ...]" : "]");
    }
    return "{...}";
  }
}
