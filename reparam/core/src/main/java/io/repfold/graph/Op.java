package io.repfold.graph;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The closed set of ops that have a meaning here, and {@link Opaque} for every other one.
 *
 * <p>Each is the ONNX operator of the same name in the default domain; the attributes that moved to
 * inputs in later opsets are {@link Optional} here and present in the form that the graph's opset
 * has.
 */
public sealed interface Op {
  /** The ONNX {@code op_type}. */
  String type();

  <R> R accept(Visitor<R> visitor);

  private static List<Integer> kernelShape(String type, List<Integer> kernel) {
    Check.that(
        !kernel.isEmpty() && kernel.stream().allMatch(k -> k >= 1),
        "%s: kernel_shape must hold a size of at least 1 for each spatial axis, got %s",
        type,
        kernel);
    return List.copyOf(kernel);
  }

  /** One method an op and no default, so that a new op breaks every lowering at compile time. */
  interface Visitor<R> {
    R conv(Conv op);

    R convTranspose(ConvTranspose op);

    R batchNormalization(BatchNormalization op);

    R unary(Unary op);

    R binary(Binary op);

    R variadic(Variadic op);

    R leakyRelu(LeakyRelu op);

    R elu(Elu op);

    R gelu(Gelu op);

    R selu(Selu op);

    R celu(Celu op);

    R thresholdedRelu(ThresholdedRelu op);

    R pRelu(PRelu op);

    R hardSigmoid(HardSigmoid op);

    R clip(Clip op);

    R softmax(Softmax op);

    R logSoftmax(LogSoftmax op);

    R hardmax(Hardmax op);

    R layerNormalization(LayerNormalization op);

    R instanceNormalization(InstanceNormalization op);

    R groupNormalization(GroupNormalization op);

    R lpNormalization(LpNormalization op);

    R concat(Concat op);

    R pad(Pad op);

    R maxPool(MaxPool op);

    R maxUnpool(MaxUnpool op);

    R averagePool(AveragePool op);

    R globalAveragePool(GlobalAveragePool op);

    R reduce(Reduce op);

    R matMul(MatMul op);

    R gemm(Gemm op);

    R flatten(Flatten op);

    R reshape(Reshape op);

    R transpose(Transpose op);

    R slice(Slice op);

    R squeeze(Squeeze op);

    R unsqueeze(Unsqueeze op);

    R expand(Expand op);

    R tile(Tile op);

    R split(Split op);

    R resize(Resize op);

    R depthToSpace(DepthToSpace op);

    R spaceToDepth(SpaceToDepth op);

    R argMax(ArgMax op);

    R topK(TopK op);

    R cumSum(CumSum op);

    R einsum(Einsum op);

    R dropout(Dropout op);

    R identity(Identity op);

    R cast(Cast op);

    R constant(Constant op);

    R constantOfShape(ConstantOfShape op);

    R shape(ShapeOf op);

    R size(Size op);

    R gather(Gather op);

    R where(Where op);

    R scatterND(ScatterND op);

    R range(Range op);

    R quantizeLinear(QuantizeLinear op);

    R dequantizeLinear(DequantizeLinear op);

    R opaque(Opaque op);
  }

  /** Inputs X {@code [N, I, D...]}, W {@code [O, I/groups, k...]}, optional B {@code [O]}. */
  record Conv(Window window, int groups) implements Op {
    public Conv {
      Check.that(groups >= 1, "Conv: groups must be at least 1, got %d", groups);
    }

    @Override
    public String type() {
      return "Conv";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.conv(this);
    }
  }

  /** Inputs X {@code [N, I, D...]}, W {@code [I, O/groups, k...]}, optional B {@code [O]}. */
  record ConvTranspose(
      Window window, int groups, List<Integer> outputPadding, List<Integer> outputShape)
      implements Op {
    public ConvTranspose {
      Check.that(groups >= 1, "ConvTranspose: groups must be at least 1, got %d", groups);
      outputPadding = List.copyOf(outputPadding);
      outputShape = List.copyOf(outputShape);
      Check.that(
          outputPadding.stream().allMatch(p -> p >= 0),
          "ConvTranspose: output_padding must not be negative, got %s",
          outputPadding);
      Check.that(
          outputShape.stream().allMatch(s -> s >= 1),
          "ConvTranspose: output_shape must be at least 1, got %s",
          outputShape);
    }

    @Override
    public String type() {
      return "ConvTranspose";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.convTranspose(this);
    }
  }

  /**
   * Inputs X {@code [N, C, D...]}, scale, B, mean, variance {@code [C]}.
   *
   * @param training whether batch statistics are used: {@code training_mode = 1}, or more than one
   *     output before opset 14
   */
  record BatchNormalization(float epsilon, float momentum, boolean training) implements Op {
    @Override
    public String type() {
      return "BatchNormalization";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.batchNormalization(this);
    }
  }

  /** An elementwise function without attributes. Input X of any shape, which the result has too. */
  record Unary(Unary.Function function) implements Op {
    /** The functions, with what ONNX says of them (docs/Changelog.md). */
    public enum Function {
      RELU("Relu", 1, 13, Result.REAL, Errors.KEPT),
      SIGMOID("Sigmoid", 1, 13, Result.REAL, Errors.KEPT),
      HARD_SWISH("HardSwish", 14, 22, Result.REAL, Errors.KEPT),
      MISH("Mish", 18, 22, Result.REAL, Errors.KEPT),
      NEG("Neg", 1, 13, Result.REAL, Errors.KEPT),
      ABS("Abs", 1, 13, Result.REAL, Errors.KEPT),
      EXP("Exp", 1, 13, Result.REAL, Errors.GROW),
      LOG("Log", 1, 13, Result.REAL, Errors.GROW),
      SQRT("Sqrt", 1, 13, Result.REAL, Errors.KEPT),
      RECIPROCAL("Reciprocal", 1, 13, Result.REAL, Errors.DIVIDED),
      TANH("Tanh", 1, 13, Result.REAL, Errors.KEPT),
      ERF("Erf", 9, 13, Result.REAL, Errors.KEPT),
      FLOOR("Floor", 1, 13, Result.WHOLE, Errors.KEPT),
      CEIL("Ceil", 1, 13, Result.WHOLE, Errors.KEPT),
      SOFTPLUS("Softplus", 1, 22, Result.REAL, Errors.GROW),
      SOFTSIGN("Softsign", 1, 22, Result.REAL, Errors.KEPT),
      NOT("Not", 1, 13, Result.CONDITION, Errors.KEPT);

      /** What kind of number comes out. */
      public enum Result {
        /** One that follows small changes of the input. */
        REAL,
        /** A whole one, constant between jumps. */
        WHOLE,
        /** True or false. */
        CONDITION
      }

      /** What becomes of small errors of the input. */
      public enum Errors {
        /** They stay small beside the largest results. */
        KEPT,
        /** They become large relative ones: exponentials and logarithms. */
        GROW,
        /** They have no bound where the input vanishes. */
        DIVIDED
      }

      private final String type;
      private final int since;
      private final int bfloat16Since;
      private final Result result;
      private final Errors errors;

      Function(String type, int since, int bfloat16Since, Result result, Errors errors) {
        this.type = type;
        this.since = since;
        this.bfloat16Since = bfloat16Since;
        this.result = result;
        this.errors = errors;
      }

      /** The ONNX {@code op_type}. */
      public String type() {
        return type;
      }

      /** The first opset that has it. */
      public int since() {
        return since;
      }

      /** The first opset in which it takes bfloat16, if it takes real numbers. */
      public int bfloat16Since() {
        return bfloat16Since;
      }

      public Result result() {
        return result;
      }

      public Errors errors() {
        return errors;
      }
    }

    @Override
    public String type() {
      return function.type();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unary(this);
    }
  }

  /**
   * An elementwise function of two inputs that broadcast (multidirectional, opset 7 and up). Inputs
   * A and B of one type, numbers or, for And and Or, BOOL.
   */
  record Binary(Binary.Function function) implements Op {
    /** The functions, with what ONNX says of them (docs/Changelog.md). */
    public enum Function {
      ADD("Add", 1, 13, Result.NUMBER),
      SUB("Sub", 1, 13, Result.NUMBER),
      MUL("Mul", 1, 13, Result.NUMBER),
      DIV("Div", 1, 13, Result.NUMBER),
      POW("Pow", 1, 13, Result.NUMBER),
      EQUAL("Equal", 1, 13, Result.CONDITION),
      LESS("Less", 1, 13, Result.CONDITION),
      LESS_OR_EQUAL("LessOrEqual", 12, 16, Result.CONDITION),
      GREATER("Greater", 1, 13, Result.CONDITION),
      GREATER_OR_EQUAL("GreaterOrEqual", 12, 16, Result.CONDITION),
      AND("And", 1, 13, Result.CONDITION),
      OR("Or", 1, 13, Result.CONDITION);

      /** What comes out. */
      public enum Result {
        /** A number of the inputs' type. */
        NUMBER,
        /** True or false. */
        CONDITION
      }

      private final String type;
      private final int since;
      private final int bfloat16Since;
      private final Result result;

      Function(String type, int since, int bfloat16Since, Result result) {
        this.type = type;
        this.since = since;
        this.bfloat16Since = bfloat16Since;
        this.result = result;
      }

      /** The ONNX {@code op_type}. */
      public String type() {
        return type;
      }

      /** The first opset that has it; up to 6 it broadcasts only if an attribute says so. */
      public int since() {
        return since;
      }

      /** The first opset in which it takes bfloat16, if it takes real numbers. */
      public int bfloat16Since() {
        return bfloat16Since;
      }

      public Result result() {
        return result;
      }
    }

    @Override
    public String type() {
      return function.type();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.binary(this);
    }
  }

  /** An elementwise function of one or more inputs that broadcast (opset 8 and up). */
  record Variadic(Variadic.Function function) implements Op {
    /** The first opset in which these have no attributes. */
    public static final int SINCE = 6;

    /** The functions, by ONNX name. */
    public enum Function {
      SUM("Sum"),
      MEAN("Mean"),
      MAX("Max"),
      MIN("Min");

      private final String type;

      Function(String type) {
        this.type = type;
      }

      public String type() {
        return type;
      }
    }

    @Override
    public String type() {
      return function.type();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.variadic(this);
    }
  }

  /** {@code x} from 0 on, else {@code alpha x} (Maas et al., 2013). Input X of any shape. */
  record LeakyRelu(float alpha) implements Op {
    @Override
    public String type() {
      return "LeakyRelu";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.leakyRelu(this);
    }
  }

  /**
   * {@code x} from 0 on, else {@code alpha (exp(x) - 1)} (Clevert et al., 2016). Input X of any
   * shape.
   */
  record Elu(float alpha) implements Op {
    @Override
    public String type() {
      return "Elu";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.elu(this);
    }
  }

  /**
   * {@code x/2 (1 + erf(x / sqrt(2)))} (opset 20, Hendrycks and Gimpel, 2016). Input X of any
   * shape.
   *
   * @param tanh whether {@code tanh(sqrt(2/pi) (x + 0.044715 x^3))} stands for {@code erf}: ONNX
   *     {@code approximate = tanh}
   */
  record Gelu(boolean tanh) implements Op {
    @Override
    public String type() {
      return "Gelu";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.gelu(this);
    }
  }

  /**
   * {@code gamma x} above 0, else {@code gamma alpha (exp(x) - 1)} (opset 6, Klambauer et al.,
   * 2017). Input X of any shape.
   */
  record Selu(float alpha, float gamma) implements Op {
    @Override
    public String type() {
      return "Selu";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.selu(this);
    }
  }

  /**
   * {@code x} above 0, else {@code alpha (exp(x / alpha) - 1)} (opset 12, Barron, 2017). Input X of
   * any shape.
   */
  record Celu(float alpha) implements Op {
    public Celu {
      Check.that(alpha > 0, "Celu: alpha must be positive, got %s", alpha);
    }

    @Override
    public String type() {
      return "Celu";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.celu(this);
    }
  }

  /** {@code x} above alpha, else 0 (opset 10). Input X of any shape. */
  record ThresholdedRelu(float alpha) implements Op {
    @Override
    public String type() {
      return "ThresholdedRelu";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.thresholdedRelu(this);
    }
  }

  /** Inputs X and slope, which broadcasts to X (unidirectional). */
  record PRelu() implements Op {
    @Override
    public String type() {
      return "PRelu";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.pRelu(this);
    }
  }

  /** {@code max(0, min(1, alpha x + beta))}. */
  record HardSigmoid(float alpha, float beta) implements Op {
    @Override
    public String type() {
      return "HardSigmoid";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.hardSigmoid(this);
    }
  }

  /** The bounds are attributes up to opset 10, optional inputs 1 and 2 from 11. */
  record Clip(OptionalDouble min, OptionalDouble max) implements Op {
    @Override
    public String type() {
      return "Clip";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.clip(this);
    }
  }

  /**
   * {@code exp(x)} divided by its sum along an axis. Input X of any shape.
   *
   * @param axis may be negative
   * @param flattens whether the input is coerced to two dimensions before {@code axis} (up to opset
   *     12)
   */
  record Softmax(int axis, boolean flattens) implements Op {
    @Override
    public String type() {
      return "Softmax";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.softmax(this);
    }
  }

  /**
   * The logarithm of {@link Softmax}, of the same form. Input X of any shape.
   *
   * @param axis may be negative
   * @param flattens as {@link Softmax#flattens()}
   */
  record LogSoftmax(int axis, boolean flattens) implements Op {
    @Override
    public String type() {
      return "LogSoftmax";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.logSoftmax(this);
    }
  }

  /**
   * 1 for the first largest element along an axis and 0 for the others, in the form of {@link
   * Softmax}. Input X of any shape.
   *
   * @param axis may be negative
   * @param flattens as {@link Softmax#flattens()}
   */
  record Hardmax(int axis, boolean flattens) implements Op {
    @Override
    public String type() {
      return "Hardmax";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.hardmax(this);
    }
  }

  /**
   * {@code (x - mean) / sqrt(variance + epsilon) * scale + B} with the statistics of an axis and
   * all that follow (opset 17, Ba et al., 2016). Inputs X, scale and optional B, which broadcast to
   * X (unidirectional). With the outputs mean and deviation, or a {@code stash_type} other than
   * float32, it is {@link Opaque}.
   *
   * @param axis may be negative
   */
  record LayerNormalization(int axis, float epsilon) implements Op {
    @Override
    public String type() {
      return "LayerNormalization";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.layerNormalization(this);
    }
  }

  /**
   * The same with the statistics of each channel of each image (opset 6, Ulyanov et al., 2016).
   * Inputs X {@code [N, C, D...]} with at least one spatial axis, scale and B {@code [C]}.
   */
  record InstanceNormalization(float epsilon) implements Op {
    @Override
    public String type() {
      return "InstanceNormalization";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.instanceNormalization(this);
    }
  }

  /**
   * The same with the statistics of each group of channels of each image (opset 18, Wu and He,
   * 2018). Inputs X {@code [N, C, D...]}, scale and B {@code [C]}. With a {@code stash_type} other
   * than float32 it is {@link Opaque}.
   *
   * @param groups divides the number of channels
   * @param scalesGroups whether scale and B are {@code [groups]}, as in opsets 18 to 20
   */
  record GroupNormalization(int groups, float epsilon, boolean scalesGroups) implements Op {
    public GroupNormalization {
      Check.that(groups >= 1, "GroupNormalization: num_groups must be at least 1, got %d", groups);
    }

    @Override
    public String type() {
      return "GroupNormalization";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.groupNormalization(this);
    }
  }

  /**
   * {@code x} divided by its norm along an axis; 0 where that is 0. Input X of any shape.
   *
   * @param axis may be negative
   * @param p 1 for the sum of absolute values, 2 for the root of the sum of squares
   */
  record LpNormalization(int axis, int p) implements Op {
    public LpNormalization {
      Check.that(p == 1 || p == 2, "LpNormalization: p must be 1 or 2, got %d", p);
    }

    @Override
    public String type() {
      return "LpNormalization";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.lpNormalization(this);
    }
  }

  /**
   * Inputs of one type and rank, whose sizes differ on one axis at most.
   *
   * @param axis may be negative
   */
  record Concat(int axis) implements Op {
    @Override
    public String type() {
      return "Concat";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.concat(this);
    }
  }

  /**
   * @param pads the attribute up to opset 10; from 11 input 1, with the constant value as input 2
   *     and axes as input 3
   * @param value the attribute up to opset 10
   */
  record Pad(Mode mode, Optional<List<Long>> pads, OptionalDouble value) implements Op {
    /** What lies outside. */
    public enum Mode {
      CONSTANT,
      REFLECT,
      EDGE,
      WRAP
    }

    public Pad {
      pads = pads.map(List::copyOf);
    }

    @Override
    public String type() {
      return "Pad";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.pad(this);
    }
  }

  /**
   * Maxima over windows. Input X {@code [N, C, D...]}; padding never wins. The optional second
   * output (opset 8) holds the flat indices of the maxima, over the whole input tensor.
   */
  record MaxPool(List<Integer> kernel, Window window, boolean ceilMode, boolean columnMajorIndices)
      implements Op {
    public MaxPool {
      kernel = kernelShape("MaxPool", kernel);
    }

    @Override
    public String type() {
      return "MaxPool";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.maxPool(this);
    }
  }

  /**
   * Puts pooled maxima back where they were, between zeros (opset 9). Inputs X {@code [N, C,
   * D...]}, indices, INT64 and flat as those of {@link MaxPool}, optional output shape, INT64.
   */
  record MaxUnpool(List<Integer> kernel, Window window) implements Op {
    public MaxUnpool {
      kernel = kernelShape("MaxUnpool", kernel);
    }

    @Override
    public String type() {
      return "MaxUnpool";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.maxUnpool(this);
    }
  }

  /**
   * Means over windows. Input X {@code [N, C, D...]}.
   *
   * @param kernel its size on each spatial axis, at least 1
   * @param window stride, dilation (from opset 19) and padding in pixels
   * @param ceilMode whether a last window may end behind the padding (opset 10)
   * @param countIncludePad whether padding counts as zeros (opset 7), else a mean is over the
   *     pixels inside; what {@code ceilMode} adds is never counted
   */
  record AveragePool(List<Integer> kernel, Window window, boolean ceilMode, boolean countIncludePad)
      implements Op {
    public AveragePool {
      kernel = kernelShape("AveragePool", kernel);
    }

    @Override
    public String type() {
      return "AveragePool";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.averagePool(this);
    }
  }

  /** The mean of each channel. Input X {@code [N, C, D...]}; the result is {@code [N, C, 1...]}. */
  record GlobalAveragePool() implements Op {
    @Override
    public String type() {
      return "GlobalAveragePool";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.globalAveragePool(this);
    }
  }

  /**
   * A reduction over axes.
   *
   * @param axes the attribute, in the opsets that have one (up to 17; ReduceSum up to 12); else
   *     optional input 1
   * @param keepsDims whether reduced axes stay with size 1
   * @param noopWithoutAxes whether an absent axes input means no reduction instead of all axes
   */
  record Reduce(
      Reduce.Function function,
      Optional<List<Integer>> axes,
      boolean keepsDims,
      boolean noopWithoutAxes)
      implements Op {
    /** The reductions, with what ONNX says of them (docs/Changelog.md). */
    public enum Function {
      MEAN("ReduceMean", 18, true),
      SUM("ReduceSum", 13, true),
      MAX("ReduceMax", 18, false),
      MIN("ReduceMin", 18, false),
      PROD("ReduceProd", 18, true);

      private final String type;
      private final int axesInputSince;
      private final boolean accumulates;

      Function(String type, int axesInputSince, boolean accumulates) {
        this.type = type;
        this.axesInputSince = axesInputSince;
        this.accumulates = accumulates;
      }

      /** The ONNX {@code op_type}. */
      public String type() {
        return type;
      }

      /** The first opset in which the axes are an input and not an attribute. */
      public int axesInputSince() {
        return axesInputSince;
      }

      /** Whether rounding errors add up over the elements, as in a sum, and not in a maximum. */
      public boolean accumulates() {
        return accumulates;
      }
    }

    public Reduce {
      axes = axes.map(List::copyOf);
    }

    @Override
    public String type() {
      return function.type();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.reduce(this);
    }
  }

  /**
   * A product of matrices, as NumPy's {@code matmul}. Inputs A {@code [..., M, K]} and B {@code
   * [..., K, N]}, of which the leading axes broadcast (opset 1); one of a single axis is a vector,
   * and that axis is not in the result.
   */
  record MatMul() implements Op {
    @Override
    public String type() {
      return "MatMul";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.matMul(this);
    }
  }

  /** {@code alpha A' B' + beta C}; C is optional from opset 11. */
  record Gemm(float alpha, float beta, boolean transA, boolean transB) implements Op {
    @Override
    public String type() {
      return "Gemm";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.gemm(this);
    }
  }

  /**
   * Makes two axes: of those before {@code axis}, and of the others. Input X of any shape.
   *
   * @param axis 0 to the rank; negative from opset 11 on
   */
  record Flatten(int axis) implements Op {
    @Override
    public String type() {
      return "Flatten";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.flatten(this);
    }
  }

  /** Input 1 is the shape; 0 copies the input's dimension unless {@code allowZero}. */
  record Reshape(boolean allowZero) implements Op {
    @Override
    public String type() {
      return "Reshape";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.reshape(this);
    }
  }

  /**
   * The axes in another order. Input X of any shape.
   *
   * @param permutation which axis of X each axis of the result is; empty to reverse the axes
   */
  record Transpose(List<Integer> permutation) implements Op {
    public Transpose {
      permutation = List.copyOf(permutation);
    }

    @Override
    public String type() {
      return "Transpose";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.transpose(this);
    }
  }

  /**
   * Starts, ends and axes are attributes up to opset 9; inputs 1 to 4 (starts, ends, axes, steps)
   * from 10.
   */
  record Slice(Optional<Bounds> bounds) implements Op {
    /** The attributes of Slice-1; empty axes mean the first ones. */
    public record Bounds(List<Long> starts, List<Long> ends, List<Integer> axes) {
      public Bounds {
        starts = List.copyOf(starts);
        ends = List.copyOf(ends);
        axes = List.copyOf(axes);
      }
    }

    @Override
    public String type() {
      return "Slice";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.slice(this);
    }
  }

  /** Axes: the attribute up to opset 12, optional input 1 from 13. */
  record Squeeze(Optional<List<Integer>> axes) implements Op {
    public Squeeze {
      axes = axes.map(List::copyOf);
    }

    @Override
    public String type() {
      return "Squeeze";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.squeeze(this);
    }
  }

  /** Axes: the attribute up to opset 12, input 1 from 13. */
  record Unsqueeze(Optional<List<Integer>> axes) implements Op {
    public Unsqueeze {
      axes = axes.map(List::copyOf);
    }

    @Override
    public String type() {
      return "Unsqueeze";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unsqueeze(this);
    }
  }

  /**
   * Broadcasts X and a shape to each other (opset 8, multidirectional). Inputs X and shape, INT64
   * {@code [K]}: a 1 in it leaves the axis of X as it is.
   */
  record Expand() implements Op {
    @Override
    public String type() {
      return "Expand";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.expand(this);
    }
  }

  /** Repeats X (opset 6). Inputs X and repeats, INT64, one number of at least 0 for each axis. */
  record Tile() implements Op {
    @Override
    public String type() {
      return "Tile";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.tile(this);
    }
  }

  /**
   * Sizes: the attribute up to opset 12, optional input 1 from 13; without either, equal parts, the
   * last may be smaller.
   */
  record Split(int axis, Optional<List<Long>> sizes) implements Op {
    public Split {
      sizes = sizes.map(List::copyOf);
    }

    @Override
    public String type() {
      return "Split";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.split(this);
    }
  }

  /**
   * Resize of opset 10 (inputs X, scales) or 11 and up (inputs X, roi, scales, sizes).
   *
   * @param mode {@code nearest}, {@code linear} or {@code cubic}
   * @param coordinates ONNX {@code coordinate_transformation_mode}; opset 10 is {@code asymmetric}
   * @param nearestMode ONNX {@code nearest_mode}; opset 10 rounds down
   * @param legacyInputs whether the inputs are those of opset 10
   */
  record Resize(
      String mode,
      String coordinates,
      String nearestMode,
      float cubicCoefficient,
      boolean excludeOutside,
      float extrapolationValue,
      boolean antialias,
      List<Integer> axes,
      String aspectRatioPolicy,
      boolean legacyInputs)
      implements Op {
    public Resize {
      axes = List.copyOf(axes);
    }

    @Override
    public String type() {
      return "Resize";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.resize(this);
    }
  }

  /**
   * Makes blocks of pixels of channels. Input X {@code [N, C b b, H, W]}; the result is {@code [N,
   * C, H b, W b]} for a block size b (Shi et al., 2016).
   *
   * @param blockSize in pixels
   * @param columnRowDepth mode CRD (PyTorch's pixel shuffle) instead of DCR
   */
  record DepthToSpace(int blockSize, boolean columnRowDepth) implements Op {
    public DepthToSpace {
      Check.that(blockSize >= 1, "DepthToSpace: blocksize must be at least 1, got %d", blockSize);
    }

    @Override
    public String type() {
      return "DepthToSpace";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.depthToSpace(this);
    }
  }

  /**
   * Makes channels of the pixels of a block. Input X {@code [N, C, H, W]}; the result is {@code [N,
   * C b b, H/b, W/b]} for a block size b.
   *
   * @param blockSize in pixels, divides H and W
   */
  record SpaceToDepth(int blockSize) implements Op {
    public SpaceToDepth {
      Check.that(blockSize >= 1, "SpaceToDepth: blocksize must be at least 1, got %d", blockSize);
    }

    @Override
    public String type() {
      return "SpaceToDepth";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.spaceToDepth(this);
    }
  }

  /**
   * The INT64 index of the largest element along an axis. Input X of any shape.
   *
   * @param axis may be negative
   * @param keepsDims whether the axis stays with size 1
   * @param selectsLast whether of equal elements the last one counts (opset 12), else the first
   */
  record ArgMax(int axis, boolean keepsDims, boolean selectsLast) implements Op {
    @Override
    public String type() {
      return "ArgMax";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.argMax(this);
    }
  }

  /**
   * The largest or smallest elements along an axis and their places, the better ones first and of
   * equal ones the first. Inputs X and k, one INT64 (opset 10). Outputs: the elements, and their
   * INT64 indices.
   *
   * @param axis may be negative
   * @param sorted whether a runtime must sort them too; here they are sorted
   */
  record TopK(int axis, boolean largest, boolean sorted) implements Op {
    @Override
    public String type() {
      return "TopK";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.topK(this);
    }
  }

  /**
   * Running sums along an axis (opset 11). Inputs X and the axis, one INT32 or INT64.
   *
   * @param exclusive whether an element's own value is left out of its sum
   * @param reverse whether sums run from the end
   */
  record CumSum(boolean exclusive, boolean reverse) implements Op {
    @Override
    public String type() {
      return "CumSum";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.cumSum(this);
    }
  }

  /**
   * Sums of products (opset 12). One input or more of one numeric type, with a letter for each axis
   * in the equation, as in {@code bij, bjk -> bik}: the operands are multiplied where letters are
   * the same, and summed over the letters that the result has not. A letter twice in one term means
   * the diagonal; axes of one element stretch. With an ellipsis that the result has not, it is
   * {@link Opaque}.
   *
   * @param equation the terms of the operands with commas between them, and after {@code ->} that
   *     of the result: else it has the ellipsis and the letters that stand once, in ASCII order
   */
  record Einsum(String equation) implements Op {
    /** Whether a text is an equation for so many operands, as it is described here. */
    public static boolean isEquation(String text, int operands) {
      return EinsumEquation.isWellFormed(text, operands);
    }

    @Override
    public String type() {
      return "Einsum";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.einsum(this);
    }
  }

  /**
   * At inference the identity; the ratio and training mode are inputs 1 and 2 from opset 12, the
   * ratio an attribute before.
   */
  record Dropout(OptionalDouble ratio) implements Op {
    @Override
    public String type() {
      return "Dropout";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.dropout(this);
    }
  }

  /** The input, of any type and shape. */
  record Identity() implements Op {
    @Override
    public String type() {
      return "Identity";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.identity(this);
    }
  }

  /**
   * Another element type (opset 6); reals become integers towards 0. Input X of any shape.
   *
   * @param to the type of the result
   */
  record Cast(ElementType to) implements Op {
    @Override
    public String type() {
      return "Cast";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.cast(this);
    }
  }

  /**
   * No inputs.
   *
   * @param value the result
   */
  record Constant(Tensor value) implements Op {
    @Override
    public String type() {
      return "Constant";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.constant(this);
    }
  }

  /**
   * The same number everywhere (opset 9). Input shape, INT64.
   *
   * @param value one element, of the type of the result
   */
  record ConstantOfShape(Tensor value) implements Op {
    public ConstantOfShape {
      Check.that(value.size() == 1, "ConstantOfShape: value must be one element, got %s", value);
    }

    @Override
    public String type() {
      return "ConstantOfShape";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.constantOfShape(this);
    }
  }

  /**
   * ONNX {@code Shape}.
   *
   * @param end absent for the rank
   */
  record ShapeOf(int start, Optional<Integer> end) implements Op {
    @Override
    public String type() {
      return "Shape";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.shape(this);
    }
  }

  /** The number of X's elements, one INT64. Input X of any type and shape. */
  record Size() implements Op {
    @Override
    public String type() {
      return "Size";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.size(this);
    }
  }

  /**
   * Slices of X at indices along an axis. Inputs X of rank r at least 1, and indices, integers of
   * rank q; the result has q + r - 1 axes, those of the indices in the place of {@code axis}.
   *
   * @param axis may be negative; so may indices, which count from the end (opset 11)
   */
  record Gather(int axis) implements Op {
    @Override
    public String type() {
      return "Gather";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.gather(this);
    }
  }

  /**
   * X where a condition is true, else Y (opset 9). Inputs condition, BOOL, X and Y, which broadcast
   * (multidirectional).
   */
  record Where() implements Op {
    @Override
    public String type() {
      return "Where";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.where(this);
    }
  }

  /**
   * X with slices replaced (opset 11). Inputs X, indices, INT64 {@code [..., K]} for the first K
   * axes of X, and updates {@code [..., the other axes]}. With a reduction it is {@link Opaque}.
   */
  record ScatterND() implements Op {
    @Override
    public String type() {
      return "ScatterND";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.scatterND(this);
    }
  }

  /**
   * {@code start, start + delta, ...} up to before limit, or down to (opset 11). Inputs start,
   * limit and delta, one number each of one type; delta is not 0.
   */
  record Range() implements Op {
    @Override
    public String type() {
      return "Range";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.range(this);
    }
  }

  /**
   * {@code saturate(round(x / scale) + zero point)}, rounded to nearest even. Inputs X, scale (one
   * number, or one for each index of {@code axis}), optional zero point.
   *
   * @param axis may be negative; of no meaning if the scale is one number
   * @param to the integer type of the result if there is no zero point, whose type it is otherwise;
   *     UINT8 if neither says it
   */
  record QuantizeLinear(int axis, Optional<ElementType> to) implements Op {
    @Override
    public String type() {
      return "QuantizeLinear";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.quantizeLinear(this);
    }
  }

  /**
   * {@code (x - zero point) * scale}. Inputs X, scale (one number, or one for each index of {@code
   * axis}), optional zero point.
   *
   * @param axis may be negative; of no meaning if the scale is one number
   * @param to the real type of the result; the scale's if it is not given
   */
  record DequantizeLinear(int axis, Optional<ElementType> to) implements Op {
    @Override
    public String type() {
      return "DequantizeLinear";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.dequantizeLinear(this);
    }
  }

  /**
   * An op that is carried along and written back unchanged.
   *
   * @param attributes by name: Long, Float, String, {@link Tensor}, lists of Long, Float or String,
   *     or an object of the reader's own (such as a subgraph) that only its writer understands
   * @param captures the outer values that its subgraphs read; they are edges too
   */
  record Opaque(String domain, String type, Map<String, Object> attributes, List<String> captures)
      implements Op {
    public Opaque {
      attributes = Map.copyOf(attributes);
      captures = List.copyOf(captures);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.opaque(this);
    }
  }
}
