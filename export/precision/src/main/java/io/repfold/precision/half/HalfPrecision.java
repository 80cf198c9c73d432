package io.repfold.precision.half;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.precision.Check;
import io.repfold.precision.FloatValues;
import io.repfold.precision.RaiseToOpset22;
import io.repfold.precision.Range;
import io.repfold.precision.SourceGraphCheck;
import io.repfold.precision.half.HalfReport.Exceeding;
import io.repfold.precision.half.HalfReport.Island;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes a float32 graph compute in float16 or bfloat16.
 *
 * <p>Weights and activations become half, each rounded once. What half numbers cannot hold stays
 * float32, as an island between Casts: ops that are not modeled, normalizations that are not
 * folded, sizes and indices, the scales of Resize, exponentials and logarithms, sums of many
 * elements, and, if ranges are given, values that overflow or vanish. Values keep their names, so
 * that before and after can be compared tensor by tensor; a value that exists in both types has the
 * other under its name and {@code _float16}, {@code _bfloat16} or {@code _float32}.
 *
 * <p>Float64 values stay as they are. An input that a body reads, or that has a default, stays
 * float32 in any case. Windows and some activations take bfloat16 from opset 22 on; a graph of an
 * earlier opset, 9 or more, is restated in the one that its ops need.
 */
public final class HalfPrecision {
  private static final int LOWEST_OPSET = 6;

  private HalfPrecision() {}

  /** A graph in half precision, and what became of it. */
  public record Result(Graph graph, HalfReport report) {}

  /**
   * Converts.
   *
   * @throws io.repfold.graph.InvalidGraphException if the graph holds half values or quantized ops
   *     already or no float32 values, a weight is no number, its opset is below 6, or too low for
   *     bfloat16 and cannot be raised, its shapes contradict each other, or the options name what
   *     it does not have; names the node or value and what to do
   */
  public static Result convert(Graph graph, HalfOptions options) {
    FloatValues ports = FloatValues.of(graph, options.types());
    SourceGraphCheck.check(ports);
    check(ports, options);
    IdentityHashMap<Node, KeepReason> verdicts = Float32Islands.of(ports, options);
    int opset = HalfOpsets.needed(ports, verdicts, options.type());
    if (opset > graph.opset()) {
      ports = FloatValues.of(RaiseToOpset22.of(ports.graph(), opset), options.types());
      verdicts = Float32Islands.of(ports, options);
    }
    return emitted(graph, ports, verdicts, options);
  }

  private static Result emitted(
      Graph before,
      FloatValues ports,
      IdentityHashMap<Node, KeepReason> verdicts,
      HalfOptions options) {
    ValueTypes variants = new ValueTypes(ports, verdicts, options);
    HalfFormat format = HalfFormat.of(options.type());
    HalfGraphWriter emission = new HalfGraphWriter(ports, variants, format);
    Graph converted = emission.emit();
    List<Island> islands =
        ports.graph().nodes().stream().flatMap(node -> island(node, verdicts).stream()).toList();
    int half = (int) ports.graph().nodes().stream().filter(variants::isHalf).count();
    HalfReport report =
        new HalfReport(
            options.type(),
            converted.opset(),
            half,
            islands,
            exceeding(ports, options, format),
            emission.casts(),
            bytes(before),
            bytes(converted));
    return new Result(converted, report);
  }

  private static Optional<Island> island(Node node, IdentityHashMap<Node, KeepReason> verdicts) {
    String output = node.outputs().isEmpty() ? "" : node.output();
    return Optional.ofNullable(verdicts.get(node))
        .map(verdict -> new Island(node.describe(), output, verdict.cause(), verdict.because()));
  }

  private static List<Exceeding> exceeding(
      FloatValues ports, HalfOptions options, HalfFormat format) {
    List<Exceeding> exceeding = new ArrayList<>();
    for (String value : ports.values()) {
      Range range = options.ranges().get(value);
      if (range != null
          && !ports.isConstant(value)
          && range.largest() * options.margin() > format.largest()) {
        exceeding.add(new Exceeding(value, range, range.largest() > format.largest()));
      }
    }
    return exceeding;
  }

  private static long bytes(Graph graph) {
    Stream<Tensor> constants =
        graph.nodes().stream()
            .filter(node -> node.op() instanceof Op.Constant)
            .map(node -> ((Op.Constant) node.op()).value());
    return Stream.concat(graph.initializers().values().stream(), constants)
        .mapToLong(tensor -> tensor.data().remaining())
        .sum();
  }

  private static void check(FloatValues ports, HalfOptions options) {
    Graph graph = ports.graph();
    Check.that(
        graph.opset() >= LOWEST_OPSET,
        "Graph '%s' has opset %d, and Casts to %s came with opset %d: export the model anew with"
            + " opset 13 or later",
        graph.name(),
        graph.opset(),
        options.type(),
        LOWEST_OPSET);
    Set<String> values = new HashSet<>(ports.values());
    for (String value : options.ranges().keySet()) {
      Check.that(
          values.contains(value),
          "A range is given for '%s', but graph '%s' has no such value; take the ranges from the"
              + " graph that is converted",
          value,
          graph.name());
    }
    for (Map.Entry<String, ElementType> type : options.types().entrySet()) {
      Check.that(
          values.contains(type.getKey()),
          "A type is given for '%s', but graph '%s' has no such value",
          type.getKey(),
          graph.name());
    }
    Set<String> nodes = new HashSet<>();
    graph.nodes().forEach(node -> nodes.add(node.name()));
    for (String name : options.float32()) {
      Check.that(
          nodes.contains(name) || graph.producer(name).isPresent(),
          "'%s' is to stay float32, but no node of graph '%s' has this name or this output",
          name,
          graph.name());
    }
  }
}
