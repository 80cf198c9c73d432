package io.repfold.blocks;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Appends ops at random to a value of any rank, and keeps its dims: products by matrices, scales
 * along any axis, ops that only move elements, means, and activations that runtimes fuse. The first
 * axis is the batch, of which the graph may not know the size; no op asks for it.
 */
final class RandomWalk {
  private static final long MOST_ELEMENTS = 4000;

  private final GraphBuilder b;
  private final SplittableRandom r;

  /** A value of the graph; {@code dims[0]} is true at run time only. */
  record Tracked(String name, long... dims) {
    int rank() {
      return dims.length;
    }
  }

  RandomWalk(GraphBuilder b, SplittableRandom r) {
    this.b = b;
    this.r = r;
  }

  void append(Tracked start, int steps) {
    Tracked value = start;
    for (int i = 0; i < steps; i++) {
      value = step(value, 1);
      if (i < steps - 1 && r.nextInt(10) == 0) {
        b.output(value.name());
      }
    }
    b.output(value.name());
  }

  private Tracked step(Tracked x, int depth) {
    return switch (r.nextInt(28)) {
      case 0, 1, 2 -> matMul(x);
      case 3 -> leftMatMul(x);
      case 4, 5 -> x.rank() == 2 ? gemm(x) : matMul(x);
      case 6, 7, 8 -> conv(x);
      case 9, 10, 11 -> norm(x);
      case 12, 13, 14 -> scaled(x);
      case 15 -> transposed(x);
      case 16 -> reshaped(x);
      case 17 -> shuffled(x);
      case 18, 19 -> depth > 0 ? sideBySide(x, depth) : norm(x);
      case 20 -> depth > 0 ? splitUp(x, depth) : scaled(x);
      case 21, 22 -> depth > 0 ? sum(x, depth) : scaled(x);
      case 23 -> sliced(x);
      case 24 -> pooled(x);
      case 25 -> resized(x);
      case 26 -> mean(x);
      default -> activation(x);
    };
  }

  private String random(long... dims) {
    double[] values = r.doubles(Tensor.count(dims), -1.5, 1.5).toArray();
    if (r.nextInt(4) == 0) {
      for (int i = 0; i < values.length; i++) {
        values[i] = values[i] < 0 ? 1 : values[i];
      }
    }
    return b.initializer("random", Tensor.ofDoubles(b.type(), values, dims));
  }

  private String longs(long... values) {
    return b.initializer("sizes", Tensor.ofLongs(values, values.length));
  }

  private String op(String word, Op op, String... inputs) {
    return b.op(word, op, List.of(inputs), 0);
  }

  private Tracked same(Tracked x, String name) {
    return new Tracked(name, x.dims());
  }

  private Tracked with(Tracked x, String name, int axis, long length) {
    long[] dims = x.dims().clone();
    dims[axis] = length;
    return new Tracked(name, dims);
  }

  private static long last(Tracked x) {
    return x.dims()[x.rank() - 1];
  }

  private long width() {
    return 1L + r.nextInt(5);
  }

  private Tracked matMul(Tracked x) {
    long out = r.nextBoolean() ? last(x) : width();
    String y = op("product", new Op.MatMul(), x.name(), random(last(x), out));
    Tracked product = with(x, y, x.rank() - 1, out);
    return r.nextBoolean() ? product : same(product, op("add", add(), y, random(out)));
  }

  private static Op add() {
    return new Op.Binary(Op.Binary.Function.ADD);
  }

  private Tracked leftMatMul(Tracked x) {
    int axis = x.rank() - 2;
    if (axis == 0) {
      return matMul(x);
    }
    long out = r.nextBoolean() ? x.dims()[axis] : width();
    String y = op("product", new Op.MatMul(), random(out, x.dims()[axis]), x.name());
    return with(x, y, axis, out);
  }

  private Tracked gemm(Tracked x) {
    long out = r.nextBoolean() ? last(x) : width();
    boolean transposed = r.nextBoolean();
    String matrix = transposed ? random(out, last(x)) : random(last(x), out);
    float alpha = r.nextBoolean() ? 1 : r.nextInt(-3, 4) / 2f;
    float beta = r.nextBoolean() ? 1 : r.nextInt(-3, 4) / 2f;
    List<String> inputs = new ArrayList<>(List.of(x.name(), matrix));
    switch (r.nextInt(5)) {
      case 0 -> inputs.add(random());
      case 1 -> inputs.add(random(1, out));
      case 2, 3 -> inputs.add(random(out));
      default -> {}
    }
    String y = b.op("gemm", new Op.Gemm(alpha, beta, false, transposed), inputs, 0);
    return with(x, y, 1, out);
  }

  private Tracked conv(Tracked x) {
    if (x.rank() < 3 || x.rank() > 4) {
      return norm(x);
    }
    int axes = x.rank() - 2;
    int taps = r.nextInt(3) == 0 ? 3 : 1;
    long in = x.dims()[1];
    int groups = in % 2 == 0 && r.nextInt(4) == 0 ? 2 : 1;
    long out = groups * (r.nextBoolean() ? in / groups : 1 + r.nextInt(2));
    long[] weight = new long[x.rank()];
    Arrays.fill(weight, taps);
    weight[0] = out;
    weight[1] = in / groups;
    List<Integer> pads = Collections.nCopies(2 * axes, taps / 2);
    Op conv = new Op.Conv(Window.of(List.of(), List.of(), pads), groups);
    List<String> inputs = new ArrayList<>(List.of(x.name(), random(weight)));
    if (r.nextBoolean()) {
      inputs.add(random(out));
    }
    return with(x, b.op("conv", conv, inputs, 0), 1, out);
  }

  private Tracked norm(Tracked x) {
    long channels = x.dims()[1];
    double[] variance = r.doubles(channels, 0.3, 2).toArray();
    List<String> inputs =
        List.of(
            x.name(),
            random(channels),
            random(channels),
            random(channels),
            b.initializer("variance", Tensor.ofDoubles(b.type(), variance, channels)));
    return same(x, b.op("norm", new Op.BatchNormalization(0.05f, 0.9f, false), inputs, 0));
  }

  private Tracked scaled(Tracked x) {
    String constant = constant(x);
    return switch (r.nextInt(6)) {
      case 0, 1 -> same(x, op("mul", new Op.Binary(Op.Binary.Function.MUL), x.name(), constant));
      case 2, 3 -> same(x, op("add", add(), x.name(), constant));
      case 4 -> same(x, op("sub", new Op.Binary(Op.Binary.Function.SUB), x.name(), constant));
      default -> same(x, op("mul", new Op.Binary(Op.Binary.Function.MUL), constant, x.name()));
    };
  }

  /** One number, one for each place on an axis behind the batch, or one for each element. */
  private String constant(Tracked x) {
    if (r.nextInt(5) == 0) {
      return random();
    }
    long[] dims = new long[x.rank()];
    Arrays.fill(dims, 1);
    int axis =
        switch (r.nextInt(4)) {
          case 0, 1 -> 1;
          case 2 -> x.rank() - 1;
          default -> 1 + r.nextInt(x.rank() - 1);
        };
    dims[axis] = x.dims()[axis];
    if (r.nextInt(8) == 0) {
      System.arraycopy(x.dims(), 1, dims, 1, dims.length - 1);
    }
    return random(r.nextBoolean() ? dims : Arrays.copyOfRange(dims, axis, dims.length));
  }

  private Tracked transposed(Tracked x) {
    List<Integer> rest = new ArrayList<>(IntStream.range(1, x.rank()).boxed().toList());
    for (int i = rest.size() - 1; i > 0; i--) {
      Collections.swap(rest, i, r.nextInt(i + 1));
    }
    rest.add(0, 0);
    return transposed(x, rest);
  }

  private Tracked transposed(Tracked x, List<Integer> order) {
    long[] dims = order.stream().mapToLong(axis -> x.dims()[axis]).toArray();
    return new Tracked(op("transpose", new Op.Transpose(order), x.name()), dims);
  }

  private Tracked reshaped(Tracked x) {
    if (x.rank() == 2) {
      long c = last(x);
      return c % 2 == 0 && r.nextBoolean()
          ? to(x, x.dims()[0], 2, c / 2)
          : to(x, x.dims()[0], c, 1, 1);
    }
    if (x.rank() > 4) {
      return tokens(x);
    }
    return switch (r.nextInt(3)) {
      case 0 -> tokens(x);
      case 1 -> new Tracked(op("flatten", new Op.Flatten(1), x.name()), x.dims()[0], volume(x, 1));
      default -> {
        int axis = 1 + r.nextInt(x.rank() - 2);
        yield merged(x, axis);
      }
    };
  }

  /** {@code [N, C, H, W]} to {@code [N, C, H W]}. */
  private Tracked tokens(Tracked x) {
    return x.rank() == 3 ? merged(x, 1) : merged(x, x.rank() - 2);
  }

  private Tracked merged(Tracked x, int axis) {
    long[] dims = new long[x.rank() - 1];
    for (int i = 0; i < x.rank(); i++) {
      int target = i > axis ? i - 1 : i;
      dims[target] = Math.max(1, dims[target]) * x.dims()[i];
    }
    return to(x, dims);
  }

  private static long volume(Tracked x, int from) {
    return Tensor.count(Arrays.copyOfRange(x.dims(), from, x.rank()));
  }

  private Tracked to(Tracked x, long... dims) {
    long[] asked = dims.clone();
    asked[0] = 0;
    if (r.nextInt(3) == 0) {
      asked[1 + r.nextInt(dims.length - 1)] = -1;
    }
    return new Tracked(op("reshape", new Op.Reshape(false), x.name(), longs(asked)), dims);
  }

  /** Channels of two groups take turns, as in ShuffleNet. */
  private Tracked shuffled(Tracked x) {
    if (x.dims()[1] % 2 != 0 || x.rank() > 4) {
      return transposed(x);
    }
    long[] apart = new long[x.rank() + 1];
    System.arraycopy(x.dims(), 1, apart, 2, x.rank() - 1);
    apart[0] = x.dims()[0];
    apart[1] = 2;
    apart[2] /= 2;
    List<Integer> order = new ArrayList<>(IntStream.range(0, apart.length).boxed().toList());
    Collections.swap(order, 1, 2);
    return to(transposed(to(x, apart), order), x.dims());
  }

  private Tracked some(Tracked x, int steps, int depth) {
    Tracked value = x;
    for (int i = 0; i < steps; i++) {
      value = step(value, depth - 1);
    }
    return value;
  }

  /** One to three steps that keep the dims. */
  private Tracked branch(Tracked x, int depth) {
    for (int tries = 0; tries < 4; tries++) {
      Tracked y = some(x, 1 + r.nextInt(3), depth);
      if (Arrays.equals(y.dims(), x.dims())) {
        return y;
      }
    }
    return norm(x);
  }

  private Tracked sideBySide(Tracked x, int depth) {
    int axis = r.nextInt(3) == 0 ? 1 + r.nextInt(x.rank() - 1) : 1;
    List<String> parts = new ArrayList<>();
    int count = 2 + r.nextInt(2);
    for (int i = 0; i < count; i++) {
      parts.add(r.nextInt(6) == 0 ? x.name() : branch(x, depth).name());
    }
    if (volume(x, 0) * count > MOST_ELEMENTS) {
      return norm(x);
    }
    String y = b.op("concat", new Op.Concat(axis), parts, 0);
    return with(x, y, axis, x.dims()[axis] * count);
  }

  private Tracked splitUp(Tracked x, int depth) {
    int axis = r.nextInt(3) == 0 ? 1 + r.nextInt(x.rank() - 1) : 1;
    long length = x.dims()[axis];
    if (length < 2) {
      return norm(x);
    }
    long first = 1L + r.nextInt((int) length - 1);
    String name = "split" + r.nextInt(1 << 30);
    String left =
        b.op(
            "part",
            new Op.Slice(Optional.empty()),
            List.of(x.name(), longs(0), longs(first), longs(axis)),
            0);
    String right =
        b.op(
            "part",
            new Op.Slice(Optional.empty()),
            List.of(x.name(), longs(first), longs(length), longs(axis)),
            0);
    Tracked a = with(x, left, axis, first);
    Tracked c = with(x, right, axis, length - first);
    Tracked one = r.nextInt(3) == 0 ? a : branch(a, depth);
    Tracked other = r.nextInt(3) == 0 ? c : branch(c, depth);
    List<String> parts =
        r.nextBoolean() ? List.of(one.name(), other.name()) : List.of(other.name(), one.name());
    return same(x, b.op(name, new Op.Concat(axis), parts, 0));
  }

  private Tracked sum(Tracked x, int depth) {
    List<String> parts = new ArrayList<>();
    int count = 2 + r.nextInt(2);
    for (int i = 0; i < count; i++) {
      parts.add(r.nextInt(3) == 0 ? x.name() : branch(x, depth).name());
    }
    return same(
        x,
        switch (r.nextInt(4)) {
          case 0 -> b.op("sum", new Op.Variadic(Op.Variadic.Function.SUM), parts, 0);
          case 1 -> b.op("mean", new Op.Variadic(Op.Variadic.Function.MEAN), parts, 0);
          case 2 -> op("sub", new Op.Binary(Op.Binary.Function.SUB), parts.get(0), parts.get(1));
          default -> op("add", add(), parts.get(0), parts.get(1));
        });
  }

  private Tracked sliced(Tracked x) {
    int axis = 1 + r.nextInt(x.rank() - 1);
    long length = x.dims()[axis];
    long start = r.nextInt((int) length);
    boolean back = r.nextInt(3) == 0;
    long step = back ? -1L - r.nextInt(2) : 1L + r.nextInt(2);
    long end = back ? Integer.MIN_VALUE : r.nextBoolean() ? Integer.MAX_VALUE : length;
    long count = back ? (start + -step) / -step : (length - start + step - 1) / step;
    String y =
        op(
            "slice",
            new Op.Slice(Optional.empty()),
            x.name(),
            longs(start),
            longs(end),
            longs(axis),
            longs(step));
    return with(x, y, axis, count);
  }

  private Tracked pooled(Tracked x) {
    if (x.rank() < 3) {
      return scaled(x);
    }
    int axes = x.rank() - 2;
    List<Integer> threes = Collections.nCopies(axes, 3);
    Window padded = Window.of(List.of(), List.of(), Collections.nCopies(2 * axes, 1));
    return switch (r.nextInt(4)) {
      case 0 -> same(x, op("max", new Op.MaxPool(threes, padded, false, false), x.name()));
      case 1 ->
          same(
              x,
              op("average", new Op.AveragePool(threes, padded, false, r.nextBoolean()), x.name()));
      case 2 -> padded(x);
      default -> {
        long[] dims = new long[x.rank()];
        Arrays.fill(dims, 1);
        dims[0] = x.dims()[0];
        dims[1] = x.dims()[1];
        yield new Tracked(op("pool", new Op.GlobalAveragePool(), x.name()), dims);
      }
    };
  }

  private Tracked padded(Tracked x) {
    int axis = 1 + r.nextInt(x.rank() - 1);
    long length = x.dims()[axis];
    Op.Pad.Mode mode =
        length < 2
            ? Op.Pad.Mode.CONSTANT
            : r.nextBoolean()
                ? Op.Pad.Mode.CONSTANT
                : r.nextBoolean() ? Op.Pad.Mode.REFLECT : Op.Pad.Mode.EDGE;
    long[] pads = new long[2 * x.rank()];
    pads[axis] = 1;
    pads[axis + x.rank()] = length > 1 && r.nextInt(3) == 0 ? -1 : r.nextInt(2);
    long grown = length + pads[axis] + pads[axis + x.rank()];
    String y =
        op(
            "pad",
            new Op.Pad(mode, Optional.empty(), OptionalDouble.empty()),
            x.name(),
            longs(pads));
    return with(x, y, axis, grown);
  }

  private Tracked resized(Tracked x) {
    if (x.rank() != 4 || 4 * volume(x, 0) > MOST_ELEMENTS) {
      return scaled(x);
    }
    if (x.dims()[1] % 4 == 0 && r.nextBoolean()) {
      String y = op("depth_to_space", new Op.DepthToSpace(2, r.nextBoolean()), x.name());
      return new Tracked(y, x.dims()[0], x.dims()[1] / 4, 2 * x.dims()[2], 2 * x.dims()[3]);
    }
    String y = b.resize(x.name(), r.nextBoolean() ? "nearest" : "linear", "asymmetric", 2, 2);
    return new Tracked(y, x.dims()[0], x.dims()[1], 2 * x.dims()[2], 2 * x.dims()[3]);
  }

  private Tracked mean(Tracked x) {
    if (x.rank() < 3) {
      return scaled(x);
    }
    int axis = 1 + r.nextInt(x.rank() - 1);
    boolean keeps = r.nextBoolean();
    Op mean =
        new Op.Reduce(
            Op.Reduce.Function.MEAN,
            Optional.of(List.of(axis - (r.nextBoolean() ? x.rank() : 0))),
            keeps,
            false);
    String y = op("mean", mean, x.name());
    if (keeps) {
      return with(x, y, axis, 1);
    }
    return new Tracked(
        y,
        IntStream.range(0, x.rank()).filter(i -> i != axis).mapToLong(i -> x.dims()[i]).toArray());
  }

  private String number(double value) {
    return b.initializer("number", Tensor.ofDoubles(b.type(), new double[] {value}));
  }

  private Tracked gated(Tracked x) {
    String name = x.name();
    return switch (r.nextInt(4)) {
      case 0 -> {
        String erf =
            b.unary(
                Op.Unary.Function.ERF,
                op("div", new Op.Binary(Op.Binary.Function.DIV), name, number(Math.sqrt(2))));
        String gate =
            op(
                "mul",
                new Op.Binary(Op.Binary.Function.MUL),
                name,
                op("add", add(), erf, number(1)));
        yield same(x, op("mul", new Op.Binary(Op.Binary.Function.MUL), gate, number(0.5)));
      }
      case 1 -> {
        String gate =
            b.unary(
                Op.Unary.Function.SIGMOID,
                op("mul", new Op.Binary(Op.Binary.Function.MUL), name, number(1.702)));
        yield same(x, op("mul", new Op.Binary(Op.Binary.Function.MUL), name, gate));
      }
      case 2 -> same(x, b.unary(Op.Unary.Function.TANH, name));
      default -> same(x, b.relu(name));
    };
  }

  /** With a number added, so that not all may be close to 0. */
  private Tracked activation(Tracked x) {
    Tracked y = gated(x);
    return same(y, op("add", add(), y.name(), number(0.5 + r.nextDouble())));
  }
}
