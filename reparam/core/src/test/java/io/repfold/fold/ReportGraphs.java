package io.repfold.fold;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.graph.WeightSource.Role;
import io.repfold.graph.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Seeded networks of two blocks, each with a ReLU behind it, on one to three spatial axes and in
 * all real types: convolutions of any stride, dilation, pads and groups, branches, chains, sums of
 * two sources, averages, transposed convolutions.
 */
final class ReportGraphs {
  private static final List<ElementType> TYPES =
      List.of(ElementType.FLOAT, ElementType.FLOAT16, ElementType.BFLOAT16, ElementType.DOUBLE);

  private final SplittableRandom r;
  private final int rank;
  private final GraphBuilder b;

  private ReportGraphs(long seed, ElementType type) {
    this.r = new SplittableRandom(seed);
    this.rank = 1 + r.nextInt(3);
    this.b = new GraphBuilder("net", WeightSource.random(seed), type).withEpsilon(0.05f);
  }

  static ElementType type(long seed) {
    return TYPES.get((int) (seed % TYPES.size()));
  }

  static Graph of(long seed) {
    return new ReportGraphs(seed, type(seed)).graph();
  }

  /** A transposed convolution with scales and shifts behind it. */
  static Graph transposed(long seed, ElementType type) {
    ReportGraphs graphs = new ReportGraphs(seed, type);
    graphs.b.output(graphs.transposed(graphs.input()));
    return graphs.b.build();
  }

  private String input() {
    long[] dims = new long[rank + 2];
    for (int axis = 0; axis < rank; axis++) {
      dims[axis + 2] = 13L + r.nextInt(2);
    }
    dims[0] = 1;
    dims[1] = 2L * (1 + r.nextInt(2));
    return b.input("x", dims);
  }

  private Graph graph() {
    String value = input();
    for (int i = 0; i < 2; i++) {
      value = b.relu(block(value));
    }
    b.output(value);
    return b.build();
  }

  private String block(String x) {
    return switch (r.nextInt(8)) {
      case 0 -> b.batchNorm(conv(x, out(x), any(3), any(2), any(2), r.nextBoolean()));
      case 1 -> branches(x);
      case 2 -> chain(x);
      case 3 -> transposed(x);
      case 4 -> twoSources(x);
      case 5 -> averages(x);
      case 6 -> sumOfTwo(x);
      default -> constants(x);
    };
  }

  private int out(String x) {
    return b.channels(x) * (r.nextBoolean() ? 1 : 2);
  }

  private List<Integer> any(int most) {
    return IntStream.range(0, rank).mapToObj(axis -> 1 + r.nextInt(most)).toList();
  }

  private List<Integer> all(int value) {
    return Collections.nCopies(rank, value);
  }

  private int groups(int in, int out) {
    return in % 2 == 0 && out % 2 == 0 && r.nextBoolean() ? 2 : 1;
  }

  /** Padded by its reach, half of it on each side. */
  private String conv(
      String x,
      int out,
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> dilation,
      boolean biased) {
    List<Integer> begin = new ArrayList<>();
    List<Integer> end = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      int reach = (kernel.get(axis) - 1) * dilation.get(axis);
      begin.add(reach / 2);
      end.add(reach - reach / 2);
    }
    begin.addAll(end);
    return conv(x, out, kernel, Window.of(stride, dilation, begin), biased);
  }

  private String conv(String x, int out, List<Integer> kernel, Window window, boolean biased) {
    int groups = groups(b.channels(x), out);
    List<String> inputs = inputs(x, dims(out, b.channels(x) / groups, kernel), biased ? out : 0);
    return b.op("conv", new Op.Conv(window, groups), inputs, out);
  }

  private List<String> inputs(String x, long[] weight, int biases) {
    List<String> inputs = new ArrayList<>(List.of(x, b.parameter("weight", Role.KERNEL, weight)));
    if (biases > 0) {
      inputs.add(b.parameter("bias", Role.BIAS, biases));
    }
    return inputs;
  }

  private static long[] dims(int first, int second, List<Integer> kernel) {
    return IntStream.concat(
            IntStream.of(first, second), kernel.stream().mapToInt(Integer::intValue))
        .asLongStream()
        .toArray();
  }

  /** A kernel, one tap, and the identity where there is one, each with its normalization. */
  private String branches(String x) {
    List<Integer> stride = any(2);
    int out = out(x);
    List<String> values = new ArrayList<>();
    values.add(b.batchNorm(conv(x, out, all(3), stride, any(2), false)));
    values.add(b.batchNorm(conv(x, out, all(1), stride, all(1), r.nextBoolean())));
    if (out == b.channels(x) && stride.equals(all(1))) {
      values.add(b.batchNorm(x));
    }
    return r.nextBoolean()
        ? b.add(values)
        : b.op("sum", new Op.Variadic(Op.Variadic.Function.SUM), values, out);
  }

  /**
   * One tap, zeros around, normalization, and a kernel with a stride: the first runs more often.
   */
  private String chain(String x) {
    String first = conv(x, out(x), all(1), all(1), all(1), false);
    String bordered = r.nextBoolean() ? pad(first) : first;
    Window window = Window.of(any(3), all(1), List.of());
    return b.batchNorm(conv(b.batchNorm(bordered), out(x), any(3), window, true));
  }

  private String pad(String x) {
    long[] pads = new long[2 * rank + 4];
    for (int axis = 0; axis < rank; axis++) {
      pads[axis + 2] = 1L + r.nextInt(2);
      pads[rank + axis + 4] = 1;
    }
    String amounts = b.initializer("pads", Tensor.ofLongs(pads, pads.length));
    Op pad = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
    return b.op("pad", pad, List.of(x, amounts), b.channels(x));
  }

  private String transposed(String x) {
    int in = b.channels(x);
    int out = out(x);
    int groups = groups(in, out);
    Window window = Window.of(any(3), any(2), List.of());
    List<String> inputs = inputs(x, dims(in, out / groups, any(3)), r.nextBoolean() ? out : 0);
    Op op = new Op.ConvTranspose(window, groups, List.of(), List.of());
    return constants(b.batchNorm(b.op("up", op, inputs, out)));
  }

  /** Three sums, the outer of which cannot take in the first: that stays a region of its own. */
  private String twoSources(String x) {
    String other = b.relu(x);
    String first = b.batchNorm(conv(other, out(x), all(1), all(1), all(1), false));
    String second = b.batchNorm(conv(x, b.channels(first), all(3), all(1), all(1), true));
    String third = b.batchNorm(conv(x, b.channels(first), all(1), all(1), all(1), false));
    return b.add(List.of(first, second, third));
  }

  /** A normalization of a sum of two sources: two convolutions and their sum. */
  private String sumOfTwo(String x) {
    String other = b.relu(x);
    String left = conv(x, out(x), any(2), all(1), all(1), true);
    return b.batchNorm(
        b.add(List.of(left, conv(other, b.channels(left), any(2), all(1), all(1), true))));
  }

  private String averages(String x) {
    Window window = Window.of(any(2), List.of(), List.of());
    Op average = new Op.AveragePool(any(3), window, false, true);
    return b.batchNorm(b.op("average", average, List.of(x), b.channels(x)));
  }

  /** A convolution or what is there, a scale, a shift, and the same scale again. */
  private String constants(String x) {
    String y = conv(x, out(x), any(2), all(1), all(1), true);
    String scale = b.parameter("scale", Role.BETA, dims(1, b.channels(y), all(1)));
    String shift = b.parameter("shift", Role.BETA, dims(b.channels(y), 1, all(1).subList(1, rank)));
    String scaled = binary(Op.Binary.Function.MUL, y, scale, b.channels(y));
    String shifted = binary(Op.Binary.Function.SUB, shift, scaled, b.channels(y));
    return binary(Op.Binary.Function.MUL, shifted, scale, b.channels(y));
  }

  private String binary(Op.Binary.Function function, String left, String right, int channels) {
    return b.op("binary", new Op.Binary(function), List.of(left, right), channels);
  }
}
