package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Words for authors of image networks: each appends nodes and returns the name of the value that it
 * defines.
 *
 * <p>Values are NCHW feature maps whose channels the builder keeps count of. A value is named after
 * its scope and its op, such as {@code stage1.0.conv}; its parameters are initializers named after
 * the value, such as {@code stage1.0.conv.weight}. Names that are taken get a number. The methods
 * {@link #scope}, {@link #named} and {@link #withEpsilon} return another view of the same graph.
 *
 * <p>What is learnt is an initializer of the builder's element type. Fixed numbers are {@link
 * #constant} nodes, and fixed sizes are int64 initializers.
 *
 * <pre>{@code
 * GraphBuilder b = new GraphBuilder("net", WeightSource.he(1));
 * String x = b.input("x", 1, 3, 32, 32);
 * String y = b.scope("stem").relu(b.scope("stem").convBn(x, 16, Kernel.of(3).withStride(2), 1));
 * b.output(b.named("logits").linear(b.flatten(b.globalAveragePool(y)), 10));
 * Graph graph = b.build();
 * }</pre>
 */
public final class GraphBuilder {
  private static final float DEFAULT_EPSILON = 1e-5f;
  private static final float MOMENTUM = 0.9f;

  private final GraphParts parts;
  private final String prefix;
  private final String label;
  private final float epsilon;

  private GraphBuilder(GraphParts parts, String prefix, String label, float epsilon) {
    this.parts = parts;
    this.prefix = prefix;
    this.label = label;
    this.epsilon = epsilon;
  }

  /** A builder of a float32 graph. */
  public GraphBuilder(String name, WeightSource weights) {
    this(name, weights, ElementType.FLOAT);
  }

  /**
   * @param type of inputs and parameters
   * @throws InvalidGraphException if it is no {@linkplain ElementType#isFloat() real type}
   */
  public GraphBuilder(String name, WeightSource weights, ElementType type) {
    this(new GraphParts(name, weights, type), "", "", DEFAULT_EPSILON);
  }

  /** A view whose names begin with {@code name} and a dot, after this view's own scope. */
  public GraphBuilder scope(String name) {
    return new GraphBuilder(parts, prefix + name + ".", "", epsilon);
  }

  /**
   * A view whose next value has this name within the scope. A word that needs several nodes gives
   * it to the last.
   */
  public GraphBuilder named(String name) {
    return new GraphBuilder(parts, prefix, name, epsilon);
  }

  /** A view whose batch normalizations have this epsilon instead of 1e-5. */
  public GraphBuilder withEpsilon(float value) {
    return new GraphBuilder(parts, prefix, label, value);
  }

  /** The whole name of what this view would call {@code name}. */
  public String path(String name) {
    return prefix + name;
  }

  public ElementType type() {
    return parts.type;
  }

  /**
   * Size of axis 1 of a value of this builder.
   *
   * @throws InvalidGraphException if the builder cannot tell
   */
  public int channels(String value) {
    return parts.knownChannels(value);
  }

  /**
   * A graph input of the builder's element type.
   *
   * @param shape axis 1 must be a number for words that make parameters
   */
  public String input(String name, Shape shape) {
    return parts.input(name, shape);
  }

  public String input(String name, long... dims) {
    return input(name, Shape.of(dims));
  }

  /** Makes a value of the builder's element type a graph output. */
  public void output(String value) {
    output(value, parts.type);
  }

  /** Makes a value of another element type, such as the int64 of ArgMax, a graph output. */
  public void output(String value, ElementType elements) {
    parts.output(value, elements);
  }

  /**
   * @throws InvalidGraphException if the graph is not valid
   */
  public Graph build() {
    return parts.build();
  }

  /**
   * Any op that has no word here.
   *
   * @param word names the value unless this view has a name for it
   * @param channels size of axis 1 of the first output, 0 if it is not known
   * @return the first output
   */
  public String op(String word, Op op, List<String> inputs, int channels) {
    return parts.define(next(word), op, inputs, channels);
  }

  /**
   * A learnt parameter of the builder's element type, filled by the weight source.
   *
   * @param word names it within the scope unless this view has a name for it
   */
  public String parameter(String word, WeightSource.Role role, long... dims) {
    return parts.learn(next(word), role, dims);
  }

  /** A fixed initializer. */
  public String initializer(String word, Tensor tensor) {
    return parts.store(next(word), tensor);
  }

  /** A fixed tensor as a Constant node; training leaves it as it is. */
  public String constant(Tensor value) {
    int channels = value.rank() > 1 ? Math.toIntExact(value.dim(1)) : 0;
    return op("constant", new Op.Constant(value), List.of(), channels);
  }

  /** A convolution with given parameters. */
  public String conv(String x, Tensor weight, Optional<Tensor> bias, Window window, int groups) {
    String name = next("conv");
    List<String> inputs = new ArrayList<>(List.of(x, parts.store(name + ".weight", weight)));
    bias.ifPresent(b -> inputs.add(parts.store(name + ".bias", b)));
    int channels = Math.toIntExact(weight.dim(0));
    return parts.define(name, new Op.Conv(window, groups), inputs, channels);
  }

  /** A convolution without bias. */
  public String conv(String x, int outChannels, Kernel kernel, int groups) {
    return conv(x, outChannels, kernel, groups, WeightSource.Role.KERNEL, false);
  }

  /** A convolution with bias. */
  public String biasedConv(String x, int outChannels, Kernel kernel, int groups) {
    return conv(x, outChannels, kernel, groups, WeightSource.Role.KERNEL, true);
  }

  /** A 1x1 convolution without bias that keeps the channels and starts as the identity. */
  public String identityConv(String x, int groups) {
    WeightSource.Role role = WeightSource.Role.IDENTITY_KERNEL;
    return conv(x, channels(x), Kernel.of(1), groups, role, false);
  }

  private String conv(
      String x, int out, Kernel kernel, int groups, WeightSource.Role role, boolean biased) {
    int in = channels(x);
    String name = next("conv");
    Check.that(
        groups >= 1 && in % groups == 0 && out % groups == 0,
        "Conv '%s': %d input and %d output channels cannot be split into %d groups",
        name,
        in,
        out,
        groups);
    long[] dims = {out, in / groups, kernel.height(), kernel.width()};
    List<String> inputs = new ArrayList<>(List.of(x, parts.learn(name + ".weight", role, dims)));
    if (biased) {
      inputs.add(parts.learn(name + ".bias", WeightSource.Role.BIAS, out));
    }
    return parts.define(name, new Op.Conv(kernel.window(), groups), inputs, out);
  }

  /**
   * A transposed convolution.
   *
   * @param kernel whose pads are cut off the result
   * @param outputPadding rows and columns that the result has more at its end
   */
  public String convTranspose(String x, int out, Kernel kernel, int outputPadding, boolean biased) {
    String name = next("conv_transpose");
    WeightSource.Role role = WeightSource.Role.TRANSPOSED_KERNEL;
    String weight =
        parts.learn(name + ".weight", role, channels(x), out, kernel.height(), kernel.width());
    List<String> inputs = new ArrayList<>(List.of(x, weight));
    if (biased) {
      inputs.add(parts.learn(name + ".bias", WeightSource.Role.BIAS, out));
    }
    List<Integer> more = List.of(outputPadding, outputPadding);
    Op op = new Op.ConvTranspose(kernel.window(), 1, more, List.of());
    return parts.define(name, op, inputs, out);
  }

  /** Batch normalization with running statistics, for inference. */
  public String batchNorm(String x) {
    int channels = channels(x);
    String name = next("bn");
    List<String> inputs =
        List.of(
            x,
            parts.learn(name + ".weight", WeightSource.Role.GAMMA, channels),
            parts.learn(name + ".bias", WeightSource.Role.BETA, channels),
            parts.learn(name + ".running_mean", WeightSource.Role.MEAN, channels),
            parts.learn(name + ".running_var", WeightSource.Role.VARIANCE, channels));
    return parts.define(
        name, new Op.BatchNormalization(epsilon, MOMENTUM, false), inputs, channels);
  }

  /** A convolution without bias, named {@code conv}, and its batch normalization. */
  public String convBn(String x, int outChannels, Kernel kernel, int groups) {
    return batchNorm(scoped().conv(x, outChannels, kernel, groups));
  }

  public String relu(String x) {
    return unary(Op.Unary.Function.RELU, x);
  }

  /**
   * A ReLU with a learnt slope below 0 (He et al., ICCV 2015, arXiv:1502.01852).
   *
   * @param shared whether all channels have the same slope
   */
  public String pRelu(String x, boolean shared) {
    int channels = channels(x);
    String name = next("prelu");
    int slopes = shared ? 1 : channels;
    String slope = parts.learn(name + ".weight", WeightSource.Role.SLOPE, slopes, 1, 1);
    return parts.define(name, new Op.PRelu(), List.of(x, slope), channels);
  }

  public String unary(Op.Unary.Function function, String x) {
    return keep(word(function.type()), new Op.Unary(function), x);
  }

  /** An elementwise function of two values, the second of which broadcasts to the first. */
  public String binary(Op.Binary.Function function, String a, String b) {
    return keep(word(function.type()), new Op.Binary(function), a, b);
  }

  /** The sum of feature maps of one shape, as a chain of Add nodes; a single value stays itself. */
  public String add(List<String> values) {
    Check.that(!values.isEmpty(), "A sum needs at least one value");
    String sum = values.get(0);
    for (String value : values) {
      Check.that(
          channels(value) == channels(sum),
          "Cannot add '%s' with %d channels to '%s' with %d",
          value,
          channels(value),
          sum,
          channels(sum));
    }
    for (int i = 1; i < values.size(); i++) {
      List<String> pair = List.of(sum, values.get(i));
      boolean last = i == values.size() - 1;
      String name = last ? next("add") : scoped().next("partial_sum");
      sum = parts.define(name, new Op.Binary(Op.Binary.Function.ADD), pair, channels(sum));
    }
    return sum;
  }

  /** Feature maps one after another along the channels. */
  public String concat(List<String> values) {
    int channels = values.stream().mapToInt(this::channels).sum();
    return op("concat", new Op.Concat(1), values, channels);
  }

  /** Zeros around the image. */
  public String pad(String x, int top, int left, int bottom, int right) {
    String name = next("pad");
    String pads = parts.store(name + ".pads", longs(0, 0, top, left, 0, 0, bottom, right));
    Op pad = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
    return parts.define(name, pad, List.of(x, pads), parts.channels(x));
  }

  /** Cuts rows and columns off the image. */
  public String crop(String x, int top, int left, int bottom, int right) {
    String name = next("crop");
    List<String> inputs =
        List.of(
            x,
            parts.store(name + ".starts", longs(top, left)),
            parts.store(name + ".ends", longs(endOf(bottom), endOf(right))),
            parts.store(name + ".axes", longs(2, 3)));
    return parts.define(name, new Op.Slice(Optional.empty()), inputs, parts.channels(x));
  }

  private static long endOf(int cut) {
    return cut == 0 ? Long.MAX_VALUE : -cut;
  }

  /**
   * @param countIncludePad whether padding counts as zeros, so that each tap weighs the same
   */
  public String averagePool(String x, Kernel kernel, boolean countIncludePad) {
    Check.that(
        kernel.dilations().equals(List.of(1, 1)),
        "AveragePool of '%s': opset %d has no dilation, got %s",
        x,
        Graph.Builder.DEFAULT_OPSET,
        kernel);
    Window window = Window.of(kernel.strides(), List.of(), kernel.pads());
    Op pool = new Op.AveragePool(kernel.size(), window, false, countIncludePad);
    return keep("average_pool", pool, x);
  }

  public String maxPool(String x, Kernel kernel, boolean ceilMode) {
    Op pool = new Op.MaxPool(kernel.size(), kernel.window(), ceilMode, false);
    return keep("max_pool", pool, x);
  }

  public String globalAveragePool(String x) {
    String pixel = keep("global_average_pool", new Op.GlobalAveragePool(), x);
    parts.notePixel(pixel);
    return pixel;
  }

  /**
   * The means of {@code bins} x {@code bins} regions of the image, whatever its size. Region {@code
   * i} of {@code n} pixels goes from {@code floor(i n / bins)} to {@code ceil((i + 1) n / bins)},
   * as in PyTorch, so that regions overlap where the size cannot be divided.
   */
  public String adaptiveAveragePool(String x, int bins) {
    Check.that(bins >= 1, "Adaptive pooling of '%s': bins must be at least 1, got %d", x, bins);
    if (bins == 1) {
      return globalAveragePool(x);
    }
    String name = next("adaptive_average_pool");
    AdaptivePooling pooling = new AdaptivePooling(within(name), x, bins);
    int channels = parts.channels(x);
    List<String> rows = List.of(x, pooling.columnsMatrix());
    String narrow = within(name).op("narrow", new Op.MatMul(), rows, channels);
    List<String> columns = List.of(pooling.rowsMatrix(), narrow);
    return parts.define(name, new Op.MatMul(), columns, channels);
  }

  /**
   * Sets elements to 0 in training and scales the others up; the identity at inference.
   *
   * @param ratio the share that is set to 0, from 0 to below 1
   */
  public String dropout(String x, double ratio) {
    Check.that(
        ratio >= 0 && ratio < 1, "Dropout of '%s': the ratio must be in [0, 1), got %s", x, ratio);
    String name = next("dropout");
    Tensor share = Tensor.ofDoubles(parts.type, new double[] {ratio});
    List<String> inputs = List.of(x, within(name).named("ratio").constant(share));
    return parts.define(name, new Op.Dropout(OptionalDouble.empty()), inputs, parts.channels(x));
  }

  public String identity(String x) {
    return keep("identity", new Op.Identity(), x);
  }

  /**
   * Resizes the image by constant factors.
   *
   * @param mode ONNX {@code mode}: {@code nearest} (rounded down), {@code linear} or {@code cubic}
   * @param coordinates ONNX {@code coordinate_transformation_mode}
   */
  public String resize(
      String x, String mode, String coordinates, float vertical, float horizontal) {
    String name = next("resize");
    Tensor scales = Tensor.ofFloats(new float[] {1, 1, vertical, horizontal}, 4);
    List<String> inputs = List.of(x, "", within(name).named("scales").constant(scales));
    return parts.define(name, resizing(mode, coordinates), inputs, parts.channels(x));
  }

  /** Resizes the image to the height and width of {@code reference}, whatever they are. */
  public String resizeLike(String x, String reference, String mode, String coordinates) {
    String name = next("resize");
    GraphBuilder inner = within(name);
    String batch = inner.op("batch", new Op.ShapeOf(0, Optional.of(2)), List.of(x), 0);
    String image = inner.op("image", new Op.ShapeOf(2, Optional.of(4)), List.of(reference), 0);
    String sizes = inner.op("sizes", new Op.Concat(0), List.of(batch, image), 0);
    return parts.define(
        name, resizing(mode, coordinates), List.of(x, "", "", sizes), parts.channels(x));
  }

  private static Op resizing(String mode, String coordinates) {
    String nearest = mode.equals("nearest") ? "floor" : "round_prefer_floor";
    return new Op.Resize(
        mode, coordinates, nearest, -0.75f, false, 0, false, List.of(), "stretch", false);
  }

  /**
   * All axes but the first as one. Its size is known here only after a global pooling; otherwise
   * tell {@link #linear(String, int, int)}.
   */
  public String flatten(String x) {
    return op("flatten", new Op.Flatten(1), List.of(x), parts.isPixel(x) ? parts.channels(x) : 0);
  }

  /** A fully connected layer with bias over {@code [N, I]}. */
  public String linear(String x, int outFeatures) {
    return linear(x, channels(x), outFeatures);
  }

  public String linear(String x, int inFeatures, int outFeatures) {
    String name = next("linear");
    List<String> inputs =
        List.of(
            x,
            parts.learn(name + ".weight", WeightSource.Role.LINEAR, outFeatures, inFeatures),
            parts.learn(name + ".bias", WeightSource.Role.BIAS, outFeatures));
    return parts.define(name, new Op.Gemm(1, 1, false, true), inputs, outFeatures);
  }

  /** The scope of what belongs to the value {@code name}. */
  private GraphBuilder within(String name) {
    return new GraphBuilder(parts, name + ".", "", epsilon);
  }

  private GraphBuilder scoped() {
    return new GraphBuilder(parts, prefix, "", epsilon);
  }

  private String keep(String word, Op op, String... inputs) {
    return parts.define(next(word), op, List.of(inputs), parts.channels(inputs[0]));
  }

  private static String word(String type) {
    return type.toLowerCase(Locale.ROOT);
  }

  private static Tensor longs(long... values) {
    return Tensor.ofLongs(values, values.length);
  }

  /** Takes a name for the next value or parameter. */
  private String next(String word) {
    return label.isEmpty() ? parts.takeSimilar(prefix + word) : parts.take(prefix + label);
  }
}
