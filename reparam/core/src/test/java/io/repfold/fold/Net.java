package io.repfold.fold;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.graph.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/** A small graph in double with random weights and statistics, and words for ops of any form. */
final class Net {
  static final Op PAD = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
  static final Op SLICE = new Op.Slice(Optional.empty());

  final GraphBuilder b =
      new GraphBuilder("net", WeightSource.random(1), ElementType.DOUBLE).withEpsilon(0.05f);
  private final SplittableRandom random = new SplittableRandom(3);

  /** Any batch, and these channels and sizes: numbers, or names of sizes that are not known. */
  String image(String name, String... dims) {
    List<Dim> all = new ArrayList<>(List.of(new Dim.Symbol("N")));
    for (String dim : dims) {
      all.add(Character.isDigit(dim.charAt(0)) ? Dim.of(Long.parseLong(dim)) : new Dim.Symbol(dim));
    }
    return b.input(name, new Shape(all));
  }

  String op(Op op, String... inputs) {
    return b.op("op", op, List.of(inputs), 4);
  }

  String longs(long... values) {
    return b.constant(Tensor.ofLongs(values, values.length));
  }

  /** Equal numbers. */
  String reals(double value, long... dims) {
    double[] values = new double[(int) Tensor.count(dims)];
    Arrays.fill(values, value);
    return b.constant(Tensor.ofDoubles(ElementType.DOUBLE, values, dims));
  }

  /** Random numbers. */
  Tensor random(long... dims) {
    double[] values = random.doubles(Tensor.count(dims), -1, 1).toArray();
    return Tensor.ofDoubles(ElementType.DOUBLE, values, dims);
  }

  /** A convolution without bias of random weights {@code [O, I / groups, k...]}. */
  String conv(String x, Window window, int groups, long... weight) {
    return b.conv(x, random(weight), Optional.empty(), window, groups);
  }

  /** Stride 1 and no pads. */
  String conv(String x, long... weight) {
    return conv(x, Window.DEFAULT, 1, weight);
  }

  Verified fold(String... outputs) {
    List.of(outputs).forEach(b::output);
    return Verified.fold(b);
  }

  /** The same for images of which not even the rank is known; they come as {@code [2, 4, 5, 4]}. */
  Verified foldUnranked(String... outputs) {
    List.of(outputs).forEach(b::output);
    Graph graph = b.build();
    List<Value> inputs =
        graph.inputs().stream().map(v -> new Value(v.name(), v.type(), Optional.empty())).toList();
    List<Value> ends =
        graph.outputs().stream().map(v -> new Value(v.name(), v.type(), Optional.empty())).toList();
    return Verified.fold(
        graph.toBuilder()
            .replaceInputs(inputs)
            .replaceOutputs(ends)
            .replaceDeclared(Map.of())
            .build());
  }
}
