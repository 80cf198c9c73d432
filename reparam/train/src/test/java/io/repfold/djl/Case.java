package io.repfold.djl;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.graph.WeightSource.Role;
import io.repfold.graph.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Graphs of a node or a few, with inputs that hurt: not square, smaller than what a kernel reaches,
 * even kernels, pads that differ.
 *
 * @param runtime whether ONNX Runtime knows the op in this opset
 */
record Case(String name, Graph graph, List<long[]> shapes, boolean runtime) {
  private interface Body {
    String append(GraphBuilder b, String x);
  }

  @Override
  public String toString() {
    return name;
  }

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    convolutions(cases);
    transposed(cases);
    pools(cases);
    elementwise(cases);
    reductions(cases);
    products(cases);
    movements(cases);
    resizes(cases);
    computedSizes(cases);
    return cases;
  }

  private static void add(List<Case> cases, String name, Body body, long... shape) {
    add(cases, name, body, true, shape);
  }

  private static void add(
      List<Case> cases, String name, Body body, boolean runtime, long... shape) {
    GraphBuilder b = new GraphBuilder(name, WeightSource.random(cases.size()));
    b.output(body.append(b, b.input("x", Shape.of(shape))));
    cases.add(new Case(name, b.build(), List.of(shape), runtime));
  }

  private static final long[] IMAGE = {2, 4, 5, 7};

  private static void convolutions(List<Case> cases) {
    add(cases, "conv", (b, x) -> b.biasedConv(x, 6, Kernel.of(3), 1), IMAGE);
    add(
        cases,
        "conv: even kernel, pads differ, strides differ",
        (b, x) -> b.biasedConv(x, 6, Kernel.of(2, 3).withStride(2, 1).withPads(0, 2, 1, 1), 2),
        IMAGE);
    add(
        cases,
        "conv: dilated beyond the image, depthwise",
        (b, x) -> b.conv(x, 4, Kernel.of(3).withDilation(4, 6), 4),
        IMAGE);
    add(
        cases,
        "conv: the end's padding is not read",
        (b, x) -> b.conv(x, 3, Kernel.of(3).withStride(2).withPads(1, 1, 0, 0), 1),
        2,
        4,
        5,
        7);
    for (Window.AutoPad pad : Window.AutoPad.values()) {
      Window window = new Window(pad, List.of(2, 3), List.of(), List.of());
      add(cases, "conv: " + pad, (b, x) -> conv(b, x, window, 3, 4, 4, 2), IMAGE);
    }
    Window line = Window.of(List.of(2), List.of(2), List.of(3, 1));
    add(cases, "conv: a line", (b, x) -> conv(b, x, line, 3, 4, 3), 2, 4, 9);
    Window cube = Window.of(List.of(1, 2, 1), List.of(), List.of(1, 0, 1, 1, 1, 0));
    add(cases, "conv: a volume", (b, x) -> conv(b, x, cube, 2, 3, 2, 3, 2), 1, 3, 3, 4, 5);
    add(cases, "batch normalisation", (b, x) -> b.batchNorm(x), IMAGE);
    add(cases, "batch normalisation of rows", (b, x) -> b.batchNorm(x), 3, 5);
    add(
        cases,
        "batch normalisation after a border",
        (b, x) -> b.batchNorm(b.pad(x, 1, 0, 2, 3)),
        IMAGE);
    add(
        cases,
        "a kernel that is computed",
        (b, x) -> {
          String w = b.parameter("w", Role.KERNEL, 3, 4, 3, 3);
          String scale = b.parameter("scale", Role.GAMMA, 3, 1, 1, 1);
          String kernel = b.binary(Op.Binary.Function.MUL, w, scale);
          Op conv = new Op.Conv(Kernel.of(3).window(), 1);
          return b.op("conv", conv, List.of(x, b.identity(kernel)), 3);
        },
        IMAGE);
  }

  private static String conv(GraphBuilder b, String x, Window window, long... dims) {
    String w = b.parameter("w", Role.KERNEL, dims);
    return b.op("conv", new Op.Conv(window, 1), List.of(x, w), (int) dims[0]);
  }

  private static void transposed(List<Case> cases) {
    transposed(cases, "stride 2", 1, List.of(1, 1), List.of(), w(2, 1, 1, 1, 1, 1), 4, 3, 3, 3);
    transposed(cases, "kernel is stride", 1, List.of(), List.of(), w(2, 1, 0, 0, 0, 0), 4, 3, 2, 2);
    transposed(cases, "groups", 2, List.of(), List.of(), w(2, 1, 1, 1, 1, 1), 4, 3, 4, 4);
    transposed(cases, "dense, dilated", 1, List.of(), List.of(), w(1, 2, 1, 0, 2, 1), 4, 3, 3, 2);
    Window uneven = Window.of(List.of(3, 2), List.of(2, 1), List.of(1, 0, 2, 1));
    transposed(cases, "uneven", 2, List.of(2, 1), List.of(), uneven, 4, 3, 2, 3);
    transposed(cases, "gaps", 1, List.of(), List.of(), w(3, 1, 0, 0, 0, 0), 4, 3, 2, 2);
    transposed(cases, "many pads", 1, List.of(), List.of(), w(2, 1, 3, 2, 2, 3), 4, 3, 5, 5);
    Window same = new Window(Window.AutoPad.SAME_UPPER, List.of(2, 2), List.of(), List.of());
    transposed(cases, "same", 1, List.of(), List.of(), same, 4, 3, 3, 3);
    transposed(
        cases, "output shape", 1, List.of(), List.of(10, 15), w(2, 1, 0, 0, 0, 0), 4, 3, 3, 3);
    Window line = Window.of(List.of(2), List.of(), List.of(1, 1));
    add(
        cases,
        "transposed convolution: a line",
        (b, x) -> transposed(b, x, new Op.ConvTranspose(line, 1, List.of(), List.of()), 4, 3, 4),
        2,
        4,
        6);
  }

  private static Window w(int stride, int dilation, Integer... pads) {
    return Window.of(List.of(stride, stride), List.of(dilation, dilation), List.of(pads));
  }

  private static void transposed(
      List<Case> cases,
      String name,
      int groups,
      List<Integer> outputPadding,
      List<Integer> outputShape,
      Window window,
      long... dims) {
    Op.ConvTranspose op = new Op.ConvTranspose(window, groups, outputPadding, outputShape);
    add(cases, "transposed convolution: " + name, (b, x) -> transposed(b, x, op, dims), IMAGE);
  }

  private static String transposed(GraphBuilder b, String x, Op.ConvTranspose op, long... dims) {
    String w = b.parameter("w", Role.KERNEL, dims);
    String bias = b.parameter("b", Role.BIAS, dims[1] * op.groups());
    return b.op("up", op, List.of(x, w, bias), (int) dims[1] * op.groups());
  }

  private static void pools(List<Case> cases) {
    Window pads = Window.of(List.of(2, 1), List.of(), List.of(1, 0, 0, 1));
    Window half = Window.of(List.of(2, 2), List.of(), List.of(1, 1, 1, 1));
    Window wide = Window.of(List.of(1, 1), List.of(), List.of(2, 2, 2, 2));
    Window dilated = Window.of(List.of(2, 1), List.of(2, 3), List.of(1, 2, 0, 1));
    Window same = new Window(Window.AutoPad.SAME_LOWER, List.of(2, 2), List.of(), List.of());
    for (boolean ceil : new boolean[] {false, true}) {
      for (Window window : List.of(pads, half, wide, same)) {
        String form = window.pads() + " " + window.autoPad() + " ceil " + ceil;
        Op max = new Op.MaxPool(List.of(3, 3), window, ceil, false);
        add(cases, "max pool " + form, (b, x) -> b.op("y", max, List.of(x), 4), IMAGE);
        for (boolean counts : new boolean[] {false, true}) {
          Op average = new Op.AveragePool(List.of(3, 3), window, ceil, counts);
          add(
              cases,
              "average pool " + form + " counts " + counts,
              (b, x) -> b.op("y", average, List.of(x), 4),
              IMAGE);
        }
      }
    }
    Op max = new Op.MaxPool(List.of(2, 3), dilated, false, false);
    add(cases, "max pool dilated", (b, x) -> b.op("y", max, List.of(x), 4), IMAGE);
    Op average = new Op.AveragePool(List.of(2, 3), dilated, false, false);
    add(cases, "average pool dilated", (b, x) -> b.op("y", average, List.of(x), 4), false, IMAGE);
    Op line = new Op.MaxPool(List.of(2), Window.of(List.of(2), List.of(), List.of()), false, false);
    add(cases, "max pool of a line", (b, x) -> b.op("y", line, List.of(x), 4), 2, 4, 7);
    add(cases, "global average pool", (b, x) -> b.globalAveragePool(x), IMAGE);
    for (boolean columnMajor : new boolean[] {false, true}) {
      cases.add(unpooled(half, columnMajor, List.of()));
    }
    cases.add(
        unpooled(Window.of(List.of(2, 2), List.of(), List.of()), false, List.of(2L, 4L, 6L, 9L)));
  }

  /** Maximum pooling with its indices as an output, and their inverse. */
  private static Case unpooled(Window window, boolean columnMajor, List<Long> shape) {
    List<Integer> kernel = List.of(2, 2);
    Graph.Builder builder =
        new Graph.Builder("unpool")
            .input(Value.float32("x", 2, 4, 6, 8))
            .output(
                Value.of(
                    "i",
                    ElementType.INT64,
                    Shape.of(
                        2, 4, window.pads().isEmpty() ? 3 : 4, window.pads().isEmpty() ? 4 : 5)))
            .node(
                new Node(
                    "pool",
                    new Op.MaxPool(kernel, window, false, columnMajor),
                    List.of("x"),
                    List.of("p", "i")));
    if (columnMajor) {
      builder.output(Value.float32("p", 2, 4, 4, 5));
      return new Case(
          "max pool, columns first", builder.build(), List.of(new long[] {2, 4, 6, 8}), true);
    }
    List<String> inputs = new ArrayList<>(List.of("p", "i"));
    long[] output = {2, 4, 6, 8};
    if (!shape.isEmpty()) {
      output = shape.stream().mapToLong(Long::longValue).toArray();
      builder.initializer("shape", Tensor.ofLongs(output, 4));
      inputs.add("shape");
    }
    builder
        .output(Value.float32("y", output))
        .node(new Node("unpool", new Op.MaxUnpool(kernel, window), inputs, List.of("y")));
    // ONNX Runtime reads the indices of a padded or enlarged pooling in another way.
    return new Case(
        "max unpool " + shape, builder.build(), List.of(new long[] {2, 4, 6, 8}), false);
  }

  private static void elementwise(List<Case> cases) {
    for (Op.Unary.Function f : Op.Unary.Function.values()) {
      boolean positive =
          f == Op.Unary.Function.LOG
              || f == Op.Unary.Function.SQRT
              || f == Op.Unary.Function.RECIPROCAL;
      if (f != Op.Unary.Function.NOT) {
        add(
            cases,
            f.type(),
            (b, x) -> b.unary(f, positive ? b.unary(Op.Unary.Function.EXP, x) : x),
            IMAGE);
      }
    }
    for (Op.Binary.Function f :
        List.of(
            Op.Binary.Function.ADD,
            Op.Binary.Function.SUB,
            Op.Binary.Function.MUL,
            Op.Binary.Function.DIV)) {
      add(
          cases,
          f.type() + " a learnt value",
          (b, x) -> b.binary(f, x, b.parameter("p", Role.VARIANCE, 4, 1, 1)),
          IMAGE);
      add(
          cases,
          f.type() + " to a learnt value",
          (b, x) ->
              b.op(
                  "y",
                  new Op.Binary(f),
                  List.of(
                      b.parameter("p", Role.VARIANCE, 4, 1, 1), b.unary(Op.Unary.Function.EXP, x)),
                  4),
          IMAGE);
    }
    add(cases, "Pow", (b, x) -> b.binary(Op.Binary.Function.POW, x, scalar(b, 2)), IMAGE);
    for (Op.Variadic.Function f : Op.Variadic.Function.values()) {
      add(
          cases,
          f.type(),
          (b, x) -> {
            String p = b.parameter("p", Role.BIAS, 7);
            return b.op(
                "y", new Op.Variadic(f), List.of(x, p, b.parameter("q", Role.BIAS, 4, 1, 1)), 4);
          },
          IMAGE);
    }
    add(
        cases,
        "Sum of one",
        (b, x) -> b.op("y", new Op.Variadic(Op.Variadic.Function.SUM), List.of(x), 4),
        IMAGE);
    add(cases, "LeakyRelu", (b, x) -> b.op("y", new Op.LeakyRelu(0.1f), List.of(x), 4), IMAGE);
    add(cases, "Elu", (b, x) -> b.op("y", new Op.Elu(0.7f), List.of(x), 4), IMAGE);
    add(
        cases,
        "PRelu",
        (b, x) -> b.op("y", new Op.PRelu(), List.of(x, b.parameter("p", Role.GAMMA, 4, 1, 1)), 4),
        IMAGE);
    add(
        cases,
        "HardSigmoid",
        (b, x) -> b.op("y", new Op.HardSigmoid(0.3f, 0.4f), List.of(x), 4),
        IMAGE);
    OptionalDouble none = OptionalDouble.empty();
    add(
        cases,
        "Clip",
        (b, x) ->
            b.op("y", new Op.Clip(none, none), List.of(x, scalar(b, -0.5f), scalar(b, 0.8f)), 4),
        IMAGE);
    add(
        cases,
        "Clip above",
        (b, x) -> b.op("y", new Op.Clip(none, none), List.of(x, "", scalar(b, 0.8f)), 4),
        IMAGE);
    add(cases, "Softmax", (b, x) -> b.op("y", new Op.Softmax(1, false), List.of(x), 4), IMAGE);
    add(
        cases,
        "Softmax of columns",
        (b, x) -> b.op("y", new Op.Softmax(-1, false), List.of(x), 4),
        IMAGE);
    add(
        cases,
        "Where",
        (b, x) -> {
          String bound = b.constant(Tensor.ofFloats(new float[] {-1, 0, 0.2f, 1}, 4, 1, 1));
          String less = b.op("less", new Op.Binary(Op.Binary.Function.LESS), List.of(x, bound), 4);
          String more =
              b.op(
                  "more", new Op.Binary(Op.Binary.Function.GREATER_OR_EQUAL), List.of(x, bound), 4);
          String not = b.op("not", new Op.Unary(Op.Unary.Function.NOT), List.of(more), 4);
          String both = b.op("both", new Op.Binary(Op.Binary.Function.AND), List.of(less, not), 4);
          return b.op("y", new Op.Where(), List.of(both, x, b.parameter("p", Role.BIAS, 7)), 4);
        },
        IMAGE);
    add(
        cases,
        "Dropout",
        (b, x) -> b.op("y", new Op.Dropout(none), List.of(x, scalar(b, 0.5f)), 4),
        IMAGE);
    add(
        cases,
        "Cast",
        (b, x) -> {
          String whole = b.op("whole", new Op.Cast(ElementType.INT64), List.of(x), 4);
          String two = b.constant(Tensor.ofLongs(new long[] {2}, 1));
          String half = b.op("half", new Op.Binary(Op.Binary.Function.DIV), List.of(whole, two), 4);
          return b.op("y", new Op.Cast(ElementType.FLOAT), List.of(half), 4);
        },
        IMAGE);
  }

  private static String scalar(GraphBuilder b, float value) {
    return b.constant(Tensor.ofFloats(new float[] {value}));
  }

  private static void reductions(List<Case> cases) {
    for (Op.Reduce.Function f : Op.Reduce.Function.values()) {
      for (boolean keeps : new boolean[] {false, true}) {
        boolean attribute = f != Op.Reduce.Function.SUM;
        Op op =
            new Op.Reduce(
                f, attribute ? Optional.of(List.of(1, -1)) : Optional.empty(), keeps, false);
        add(
            cases,
            f.type() + " keeps " + keeps,
            (b, x) -> b.op("y", op, attribute ? List.of(x) : List.of(x, longs(b, 1, -1)), 0),
            IMAGE);
      }
    }
    Op all = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.empty(), true, false);
    add(cases, "ReduceMean of all", (b, x) -> b.op("y", all, List.of(x), 0), IMAGE);
    for (boolean last : new boolean[] {false, true}) {
      add(
          cases,
          "ArgMax, last " + last,
          (b, x) -> {
            String sign = b.op("sign", new Op.Cast(ElementType.INT32), List.of(x), 4);
            String flat = b.op("flat", new Op.Cast(ElementType.FLOAT), List.of(sign), 4);
            String at = b.op("at", new Op.ArgMax(1, true, last), List.of(flat), 1);
            return b.op("y", new Op.Cast(ElementType.FLOAT), List.of(at), 1);
          },
          IMAGE);
    }
  }

  private static String longs(GraphBuilder b, long... values) {
    return b.initializer("longs", Tensor.ofLongs(values, values.length));
  }

  private static void products(List<Case> cases) {
    add(
        cases,
        "MatMul",
        (b, x) -> b.op("y", new Op.MatMul(), List.of(x, b.parameter("w", Role.LINEAR, 7, 3)), 0),
        IMAGE);
    add(
        cases,
        "MatMul from the left",
        (b, x) -> b.op("y", new Op.MatMul(), List.of(b.parameter("w", Role.LINEAR, 3, 5), x), 0),
        IMAGE);
    add(
        cases,
        "MatMul with itself",
        (b, x) ->
            b.op(
                "y",
                new Op.MatMul(),
                List.of(x, b.op("t", new Op.Transpose(List.of(0, 1, 3, 2)), List.of(x), 0)),
                0),
        IMAGE);
    add(cases, "linear", (b, x) -> b.linear(b.flatten(x), 140, 3), IMAGE);
    add(
        cases,
        "Gemm",
        (b, x) ->
            b.op(
                "y",
                new Op.Gemm(0.5f, -2, true, false),
                List.of(x, b.parameter("w", Role.LINEAR, 5, 3), b.parameter("c", Role.BIAS, 4, 1)),
                0),
        5,
        4);
    add(
        cases,
        "Gemm without C",
        (b, x) ->
            b.op(
                "y",
                new Op.Gemm(1, 1, false, true),
                List.of(x, b.parameter("w", Role.LINEAR, 3, 4)),
                0),
        5,
        4);
  }

  private static void movements(List<Case> cases) {
    add(
        cases,
        "Concat",
        (b, x) ->
            b.op("y", new Op.Concat(-2), List.of(b.parameter("p", Role.BIAS, 2, 4, 1, 7), x, x), 0),
        IMAGE);
    for (Op.Pad.Mode mode : List.of(Op.Pad.Mode.CONSTANT, Op.Pad.Mode.REFLECT, Op.Pad.Mode.EDGE)) {
      Op pad = new Op.Pad(mode, Optional.empty(), OptionalDouble.empty());
      add(
          cases,
          "Pad " + mode,
          (b, x) -> {
            List<String> inputs = new ArrayList<>(List.of(x, longs(b, 0, 1, 3, 2, 1, 0, 0, 4)));
            if (mode == Op.Pad.Mode.CONSTANT) {
              inputs.add(scalar(b, 1.5f));
            }
            return b.op("y", pad, inputs, 0);
          },
          IMAGE);
    }
    Op wrap = new Op.Pad(Op.Pad.Mode.WRAP, Optional.empty(), OptionalDouble.empty());
    add(
        cases,
        "Pad WRAP",
        (b, x) -> b.op("y", wrap, List.of(x, longs(b, 0, 0, 2, 3, 0, 0, 5, 1)), 0),
        false,
        IMAGE);
    Op crop = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
    add(
        cases,
        "Pad cuts",
        (b, x) -> b.op("y", crop, List.of(x, longs(b, 0, 0, -1, 1, 0, 0, 2, -2)), 0),
        IMAGE);
    add(cases, "Flatten", (b, x) -> b.op("y", new Op.Flatten(-2), List.of(x), 0), IMAGE);
    add(
        cases,
        "Reshape",
        (b, x) -> b.op("y", new Op.Reshape(false), List.of(x, longs(b, 0, -1, 5, 2)), 0),
        2,
        4,
        5,
        6);
    add(
        cases,
        "Transpose",
        (b, x) -> b.op("y", new Op.Transpose(List.of(2, 0, 3, 1)), List.of(x), 0),
        IMAGE);
    add(
        cases,
        "Transpose turned round",
        (b, x) -> b.op("y", new Op.Transpose(List.of()), List.of(x), 0),
        IMAGE);
    Op slice = new Op.Slice(Optional.empty());
    add(
        cases,
        "Slice",
        (b, x) ->
            b.op(
                "y",
                slice,
                List.of(
                    x,
                    longs(b, -4, 1),
                    longs(b, Long.MAX_VALUE, 6),
                    longs(b, 2, 3),
                    longs(b, 2, 3)),
                0),
        IMAGE);
    add(
        cases,
        "Slice backwards",
        (b, x) ->
            b.op(
                "y",
                slice,
                List.of(
                    x,
                    longs(b, -1, 5),
                    longs(b, Long.MIN_VALUE, 0),
                    longs(b, 2, -1),
                    longs(b, -2, -3)),
                0),
        IMAGE);
    add(
        cases,
        "Squeeze",
        (b, x) -> b.op("y", new Op.Squeeze(Optional.empty()), List.of(x, longs(b, -1)), 0),
        2,
        4,
        1,
        1);
    add(
        cases,
        "Unsqueeze",
        (b, x) -> b.op("y", new Op.Unsqueeze(Optional.empty()), List.of(x, longs(b, -1, 0)), 0),
        2,
        4);
    add(
        cases,
        "Expand",
        (b, x) -> b.op("y", new Op.Expand(), List.of(x, longs(b, 3, 1, 1, 6, 1)), 0),
        2,
        4,
        1,
        7);
    add(
        cases,
        "Tile",
        (b, x) -> b.op("y", new Op.Tile(), List.of(x, longs(b, 1, 2, 1, 3)), 0),
        IMAGE);
    add(
        cases,
        "DepthToSpace",
        (b, x) -> b.op("y", new Op.DepthToSpace(2, false), List.of(x), 0),
        2,
        8,
        3,
        2);
    add(
        cases,
        "DepthToSpace, columns first",
        (b, x) -> b.op("y", new Op.DepthToSpace(2, true), List.of(x), 0),
        2,
        8,
        3,
        2);
    add(
        cases,
        "SpaceToDepth",
        (b, x) -> b.op("y", new Op.SpaceToDepth(2), List.of(x), 0),
        2,
        3,
        4,
        6);
    add(
        cases,
        "Gather",
        (b, x) ->
            b.op(
                "y",
                new Op.Gather(1),
                List.of(
                    x, b.initializer("i", Tensor.ofLongs(new long[] {3, -4, 1, 1, 0, -1}, 2, 3))),
                0),
        IMAGE);
    add(
        cases,
        "Gather of one",
        (b, x) ->
            b.op(
                "y",
                new Op.Gather(-1),
                List.of(x, b.initializer("i", Tensor.ofLongs(new long[] {-2}))),
                0),
        IMAGE);
    for (boolean equal : new boolean[] {false, true}) {
      Op split = new Op.Split(2, Optional.empty());
      Graph.Builder builder =
          new Graph.Builder("split")
              .input(Value.float32("x", 2, 4, 6, 7))
              .output(Value.float32("a", 2, 4, equal ? 2 : 1, 7))
              .output(Value.float32("c", 2, 4, equal ? 2 : 3, 7));
      List<String> inputs = new ArrayList<>(List.of("x"));
      if (!equal) {
        builder.initializer("sizes", Tensor.ofLongs(new long[] {1, 2, 3}, 3));
        inputs.add("sizes");
      }
      builder.node(new Node("split", split, inputs, List.of("a", "b", "c")));
      cases.add(
          new Case(
              "Split, equal " + equal, builder.build(), List.of(new long[] {2, 4, 6, 7}), true));
    }
  }

  private static void resizes(List<Case> cases) {
    for (String coordinates :
        List.of("half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel")) {
      for (String mode : List.of("linear", "nearest", "cubic")) {
        add(
            cases,
            "Resize " + mode + " " + coordinates + " up",
            (b, x) -> b.resize(x, mode, coordinates, 2, 3),
            IMAGE);
        add(
            cases,
            "Resize " + mode + " " + coordinates + " down and up",
            (b, x) -> b.resize(x, mode, coordinates, 0.5f, 2.5f),
            2,
            4,
            6,
            4);
      }
    }
    add(
        cases,
        "Resize from a pixel",
        (b, x) -> b.resizeLike(b.globalAveragePool(x), x, "linear", "align_corners"),
        IMAGE);
    add(
        cases,
        "Resize like another",
        (b, x) ->
            b.resizeLike(b.conv(x, 3, Kernel.of(3).withStride(2), 1), x, "linear", "half_pixel"),
        IMAGE);
  }

  /** What is computed from the image's size, such as the matrix of an adaptive pooling. */
  private static void computedSizes(List<Case> cases) {
    add(
        cases,
        "a pooling matrix from the width",
        (b, x) -> {
          String shape = b.op("shape", new Op.ShapeOf(0, Optional.empty()), List.of(x), 0);
          String width =
              b.op(
                  "width",
                  new Op.Gather(0),
                  List.of(shape, b.initializer("three", Tensor.ofLongs(new long[] {3}))),
                  0);
          String zero = b.initializer("zero", Tensor.ofLongs(new long[] {0}));
          String one = b.initializer("one", Tensor.ofLongs(new long[] {1}));
          String range = b.op("range", new Op.Range(), List.of(zero, width, one), 0);
          String real = b.op("real", new Op.Cast(ElementType.FLOAT), List.of(range), 0);
          String column =
              b.op("column", new Op.Unsqueeze(Optional.empty()), List.of(real, longs(b, 1)), 0);
          String bins = b.initializer("bins", Tensor.ofFloats(new float[] {1, 3.5f}, 1, 2));
          String inside =
              b.op("inside", new Op.Binary(Op.Binary.Function.LESS), List.of(column, bins), 0);
          String ones = b.op("ones", new Op.Cast(ElementType.FLOAT), List.of(inside), 0);
          String matrix =
              b.op("matrix", new Op.Binary(Op.Binary.Function.DIV), List.of(ones, bins), 0);
          return b.op("y", new Op.MatMul(), List.of(x, matrix), 0);
        },
        IMAGE);
    add(
        cases,
        "a constant of the image's shape",
        (b, x) -> {
          String shape = b.op("shape", new Op.ShapeOf(0, Optional.empty()), List.of(x), 0);
          String ones =
              b.op(
                  "ones",
                  new Op.ConstantOfShape(Tensor.ofFloats(new float[] {1}, 1)),
                  List.of(shape),
                  0);
          String size = b.op("size", new Op.Size(), List.of(x), 0);
          String count = b.op("count", new Op.Cast(ElementType.FLOAT), List.of(size), 0);
          String part =
              b.op("part", new Op.Binary(Op.Binary.Function.DIV), List.of(ones, count), 0);
          return b.binary(Op.Binary.Function.ADD, x, part);
        },
        IMAGE);
  }
}
