package io.repfold.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Random ops that compute, resize, or make arrays of shapes. */
record RandomMath(Draw draw) {
  private static final String[] POLICIES = {"stretch", "stretch", "not_larger", "not_smaller"};

  private NdArray x() {
    return draw.floats(draw.sizes(draw.between(0, 4)));
  }

  RandomNode unary() {
    Op.Unary.Function function = draw.one(Op.Unary.Function.values());
    NdArray x = x();
    return RandomNode.of(
        new Op.Unary(function),
        function == Op.Unary.Function.NOT ? draw.whole(ElementType.BOOL, 0, 1, x.dims()) : x);
  }

  RandomNode withAttributes() {
    Op op =
        draw.one(
            new Op.LeakyRelu(0.1f),
            new Op.Elu(2),
            new Op.Gelu(draw.coin()),
            new Op.Selu(1.5f, 0.9f),
            new Op.Celu(0.3f),
            new Op.ThresholdedRelu(0.3f),
            new Op.HardSigmoid(0.3f, 0.4f),
            new Op.Clip(OptionalDouble.of(-1), OptionalDouble.empty()),
            new Op.Identity(),
            new Op.Dropout(OptionalDouble.empty()),
            new Op.Cast(draw.one(ElementType.INT64, ElementType.BOOL, ElementType.FLOAT16)),
            new Op.Size(),
            new Op.ShapeOf(draw.between(-5, 5), Optional.of(draw.between(-5, 5))),
            new Op.ShapeOf(draw.between(-3, 3), Optional.empty()));
    return RandomNode.of(op, x()).withOutputs(op instanceof Op.Dropout ? draw.between(1, 2) : 1);
  }

  RandomNode clip() {
    RandomNode node =
        RandomNode.of(new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty()), x());
    node.withParameter(draw.coin() ? null : Nodes.scalar(ElementType.FLOAT, -1));
    return node.withParameter(Nodes.scalar(ElementType.FLOAT, 1));
  }

  RandomNode softmax() {
    NdArray x = x();
    int axis = draw.axis(x.rank());
    boolean flattens = draw.coin();
    return RandomNode.of(
        draw.one(
            new Op.Softmax(axis, flattens),
            new Op.LogSoftmax(axis, flattens),
            new Op.Hardmax(axis, flattens),
            new Op.LpNormalization(axis, draw.between(1, 2))),
        x);
  }

  RandomNode layerNorm() {
    NdArray x = x();
    RandomNode node = RandomNode.of(new Op.LayerNormalization(draw.axis(x.rank()), 1e-3f), x);
    node.with(draw.stretchingFloats(x.dims()));
    return draw.coin() ? node : node.with(draw.stretchingFloats(x.dims()));
  }

  RandomNode channelNorm() {
    boolean groups = draw.coin();
    int[] dims = draw.sizes(draw.rarely() ? draw.between(0, 1) : draw.between(groups ? 2 : 3, 4));
    int channels = dims.length < 2 ? 1 : dims[1];
    int count = draw.one(1, 1, 2, Math.max(1, channels));
    boolean scalesGroups = draw.coin();
    Op op =
        groups
            ? new Op.GroupNormalization(count, 1e-3f, scalesGroups)
            : new Op.InstanceNormalization(1e-3f);
    int size = groups && scalesGroups ? count : channels;
    RandomNode node = RandomNode.of(op, draw.floats(dims));
    for (int i = 0; i < 2; i++) {
      node.with(draw.floats(draw.rarely() ? new int[] {1, size} : new int[] {draw.near(size)}));
    }
    return node;
  }

  RandomNode topK() {
    NdArray x = x();
    int axis = draw.axis(x.rank());
    boolean inside = axis >= -x.rank() && axis < x.rank();
    int most = inside ? x.dim(Math.floorMod(axis, x.rank())) : 2;
    int k = draw.rarely() ? draw.one(-1, most + 1) : draw.between(0, most);
    return RandomNode.of(new Op.TopK(axis, draw.coin(), draw.coin()), x)
        .withParameter(draw.longs(draw.rarely() ? List.of(k, k) : List.of(k)))
        .withOutputs(2);
  }

  RandomNode cumSum() {
    NdArray x = x();
    return RandomNode.of(new Op.CumSum(draw.coin(), draw.coin()), x)
        .withParameter(Nodes.scalar(ElementType.INT64, draw.axis(x.rank())));
  }

  /** A size for each letter, and 1 or the size for each axis with it. */
  RandomNode einsum() {
    String equation =
        draw.one(
            "ij,jk->ik",
            "bij,bjk",
            "ii->i",
            "...i,i->...",
            "a...b,...c->c...a",
            "ab,bc,cd",
            "i,j",
            "iji,j->j",
            "->",
            ",ab->b",
            "ij,ij");
    Map<Character, Integer> sizes = new HashMap<>();
    RandomNode node = RandomNode.of(new Op.Einsum(equation));
    int arrow = equation.indexOf("->");
    int[] more = draw.sizes(2);
    for (String term :
        equation.substring(0, arrow < 0 ? equation.length() : arrow).split(",", -1)) {
      List<Integer> dims = new ArrayList<>();
      for (char axis : term.replace("...", ".").toCharArray()) {
        if (axis == '.') {
          Arrays.stream(draw.stretching(more)).forEach(dims::add);
        } else {
          int size = sizes.computeIfAbsent(axis, a -> draw.size());
          boolean alone = term.indexOf(axis) == term.lastIndexOf(axis);
          dims.add(draw.near(alone && draw.between(0, 3) == 0 ? 1 : size));
        }
      }
      node.with(draw.floats(dims.stream().mapToInt(d -> d).toArray()));
    }
    return node;
  }

  RandomNode binary() {
    int[] dims = draw.sizes(draw.between(0, 3));
    Op.Binary.Function function = draw.one(Op.Binary.Function.values());
    boolean whole = draw.coin();
    int[] a = draw.stretching(dims);
    int[] b = draw.stretching(dims);
    return RandomNode.of(
        new Op.Binary(function),
        whole ? draw.whole(ElementType.INT32, 1, 5, a) : draw.floats(a),
        whole ? draw.whole(ElementType.INT32, 1, 5, b) : draw.floats(b));
  }

  RandomNode variadic() {
    int[] dims = draw.sizes(draw.between(0, 3));
    RandomNode node = RandomNode.of(new Op.Variadic(draw.one(Op.Variadic.Function.values())));
    for (int i = draw.rarely() ? 0 : draw.between(1, 3); i > 0; i--) {
      node.with(draw.stretchingFloats(dims));
    }
    return node;
  }

  RandomNode pRelu() {
    NdArray x = x();
    return RandomNode.of(new Op.PRelu(), x, draw.stretchingFloats(x.dims()));
  }

  RandomNode where() {
    int[] dims = draw.sizes(draw.between(0, 3));
    NdArray condition = draw.whole(ElementType.BOOL, 0, 1, draw.stretching(dims));
    return RandomNode.of(
        new Op.Where(), condition, draw.stretchingFloats(dims), draw.stretchingFloats(dims));
  }

  RandomNode batchNorm() {
    int[] dims = draw.sizes(draw.rarely() ? draw.between(0, 1) : draw.between(2, 4));
    int channels = dims.length < 2 ? 1 : dims[1];
    boolean training = draw.coin();
    RandomNode node =
        RandomNode.of(new Op.BatchNormalization(1e-3f, 0.9f, training), draw.floats(dims));
    for (int i = 0; i < 4; i++) {
      int[] parameter = draw.rarely() ? new int[] {1, channels} : new int[] {draw.near(channels)};
      node.with(draw.floats(parameter));
    }
    return node.withOutputs(training ? draw.one(1, 3, 5) : 1);
  }

  RandomNode reduce() {
    NdArray x = x();
    List<Integer> axes = draw.axes(x.rank());
    Op.Reduce.Function function = draw.one(Op.Reduce.Function.values());
    Optional<List<Integer>> attribute = draw.coin() ? Optional.of(axes) : Optional.empty();
    Op op = new Op.Reduce(function, attribute, draw.coin(), draw.coin());
    RandomNode node = RandomNode.of(op, x);
    return attribute.isPresent() || draw.coin() ? node : node.withParameter(draw.longs(axes));
  }

  RandomNode argMax() {
    NdArray x = x();
    return RandomNode.of(new Op.ArgMax(draw.axis(x.rank()), draw.coin(), draw.coin()), x);
  }

  RandomNode matMul() {
    int[] batch = draw.sizes(draw.between(0, 2));
    int middle = draw.size();
    NdArray left = draw.floats(matrix(batch, draw.size(), middle));
    NdArray right = draw.floats(matrix(batch, draw.near(middle), draw.size()));
    return RandomNode.of(
        new Op.MatMul(),
        draw.between(0, 3) == 0
            ? draw.floats(draw.rarely() ? new int[0] : new int[] {middle})
            : left,
        draw.between(0, 3) == 0 ? draw.floats(middle) : right);
  }

  private int[] matrix(int[] batch, int rows, int columns) {
    return IntStream.concat(IntStream.of(draw.stretching(batch)), IntStream.of(rows, columns))
        .toArray();
  }

  RandomNode gemm() {
    int rows = draw.size();
    int middle = draw.size();
    int columns = draw.size();
    boolean transA = draw.coin();
    boolean transB = draw.coin();
    NdArray a = transA ? draw.floats(middle, rows) : draw.floats(rows, middle);
    int inner = draw.near(middle);
    NdArray b = transB ? draw.floats(columns, inner) : draw.floats(inner, columns);
    RandomNode node = RandomNode.of(new Op.Gemm(0.5f, 2, transA, transB), a, b);
    return draw.coin() ? node : node.with(draw.stretchingFloats(rows, columns));
  }

  RandomNode resize() {
    NdArray x = draw.floats(draw.sizes(draw.between(1, 3)));
    boolean legacy = draw.between(0, 3) == 0;
    List<Integer> axes = legacy || draw.coin() ? List.of() : draw.axes(x.rank());
    int count = draw.near(axes.isEmpty() ? x.rank() : axes.size());
    String coordinates = draw.one("half_pixel", "asymmetric", "align_corners");
    Op op =
        new Op.Resize(
            draw.one("nearest", "linear"),
            coordinates,
            "floor",
            -0.75f,
            false,
            0,
            draw.coin(),
            axes,
            legacy ? "stretch" : draw.one(POLICIES),
            legacy);
    double[] factors = new double[count];
    for (int i = 0; i < count; i++) {
      factors[i] = draw.rarely() ? draw.between(-1, 0) : draw.one(0.5, 1.0, 1.5, 2.0, 0.7);
    }
    NdArray scales = new NdArray(ElementType.FLOAT, new int[] {count}, factors);
    if (legacy) {
      return RandomNode.of(op, x).withParameter(scales);
    }
    NdArray sizes = draw.longs(draw.list(count, draw.rarely() ? 0 : 1, 6));
    boolean scaled = draw.coin();
    RandomNode node = RandomNode.of(op, x).with(null);
    node.withParameter(scaled || draw.rarely() ? scales : null);
    return scaled && !draw.rarely() ? node : node.withParameter(sizes);
  }

  RandomNode constantOfShape() {
    Op op = new Op.ConstantOfShape(Tensor.ofLongs(new long[] {7}, 1));
    List<Integer> sizes = draw.list(draw.between(0, 3), draw.rarely() ? -1 : 0, 3);
    return RandomNode.of(op).withParameter(draw.longs(sizes));
  }

  RandomNode range() {
    RandomNode node = RandomNode.of(new Op.Range());
    boolean whole = draw.coin();
    for (int i = 0; i < 3; i++) {
      int value = draw.between(-3, 3);
      ElementType type = whole ? ElementType.INT64 : ElementType.FLOAT;
      node.withParameter(Nodes.scalar(type, whole ? value : value / 2.0));
    }
    return node;
  }

  RandomNode quantize() {
    NdArray x = x();
    int axis = draw.axis(x.rank());
    Optional<ElementType> to = draw.coin() ? Optional.empty() : Optional.of(ElementType.INT16);
    return scaled(RandomNode.of(new Op.QuantizeLinear(axis, to), x), x, axis);
  }

  RandomNode dequantize() {
    NdArray x = draw.whole(ElementType.INT8, -9, 9, draw.sizes(draw.between(0, 4)));
    int axis = draw.axis(x.rank());
    Optional<ElementType> to = draw.coin() ? Optional.empty() : Optional.of(ElementType.FLOAT16);
    return scaled(RandomNode.of(new Op.DequantizeLinear(axis, to), x), x, axis);
  }

  private RandomNode scaled(RandomNode node, NdArray x, int axis) {
    boolean inside = axis >= -x.rank() && axis < x.rank();
    int size = inside ? x.dim(Math.floorMod(axis, x.rank())) : 2;
    int[] dims = draw.coin() ? new int[0] : new int[] {draw.near(size)};
    node.with(draw.floats(draw.rarely() ? new int[] {1, size} : dims));
    int[] same = node.inputs().get(1).dims();
    return draw.coin()
        ? node
        : node.with(draw.whole(ElementType.INT8, -3, 3, draw.rarely() ? new int[] {2} : same));
  }
}
