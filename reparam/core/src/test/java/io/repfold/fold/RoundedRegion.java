package io.repfold.fold;

import io.repfold.graph.DeadCode;
import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.DoubleUnaryOperator;

/**
 * A region before its weights were rounded and after: the two are taken apart by impulses, one
 * input element at a time, in double.
 */
final class RoundedRegion {
  private final String target;
  private final Interpreter exact;
  private final Interpreter rounded;
  private final Map<String, NdArray> zeros = new LinkedHashMap<>();
  private final Set<String> weighted = new HashSet<>();

  /**
   * @param size of the spatial axes of what the region reads
   */
  RoundedRegion(Graph before, Graph after, String target, int size) {
    ReportRecount recount = new ReportRecount(before, after);
    Map<String, Value> known = ShapeInference.infer(before);
    List<Value> inputs =
        recount.sources(target).stream().map(s -> sized(known.get(s), size)).toList();
    for (Value input : inputs) {
      int[] dims =
          input.shape().orElseThrow().dims().stream()
              .mapToInt(d -> (int) ((Dim.Known) d).size())
              .toArray();
      int elements = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
      zeros.put(input.name(), new NdArray(input.type().orElseThrow(), dims, new double[elements]));
    }
    recount.weights(target).keySet().forEach(node -> weighted.addAll(node.inputs()));
    this.target = target;
    this.exact = new Interpreter(part(before, recount.held(target), inputs, target));
    this.rounded = new Interpreter(part(after, recount.became(target), inputs, target));
  }

  private static Value sized(Value value, int size) {
    Shape shape = value.shape().orElseThrow();
    long[] dims = new long[shape.rank()];
    Arrays.fill(dims, size);
    dims[0] = 1;
    dims[1] = ((Dim.Known) shape.dim(1)).size();
    return Value.of(value.name(), value.type().orElseThrow(), Shape.of(dims));
  }

  private static Graph part(Graph graph, List<Node> nodes, List<Value> inputs, String target) {
    Value output = new Value(target, Optional.of(ElementType.FLOAT), Optional.empty());
    return DeadCode.withoutUnread(
        graph.toBuilder()
            .replaceNodes(nodes)
            .replaceInputs(inputs)
            .replaceOutputs(List.of(output))
            .replaceDeclared(Map.of()));
  }

  int elements() {
    return zeros.values().stream().mapToInt(image -> image.data().length).sum();
  }

  /** How far any input between -1 and 1 can move the output that it can move farthest. */
  double farthest() {
    double[] bias = difference(zeros);
    double[] sum = Arrays.stream(bias).map(Math::abs).toArray();
    eachImpulse(
        (source, inputs) -> {
          double[] moved = difference(inputs);
          Arrays.setAll(sum, e -> sum[e] + Math.abs(moved[e] - bias[e]));
        });
    return Arrays.stream(sum).max().orElseThrow();
  }

  /** How far the worst input of all moves that output, when it is really computed. */
  double moved() {
    double[] bias = difference(zeros);
    double[][] moved = new double[elements()][];
    int[] next = new int[1];
    eachImpulse((source, inputs) -> moved[next[0]++] = difference(inputs));
    double farthest = 0;
    int worst = 0;
    for (int e = 0; e < bias.length; e++) {
      double sum = Math.abs(bias[e]);
      for (double[] column : moved) {
        sum += Math.abs(column[e] - bias[e]);
      }
      worst = sum > farthest ? e : worst;
      farthest = Math.max(farthest, sum);
    }
    double sign = bias[worst] < 0 ? -1 : 1;
    int at = 0;
    Map<String, NdArray> inputs = new LinkedHashMap<>();
    for (Map.Entry<String, NdArray> zero : zeros.entrySet()) {
      double[] data = new double[zero.getValue().data().length];
      for (int i = 0; i < data.length; i++) {
        data[i] = sign * moved[at][worst] < sign * bias[worst] ? -1 : 1;
        at++;
      }
      inputs.put(zero.getKey(), with(zero.getValue(), data));
    }
    return Math.abs(difference(inputs)[worst]);
  }

  /**
   * The largest sum over the weights and the bias of one output, before rounding, of what each adds
   * by its magnitude. What is added as it is, without a weight, adds nothing.
   */
  double largestSum(DoubleUnaryOperator each) {
    double[] bias = run(exact, zeros);
    double[] sum = Arrays.stream(bias).map(b -> each.applyAsDouble(Math.abs(b))).toArray();
    eachImpulse(
        (source, inputs) -> {
          double[] response = run(exact, inputs);
          for (int e = 0; e < sum.length && weighted.contains(source); e++) {
            sum[e] += each.applyAsDouble(Math.abs(response[e] - bias[e]));
          }
        });
    return Arrays.stream(sum).max().orElseThrow();
  }

  private void eachImpulse(BiConsumer<String, Map<String, NdArray>> use) {
    for (Map.Entry<String, NdArray> zero : zeros.entrySet()) {
      for (int i = 0; i < zero.getValue().data().length; i++) {
        double[] data = new double[zero.getValue().data().length];
        data[i] = 1;
        Map<String, NdArray> inputs = new LinkedHashMap<>(zeros);
        inputs.put(zero.getKey(), with(zero.getValue(), data));
        use.accept(zero.getKey(), inputs);
      }
    }
  }

  private static NdArray with(NdArray image, double... data) {
    return new NdArray(image.type(), image.dims(), data);
  }

  private double[] difference(Map<String, NdArray> inputs) {
    double[] difference = run(rounded, inputs);
    double[] before = run(exact, inputs);
    Arrays.setAll(difference, e -> difference[e] - before[e]);
    return difference;
  }

  private double[] run(Interpreter graph, Map<String, NdArray> inputs) {
    return graph.run(inputs).get(target).data().clone();
  }
}
