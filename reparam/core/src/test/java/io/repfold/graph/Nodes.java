package io.repfold.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Short forms for tests of single ops. */
final class Nodes {
  private Nodes() {}

  /** The first output of an op; null stands for an input that is left out. */
  static NdArray apply(Op op, NdArray... inputs) {
    return applyAll(op, 1, inputs).get(0);
  }

  /** All outputs of an op in a node that names {@code outputs} of them. */
  static List<NdArray> applyAll(Op op, int outputs, NdArray... inputs) {
    List<String> names =
        IntStream.range(0, inputs.length).mapToObj(i -> inputs[i] == null ? "" : "i" + i).toList();
    List<String> results = IntStream.range(0, outputs).mapToObj(i -> "o" + i).toList();
    return Interpreter.evaluate(
        new Node("n", op, names, results), new ArrayList<>(Arrays.asList(inputs)));
  }

  /** The numbers 0, 1, 2, ... in a shape. */
  static NdArray counting(int... dims) {
    return NdArray.of(IntStream.range(0, Layout.count(dims)).asDoubleStream().toArray(), dims);
  }

  static NdArray vector(double... values) {
    return NdArray.of(values, values.length);
  }

  static NdArray longs(long... values) {
    return new NdArray(
        ElementType.INT64,
        new int[] {values.length},
        Arrays.stream(values).asDoubleStream().toArray());
  }

  static NdArray scalar(ElementType type, double value) {
    return new NdArray(type, new int[0], new double[] {value});
  }
}
