package io.repfold.pipeline.convert;

import io.repfold.graph.FixedShapes;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.MultiplyAdds;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Rounding;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Runs a model with every value rounded to its own type, as a machine with such numbers stores
 * them: where ONNX Runtime's CPU computes half models in float32, this one overflows.
 */
final class Emulation implements SampleComparison.Run {
  /** Multiply-adds that are worth waiting for: some seconds. */
  private static final long MOST = 3_000_000_000L;

  private final Graph graph;
  private final Interpreter interpreter;
  private final Set<String> infinite = new HashSet<>();
  private Optional<String> firstOverflow = Optional.empty();

  /**
   * @param infinite values that hold infinities in float32 too, which are no overflows
   */
  Emulation(Graph graph, Set<String> infinite) {
    this.graph = graph;
    for (String suffix : List.of("", "_float32", "_float16", "_bfloat16")) {
      infinite.forEach(value -> this.infinite.add(value + suffix));
    }
    this.interpreter = new Interpreter(graph, Rounding.STORED);
  }

  /**
   * How many of these samples can be emulated in some seconds.
   *
   * @param sample one of them
   */
  static int affordable(Graph graph, Sample sample, int samples) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    sample
        .read()
        .forEach(
            (name, tensor) -> {
              if (graph.isInput(name)) {
                shapes.put(name, tensor.shape());
              }
            });
    try {
      MultiplyAdds work = MultiplyAdds.of(FixedShapes.fix(graph, shapes));
      long fit = MOST / Math.max(1, work.total());
      return work.unknown().isEmpty() ? (int) Math.min(samples, fit) : 0;
    } catch (InvalidGraphException e) {
      return 0;
    }
  }

  /** The ops of a graph that cannot be emulated. */
  static List<String> unknownOps(Graph graph) {
    TreeSet<String> unknown = new TreeSet<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Opaque) {
        unknown.add(node.op().type());
      }
    }
    return List.copyOf(unknown);
  }

  @Override
  public Map<String, HostTensor> apply(Map<String, HostTensor> inputs) {
    Map<String, NdArray> given = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> given.put(name, array(tensor)));
    Map<String, HostTensor> outputs = new LinkedHashMap<>();
    interpreter
        .run(given, this::lookForOverflow)
        .forEach((name, array) -> outputs.put(name, tensor(array)));
    return outputs;
  }

  /** The first value that held NaN, or an infinity that is new; empty if none did. */
  Optional<String> firstOverflow() {
    return firstOverflow;
  }

  private void lookForOverflow(String value, NdArray array) {
    if (firstOverflow.isEmpty()
        && graph.constant(value).isEmpty()
        && Arrays.stream(array.data()).anyMatch(v -> isOverflow(value, v))) {
      firstOverflow = Optional.of(value);
    }
  }

  private boolean isOverflow(String value, double element) {
    return Double.isNaN(element) || (Double.isInfinite(element) && !infinite.contains(value));
  }

  private static NdArray array(HostTensor tensor) {
    int[] dims = Arrays.stream(tensor.shape()).mapToInt(Math::toIntExact).toArray();
    var type = io.repfold.graph.ElementType.valueOf(tensor.type().name());
    return new NdArray(type, dims, tensor.toDoubles());
  }

  private static HostTensor tensor(NdArray array) {
    long[] shape = Arrays.stream(array.dims()).asLongStream().toArray();
    return HostTensor.of(ElementType.valueOf(array.type().name()), array.data(), shape);
  }
}
