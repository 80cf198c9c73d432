package io.repfold.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one node's outputs. Messages leave out the node, which {@link ShapeInference}
 * adds.
 */
record ShapeRules(Node node, List<@Nullable Fact> inputs) implements Op.Visitor<List<Fact>> {

  private @Nullable Fact optional(int index) {
    return index < inputs.size() ? inputs.get(index) : null;
  }

  private Fact input(int index) {
    Fact input = optional(index);
    if (input == null) {
      throw new InvalidGraphException("input %d is missing".formatted(index));
    }
    return input;
  }

  /** Checks that the first inputs are given. */
  private void require(int count) {
    for (int i = 0; i < count; i++) {
      input(i);
    }
  }

  private @Nullable Shape shape(int index) {
    Fact input = optional(index);
    return input == null ? null : input.shape().orElse(null);
  }

  /** The integers of an attribute, or of the input that replaced it; empty if not known. */
  private Optional<long[]> longs(
      Optional<? extends Collection<? extends Number>> attribute, int index) {
    if (attribute.isPresent()) {
      return Optional.of(Integers.of(attribute.get()));
    }
    Fact input = optional(index);
    return input == null ? Optional.of(new long[0]) : input.longs();
  }

  /** The elements of an input as sizes; all unknown if only their number is known. */
  private Optional<List<Optional<SizeExpression>>> sizes(int index) {
    Fact input = input(index);
    if (input.sizes().isPresent()) {
      return input.sizes();
    }
    return input
        .shape()
        .flatMap(Shape::sizes)
        .filter(d -> d.length == 1 && d[0] <= Fact.MOST_ELEMENTS)
        .map(d -> Collections.nCopies((int) d[0], Optional.empty()));
  }

  private static List<Optional<SizeExpression>> constants(long[] values) {
    return Arrays.stream(values).mapToObj(v -> Optional.of(SizeExpression.of(v))).toList();
  }

  private List<Fact> like(int index, @Nullable Shape shape) {
    return List.of(Fact.of(input(index).type(), Optional.ofNullable(shape)));
  }

  /** The first input's type, with a shape that follows from its shape if that is known. */
  private List<Fact> reshaped(Function<Shape, @Nullable Shape> rule) {
    Shape x = shape(0);
    return like(0, x == null ? null : rule.apply(x));
  }

  /** The same, and its elements in the same order. */
  private List<Fact> moved(Function<Shape, @Nullable Shape> rule) {
    Fact plain = reshaped(rule).get(0);
    return List.of(SizeRules.moved(input(0), plain.type(), plain.shape()));
  }

  private static List<Fact> integers(@Nullable Shape shape) {
    return List.of(Fact.of(Optional.of(ElementType.INT64), Optional.ofNullable(shape)));
  }

  private static @Nullable Shape broadcast(@Nullable Shape a, @Nullable Shape b) {
    return a == null || b == null ? null : DimMath.broadcast(a, b);
  }

  @Override
  public List<Fact> conv(Op.Conv op) {
    require(2);
    return like(0, WindowShapes.conv(op, shape(0), shape(1), shape(2)));
  }

  @Override
  public List<Fact> convTranspose(Op.ConvTranspose op) {
    require(2);
    return like(0, WindowShapes.convTranspose(op, shape(0), shape(1), shape(2)));
  }

  @Override
  public List<Fact> batchNormalization(Op.BatchNormalization op) {
    require(5);
    Shape x = shape(0);
    Check.that(x == null || x.rank() >= 1, "the input must be [N, C, ...], got %s", x);
    Dim channels = x == null ? Dim.unknown() : x.rank() == 1 ? Dim.of(1) : x.dim(1);
    for (int i = 1; i <= 4; i++) {
      Shape parameter = shape(i);
      if (parameter != null) {
        Check.that(
            parameter.rank() == 1 && !DimMath.contradict(parameter.dim(0), channels),
            "input %d of shape %s does not fit %s channels",
            i,
            parameter,
            channels);
        channels = DimMath.merge(channels, parameter.dim(0));
      }
    }
    List<Fact> outputs = new ArrayList<>(like(0, x));
    for (int i = 1; i < node.outputs().size(); i++) {
      outputs.addAll(like(3, new Shape(List.of(channels))));
    }
    return outputs;
  }

  private List<Fact> same() {
    return like(0, shape(0));
  }

  @Override
  public List<Fact> unary(Op.Unary op) {
    return switch (op.function().result()) {
      case WHOLE -> moved(x -> x);
      case REAL, CONDITION -> same();
    };
  }

  @Override
  public List<Fact> binary(Op.Binary op) {
    require(2);
    Optional<ElementType> type =
        op.function().result() == Op.Binary.Function.Result.CONDITION
            ? Optional.of(ElementType.BOOL)
            : op.function() == Op.Binary.Function.POW
                ? input(0).type()
                : input(0).type().or(input(1)::type);
    Shape shape = broadcast(shape(0), shape(1));
    Fact plain = Fact.of(type, Optional.ofNullable(shape));
    return List.of(withSizes(plain, SizeRules.binary(op.function(), input(0), input(1))));
  }

  /** Adds elements, if there are as many as the shape says. */
  private static Fact withSizes(Fact plain, Optional<List<Optional<SizeExpression>>> sizes) {
    Optional<long[]> dims = plain.shape().flatMap(Shape::sizes);
    return sizes.isPresent() && dims.isPresent() && Tensor.count(dims.get()) == sizes.get().size()
        ? Fact.ofSizes(plain.type(), plain.shape().orElseThrow(), sizes.get())
        : plain;
  }

  @Override
  public List<Fact> variadic(Op.Variadic op) {
    require(Math.max(1, inputs.size()));
    Shape shape = shape(0);
    for (int i = 1; i < inputs.size(); i++) {
      shape = broadcast(shape, shape(i));
    }
    return like(0, shape);
  }

  @Override
  public List<Fact> leakyRelu(Op.LeakyRelu op) {
    return same();
  }

  @Override
  public List<Fact> elu(Op.Elu op) {
    return same();
  }

  @Override
  public List<Fact> pRelu(Op.PRelu op) {
    require(2);
    Shape x = shape(0);
    Shape slope = shape(1);
    if (x != null && slope != null) {
      DimMath.checkStretches(slope, x);
    }
    return same();
  }

  @Override
  public List<Fact> hardSigmoid(Op.HardSigmoid op) {
    return same();
  }

  @Override
  public List<Fact> clip(Op.Clip op) {
    return same();
  }

  @Override
  public List<Fact> softmax(Op.Softmax op) {
    return alongAxis(op.axis(), op.flattens());
  }

  @Override
  public List<Fact> concat(Op.Concat op) {
    List<Fact> parts = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      parts.add(input(i));
    }
    Shape first = parts.stream().flatMap(p -> p.shape().stream()).findFirst().orElse(null);
    if (first == null) {
      return like(0, null);
    }
    int axis = Layout.axis(op.axis(), first.rank());
    List<Dim> dims = new ArrayList<>(first.dims());
    List<Dim> lengths = new ArrayList<>();
    for (Fact part : parts) {
      Shape shape = part.shape().orElse(WindowShapes.unknown(first.rank()));
      Check.that(shape.rank() == first.rank(), "cannot join shapes %s and %s", first, shape);
      lengths.add(shape.dim(axis));
      for (int i = 0; i < dims.size(); i++) {
        Check.that(
            i == axis || !DimMath.contradict(dims.get(i), shape.dim(i)),
            "cannot join shapes %s and %s on axis %d: axis %d differs",
            first,
            shape,
            axis,
            i);
        dims.set(i, DimMath.merge(dims.get(i), shape.dim(i)));
      }
    }
    dims.set(axis, DimMath.sum(lengths));
    Fact plain = Fact.of(input(0).type(), Optional.of(new Shape(dims)));
    return List.of(first.rank() == 1 ? withSizes(plain, SizeRules.concat(parts)) : plain);
  }

  @Override
  public List<Fact> pad(Op.Pad op) {
    Optional<List<Optional<SizeExpression>>> pads =
        op.pads().isPresent() ? longs(op.pads(), 1).map(ShapeRules::constants) : sizes(1);
    Optional<long[]> axes = longs(Optional.empty(), 3);
    return reshaped(
        x ->
            pads.isPresent() && axes.isPresent()
                ? SliceShapes.pad(x, op.mode(), pads.get(), axes.get())
                : WindowShapes.unknown(x.rank()));
  }

  @Override
  public List<Fact> maxPool(Op.MaxPool op) {
    Shape y = WindowShapes.pool(op.window(), op.kernel(), op.ceilMode(), shape(0));
    return List.of(like(0, y).get(0), integers(y).get(0));
  }

  @Override
  public List<Fact> maxUnpool(Op.MaxUnpool op) {
    require(2);
    Fact wanted = optional(2);
    if (wanted == null) {
      return like(0, WindowShapes.maxUnpool(op, shape(0)));
    }
    return like(0, wanted.sizes().map(ShapeRules::dims).orElse(null));
  }

  private static Shape dims(List<Optional<SizeExpression>> sizes) {
    return new Shape(sizes.stream().map(DimMath::dim).toList());
  }

  @Override
  public List<Fact> averagePool(Op.AveragePool op) {
    return like(0, WindowShapes.pool(op.window(), op.kernel(), op.ceilMode(), shape(0)));
  }

  @Override
  public List<Fact> globalAveragePool(Op.GlobalAveragePool op) {
    return like(0, WindowShapes.global(shape(0)));
  }

  @Override
  public List<Fact> reduce(Op.Reduce op) {
    Optional<long[]> axes = longs(op.axes(), 1);
    return reshaped(
        x -> {
          if (axes.isEmpty()) {
            return op.keepsDims() ? WindowShapes.unknown(x.rank()) : null;
          }
          if (axes.get().length == 0 && op.noopWithoutAxes()) {
            return x;
          }
          boolean[] reduced = Layout.marked(axes.get(), x.rank());
          if (axes.get().length == 0) {
            Arrays.fill(reduced, true);
          }
          return without(x, reduced, op.keepsDims());
        });
  }

  private static Shape without(Shape x, boolean[] reduced, boolean keepsDims) {
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < reduced.length; i++) {
      if (!reduced[i]) {
        dims.add(x.dim(i));
      } else if (keepsDims) {
        dims.add(Dim.of(1));
      }
    }
    return new Shape(dims);
  }

  @Override
  public List<Fact> matMul(Op.MatMul op) {
    require(2);
    return like(0, MatrixShapes.matMul(shape(0), shape(1)));
  }

  @Override
  public List<Fact> gemm(Op.Gemm op) {
    require(2);
    return like(0, MatrixShapes.gemm(op, shape(0), shape(1), shape(2)));
  }

  @Override
  public List<Fact> flatten(Op.Flatten op) {
    return moved(x -> ReshapeShapes.flatten(op, x));
  }

  @Override
  public List<Fact> reshape(Op.Reshape op) {
    Shape y = sizes(1).map(wanted -> ReshapeShapes.reshape(op, shape(0), wanted)).orElse(null);
    return List.of(SizeRules.moved(input(0), input(0).type(), Optional.ofNullable(y)));
  }

  @Override
  public List<Fact> transpose(Op.Transpose op) {
    return reshaped(x -> ReshapeShapes.transpose(op, x));
  }

  @Override
  public List<Fact> slice(Op.Slice op) {
    Optional<Op.Slice.Bounds> given = op.bounds();
    require(given.isPresent() ? 1 : 3);
    Optional<long[]> axes = longs(given.map(Op.Slice.Bounds::axes), 3);
    Optional<long[]> steps = longs(given.map(b -> List.<Integer>of()), 4);
    var starts = given.isPresent() ? bounds(given.get().starts()) : sizes(1);
    var ends = given.isPresent() ? bounds(given.get().ends()) : sizes(2);
    Fact plain =
        reshaped(
                x ->
                    starts.isPresent() && ends.isPresent() && axes.isPresent() && steps.isPresent()
                        ? SliceShapes.slice(x, starts.get(), ends.get(), axes.get(), steps.get())
                        : WindowShapes.unknown(x.rank()))
            .get(0);
    Optional<long[]> first = longs(given.map(Op.Slice.Bounds::starts), 1);
    Optional<long[]> last = longs(given.map(Op.Slice.Bounds::ends), 2);
    return List.of(withSizes(plain, SizeRules.slice(input(0), List.of(first, last, axes, steps))));
  }

  private static Optional<List<Optional<SizeExpression>>> bounds(List<Long> bounds) {
    return Optional.of(constants(bounds.stream().mapToLong(Long::longValue).toArray()));
  }

  @Override
  public List<Fact> squeeze(Op.Squeeze op) {
    Optional<long[]> axes = longs(op.axes(), 1);
    return moved(x -> axes.isPresent() ? ReshapeShapes.squeeze(x, axes.get()) : null);
  }

  @Override
  public List<Fact> unsqueeze(Op.Unsqueeze op) {
    Optional<long[]> axes = longs(op.axes(), 1);
    return moved(x -> axes.isPresent() ? ReshapeShapes.unsqueeze(x, axes.get()) : null);
  }

  @Override
  public List<Fact> expand(Op.Expand op) {
    Optional<Shape> wanted = sizes(1).map(ShapeRules::dims);
    return like(0, broadcast(shape(0), wanted.orElse(null)));
  }

  @Override
  public List<Fact> tile(Op.Tile op) {
    var repeats = sizes(1);
    return reshaped(
        x ->
            repeats.isPresent()
                ? SliceShapes.tile(x, repeats.get())
                : WindowShapes.unknown(x.rank()));
  }

  @Override
  public List<Fact> split(Op.Split op) {
    Optional<long[]> attribute = op.sizes().isPresent() ? longs(op.sizes(), 1) : Optional.empty();
    int parts = node.outputs().size();
    Shape x = shape(0);
    List<Fact> outputs = new ArrayList<>();
    if (x != null) {
      Optional<List<Optional<SizeExpression>>> none = Optional.of(List.of());
      var given = attribute.isPresent() ? attribute.map(ShapeRules::constants) : none;
      var sizes = attribute.isEmpty() && optional(1) != null ? sizes(1) : given;
      List<Optional<SizeExpression>> wanted =
          sizes.orElse(Collections.nCopies(parts, Optional.empty()));
      for (Shape shape : SliceShapes.split(x, op.axis(), wanted, parts)) {
        outputs.addAll(like(0, shape));
      }
    }
    while (outputs.size() < parts) {
      outputs.addAll(like(0, null));
    }
    return outputs;
  }

  @Override
  public List<Fact> resize(Op.Resize op) {
    Fact scales = optional(op.legacyInputs() ? 1 : 2);
    Fact sizes = op.legacyInputs() ? null : optional(3);
    return reshaped(x -> ResizeShapes.resize(op, x, scales, sizes));
  }

  @Override
  public List<Fact> depthToSpace(Op.DepthToSpace op) {
    return reshaped(x -> ReshapeShapes.depthToSpace(x, op.blockSize()));
  }

  @Override
  public List<Fact> spaceToDepth(Op.SpaceToDepth op) {
    return reshaped(x -> ReshapeShapes.spaceToDepth(x, op.blockSize()));
  }

  @Override
  public List<Fact> argMax(Op.ArgMax op) {
    require(1);
    Shape x = shape(0);
    if (x == null) {
      return integers(null);
    }
    boolean[] reduced = Layout.marked(new long[] {op.axis()}, x.rank());
    int axis = Layout.axis(op.axis(), x.rank());
    Check.that(
        !DimMath.isKnown(x.dim(axis), 0),
        "axis %d of %s is empty, so nothing is largest there",
        axis,
        x);
    return integers(without(x, reduced, op.keepsDims()));
  }

  @Override
  public List<Fact> dropout(Op.Dropout op) {
    return List.of(
        same().get(0), Fact.of(Optional.of(ElementType.BOOL), Optional.ofNullable(shape(0))));
  }

  @Override
  public List<Fact> identity(Op.Identity op) {
    return List.of(input(0));
  }

  @Override
  public List<Fact> cast(Op.Cast op) {
    Optional<ElementType> to = Optional.of(op.to());
    boolean keeps = op.to().isFloat() || op.to().bits() >= 32;
    return List.of(
        keeps ? SizeRules.moved(input(0), to, input(0).shape()) : Fact.of(to, input(0).shape()));
  }

  @Override
  public List<Fact> constant(Op.Constant op) {
    return List.of(Fact.of(op.value()));
  }

  @Override
  public List<Fact> constantOfShape(Op.ConstantOfShape op) {
    Optional<Shape> shape = sizes(0).map(ShapeRules::dims);
    return List.of(Fact.of(Optional.of(op.value().type()), shape));
  }

  @Override
  public List<Fact> shape(Op.ShapeOf op) {
    return List.of(SizeRules.shape(op, input(0)));
  }

  @Override
  public List<Fact> size(Op.Size op) {
    require(1);
    Shape x = shape(0);
    Optional<SizeExpression> size = x == null ? Optional.empty() : DimMath.product(x.dims());
    return List.of(Fact.ofSizes(Optional.of(ElementType.INT64), Shape.of(), List.of(size)));
  }

  @Override
  public List<Fact> gather(Op.Gather op) {
    require(2);
    Shape x = shape(0);
    Shape indices = shape(1);
    if (x == null || indices == null) {
      return like(0, null);
    }
    int axis = Layout.axis(op.axis(), x.rank());
    List<Dim> dims = new ArrayList<>(x.dims().subList(0, axis));
    dims.addAll(indices.dims());
    dims.addAll(x.dims().subList(axis + 1, x.rank()));
    Fact plain = like(0, new Shape(dims)).get(0);
    return List.of(withSizes(plain, SizeRules.gather(input(0), input(1))));
  }

  @Override
  public List<Fact> where(Op.Where op) {
    Shape shape = broadcast(shape(0), broadcast(shape(1), shape(2)));
    Fact plain = like(1, shape).get(0);
    return List.of(withSizes(plain, SizeRules.where(input(0), input(1), input(2))));
  }

  @Override
  public List<Fact> scatterND(Op.ScatterND op) {
    require(3);
    Shape x = shape(0);
    Shape indices = shape(1);
    if (x != null && indices != null) {
      checkUpdates(x, indices, shape(2));
    }
    return same();
  }

  private static void checkUpdates(Shape x, Shape indices, @Nullable Shape updates) {
    int axes = indices.rank() - 1;
    Check.that(axes >= 0, "the indices must have at least one axis, got %s", indices);
    if (!(indices.dim(axes) instanceof Dim.Known depth)) {
      return;
    }
    Check.that(depth.size() <= x.rank(), "indices %s go deeper than %s", indices, x);
    List<Dim> wanted = new ArrayList<>(indices.dims().subList(0, axes));
    wanted.addAll(x.dims().subList((int) depth.size(), x.rank()));
    boolean fits = updates == null || updates.rank() == wanted.size();
    for (int i = 0; fits && updates != null && i < wanted.size(); i++) {
      fits = !DimMath.contradict(updates.dim(i), wanted.get(i));
    }
    Check.that(fits, "updates %s must have the shape %s", updates, new Shape(wanted));
  }

  @Override
  public List<Fact> range(Op.Range op) {
    require(3);
    if (inputs.stream().allMatch(i -> i != null && i.constant().isPresent())) {
      NdArray[] bounds =
          inputs.stream()
              .map(i -> Objects.requireNonNull(i).constant().orElseThrow())
              .toArray(NdArray[]::new);
      return like(0, Shape.of(ShapeMath.rangeSize(bounds[0], bounds[1], bounds[2])));
    }
    Optional<SizeExpression> start = one(0);
    Optional<SizeExpression> limit = one(1);
    long step = one(2).map(d -> d.asConstant().orElse(0)).orElse(0L);
    if (start.isEmpty() || limit.isEmpty() || step == 0) {
      return like(0, WindowShapes.unknown(1));
    }
    SizeExpression span = limit.get().minus(start.get()).times(Long.signum(step));
    SizeExpression length = span.plus(Math.abs(step) - 1).dividedBy(Math.abs(step));
    boolean empty = length.asConstant().orElse(0) < 0;
    return like(0, new Shape(List.of(empty ? Dim.of(0) : DimMath.dim(length))));
  }

  private Optional<SizeExpression> one(int index) {
    return input(index).sizes().filter(s -> s.size() == 1).flatMap(s -> s.get(0));
  }

  @Override
  public List<Fact> quantizeLinear(Op.QuantizeLinear op) {
    require(2);
    requireScales(op.axis());
    Fact zeroPoint = optional(2);
    Optional<ElementType> type =
        zeroPoint == null ? op.to().or(() -> Optional.of(ElementType.UINT8)) : zeroPoint.type();
    return List.of(Fact.of(type, Optional.ofNullable(shape(0))));
  }

  @Override
  public List<Fact> dequantizeLinear(Op.DequantizeLinear op) {
    require(2);
    requireScales(op.axis());
    Optional<ElementType> type = op.to().or(input(1)::type);
    return List.of(Fact.of(type, Optional.ofNullable(shape(0))));
  }

  /** One scale, or one for each index of the axis. */
  private void requireScales(int axis) {
    Shape x = shape(0);
    Shape scale = shape(1);
    Shape zeroPoint = shape(2);
    if (scale == null) {
      return;
    }
    Dim scales = DimMath.dim(DimMath.product(scale.dims()));
    Dim zeroPoints =
        zeroPoint == null ? Dim.unknown() : DimMath.dim(DimMath.product(zeroPoint.dims()));
    Check.that(
        !DimMath.contradict(scales, zeroPoints),
        "%s scales do not fit to %s zero points",
        scales,
        zeroPoints);
    if (x != null && scales instanceof Dim.Known known && known.size() != 1) {
      int along = Layout.axis(axis, x.rank());
      Check.that(
          scale.rank() == 1 && !DimMath.contradict(scales, x.dim(along)),
          "scale of shape %s does not fit to axis %d of %s",
          scale,
          along,
          x);
    }
  }

  @Override
  public List<Fact> gelu(Op.Gelu op) {
    return same();
  }

  @Override
  public List<Fact> selu(Op.Selu op) {
    return same();
  }

  @Override
  public List<Fact> celu(Op.Celu op) {
    return same();
  }

  @Override
  public List<Fact> thresholdedRelu(Op.ThresholdedRelu op) {
    return same();
  }

  @Override
  public List<Fact> logSoftmax(Op.LogSoftmax op) {
    return alongAxis(op.axis(), op.flattens());
  }

  @Override
  public List<Fact> hardmax(Op.Hardmax op) {
    return alongAxis(op.axis(), op.flattens());
  }

  @Override
  public List<Fact> layerNormalization(Op.LayerNormalization op) {
    require(2);
    List<Fact> y = alongAxis(op.axis(), false);
    for (int i = 1; i <= 2; i++) {
      Shape parameter = shape(i);
      Shape x = shape(0);
      if (parameter != null && x != null) {
        DimMath.checkStretches(parameter, x);
      }
    }
    return y;
  }

  @Override
  public List<Fact> instanceNormalization(Op.InstanceNormalization op) {
    require(3);
    Shape x = shape(0);
    Check.that(x == null || x.rank() >= 3, "the input must be [N, C, D...], got %s", x);
    checkChannels(x == null ? Dim.unknown() : x.dim(1));
    return same();
  }

  @Override
  public List<Fact> groupNormalization(Op.GroupNormalization op) {
    require(3);
    Shape x = shape(0);
    Check.that(x == null || x.rank() >= 2, "the input must be [N, C, D...], got %s", x);
    Dim channels = x == null ? Dim.unknown() : x.dim(1);
    Check.that(
        !(channels instanceof Dim.Known known) || known.size() % op.groups() == 0,
        "%s channels are not divisible into %d groups",
        channels,
        op.groups());
    checkChannels(op.scalesGroups() ? Dim.of(op.groups()) : channels);
    return same();
  }

  @Override
  public List<Fact> lpNormalization(Op.LpNormalization op) {
    return alongAxis(op.axis(), false);
  }

  @Override
  public List<Fact> topK(Op.TopK op) {
    require(2);
    Optional<List<Optional<SizeExpression>>> k = sizes(1);
    Check.that(k.isEmpty() || k.get().size() == 1, "k must be one number, got %s", shape(1));
    Optional<long[]> wanted = longs(Optional.empty(), 1);
    Fact values =
        reshaped(
                x -> {
                  List<Dim> dims = new ArrayList<>(x.dims());
                  int axis = Layout.axis(op.axis(), x.rank());
                  boolean fits =
                      wanted.isEmpty()
                          || wanted.get()[0] >= 0
                              && !(x.dim(axis) instanceof Dim.Known known
                                  && known.size() < wanted.get()[0]);
                  Check.that(fits, "k does not fit axis %d of %s", axis, x);
                  dims.set(axis, k.map(size -> DimMath.dim(size.get(0))).orElse(Dim.unknown()));
                  return new Shape(dims);
                })
            .get(0);
    return List.of(values, integers(values.shape().orElse(null)).get(0));
  }

  @Override
  public List<Fact> cumSum(Op.CumSum op) {
    require(2);
    Optional<long[]> axis = longs(Optional.empty(), 1);
    Check.that(
        axis.isEmpty() || axis.get().length == 1, "the axis must be one number, got %s", shape(1));
    return axis.isEmpty() ? same() : alongAxis(Math.toIntExact(axis.get()[0]), false);
  }

  @Override
  public List<Fact> einsum(Op.Einsum op) {
    Check.that(!inputs.isEmpty(), "it needs at least one input");
    require(inputs.size());
    List<@Nullable Shape> shapes = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      shapes.add(shape(i));
    }
    return like(0, EinsumShapes.of(op.equation(), shapes));
  }

  /** The input's shape, which must have the axis. */
  private List<Fact> alongAxis(int axis, boolean flattens) {
    return reshaped(
        x -> {
          if (!flattens || axis != x.rank()) {
            Layout.axis(axis, x.rank());
          }
          return x;
        });
  }

  /** Checks that scale and shift, inputs 1 and 2, have one number for each channel. */
  private void checkChannels(Dim channels) {
    for (int i = 1; i <= 2; i++) {
      Shape parameter = shape(i);
      Check.that(
          parameter == null
              || parameter.rank() == 1 && !DimMath.contradict(parameter.dim(0), channels),
          "input %d of shape %s does not fit %s channels",
          i,
          parameter,
          channels);
    }
  }

  @Override
  public List<Fact> opaque(Op.Opaque op) {
    return Collections.nCopies(node.outputs().size(), Fact.NOTHING);
  }
}
