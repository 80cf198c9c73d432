package io.repfold.precision.int8;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.precision.Check;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which nodes of a graph compute in integers and which values are quantized. A layer does if it can
 * and is not excluded; another node does if all that it reads is made by such nodes and what it
 * makes leads to one, so that nothing is quantized for its own sake. For TensorRT, an Add of a
 * layer's own sums and another branch does wherever that branch comes from.
 */
final class QuantizationPlan {
  private final Graph graph;
  private final QuantizationOptions options;
  private final Map<String, QuantizedUnit> units = new LinkedHashMap<>();
  private final Map<String, String> refused = new LinkedHashMap<>();
  private final Set<String> quantized = new LinkedHashSet<>();
  private final Set<String> made = new HashSet<>();
  private final Map<String, String> sources = new HashMap<>();

  QuantizationPlan(Graph graph, QuantizationOptions options) {
    this.graph = graph;
    this.options = options;
    requireNames();
    graph.nodes().forEach(this::consider);
    while (units.values().removeIf(unit -> unit.layer().isEmpty() && !isBetween(unit))) {
      // Each removal may leave another node without one before or behind it.
    }
    if (options.target() == QuantizationTarget.TENSORRT) {
      keepBranchesReal();
    }
    units.values().forEach(this::place);
    graph.nodes().forEach(this::followGrid);
  }

  private void requireNames() {
    for (String name : options.excluded()) {
      boolean known =
          graph.nodes().stream().anyMatch(n -> n.name().equals(name) || n.outputs().contains(name));
      Check.that(
          known,
          "Graph '%s' has no node or value '%s' that could stay float32; Graph.nodes lists the"
              + " names",
          graph.name(),
          name);
    }
  }

  private boolean isExcluded(Node node) {
    return options.excluded().contains(node.output())
        || !node.name().isEmpty() && options.excluded().contains(node.name());
  }

  private void consider(Node node) {
    if (node.outputs().isEmpty()) {
      return;
    }
    var finding = QuantizableLayer.find(graph, node, options.target());
    if (finding instanceof QuantizableLayer.Finding.Refused reason) {
      refused.put(node.output(), reason.because());
    } else if (finding instanceof QuantizableLayer.Finding.Found found) {
      if (isExcluded(node)) {
        refused.put(node.output(), "excluded");
      } else {
        add(node, Optional.of(found.layer()), IntegerRole.OWN_GRID, List.of(node.input(0)));
      }
    } else if (!isExcluded(node)) {
      IntegerRole role = IntegerRole.of(graph, node, options.target());
      if (role != IntegerRole.NONE) {
        add(node, Optional.empty(), role, IntegerRole.variables(graph, node));
      }
    }
  }

  private void add(
      Node node, Optional<QuantizableLayer> layer, IntegerRole role, List<String> operands) {
    boolean rectified = layer.isPresent() || IntegerRole.isAdd(node.op());
    String end = rectified ? afterActivation(node.output()) : node.output();
    units.put(end, new QuantizedUnit(node, layer, role, operands, end));
  }

  /** The value behind the Relu or Clip that alone reads {@code value}; else the value itself. */
  private String afterActivation(String value) {
    List<Node> readers = graph.readers(value);
    if (readers.size() != 1 || graph.isOutput(value)) {
      return value;
    }
    Node reader = readers.get(0);
    boolean activation =
        reader.op().equals(new Op.Unary(Op.Unary.Function.RELU))
            || reader.op() instanceof Op.Clip && reader.input(0).equals(value);
    return activation && !isExcluded(reader) ? reader.output() : value;
  }

  private boolean isBetween(QuantizedUnit unit) {
    boolean residual =
        options.target() == QuantizationTarget.TENSORRT
            && IntegerRole.isAdd(unit.core().op())
            && unit.operands().stream().anyMatch(this::isOwnSum);
    return isWanted(unit.end())
        && (residual || unit.operands().stream().allMatch(units::containsKey));
  }

  /** Whether a node that computes in integers reads the value. */
  private boolean isWanted(String value) {
    return units.values().stream().anyMatch(unit -> unit.operands().contains(value));
  }

  /** An Add takes the sums of one layer as they are, so that a kernel can do both. */
  private void keepBranchesReal() {
    units.replaceAll(
        (end, unit) -> {
          if (!IntegerRole.isAdd(unit.core().op())) {
            return unit;
          }
          return unit.operands().stream()
              .filter(this::isOwnSum)
              .findFirst()
              .map(unit::without)
              .orElse(unit);
        });
  }

  /** Whether it is what a layer sums up, before any activation, and nothing else reads it. */
  private boolean isOwnSum(String value) {
    QuantizedUnit unit = units.get(value);
    return unit != null
        && unit.layer().isPresent()
        && unit.core().output().equals(value)
        && graph.readers(value).size() == 1
        && !graph.isOutput(value);
  }

  private void place(QuantizedUnit unit) {
    quantized.addAll(unit.operands());
    boolean cpu = options.target() == QuantizationTarget.CPU;
    boolean alwaysBack = cpu && unit.core().op() instanceof Op.Conv;
    if (alwaysBack || isWanted(unit.end())) {
      quantized.add(unit.end());
      if (cpu) {
        made.add(unit.end());
      }
    }
  }

  private void followGrid(Node node) {
    unitOf(node)
        .filter(unit -> unit.role() == IntegerRole.SAME_GRID)
        .ifPresent(unit -> sources.put(unit.end(), source(unit.operands().get(0))));
  }

  Graph graph() {
    return graph;
  }

  QuantizationOptions options() {
    return options;
  }

  /** By the value at the end, in the graph's order. */
  Map<String, QuantizedUnit> units() {
    return units;
  }

  /** The layers that compute in integers. */
  List<QuantizableLayer> layers() {
    return units.values().stream().flatMap(unit -> unit.layer().stream()).toList();
  }

  /** Why nodes with weights stay float32, by their output. */
  Map<String, String> refused() {
    return refused;
  }

  /** The values that get a QuantizeLinear. */
  Set<String> quantized() {
    return quantized;
  }

  /** Whether the value is made by an integer kernel, so that all must read what comes of it. */
  boolean isMade(String value) {
    return made.contains(value);
  }

  /** The value whose statistics give the grid of a quantized value. */
  String source(String value) {
    return sources.getOrDefault(value, value);
  }

  /** The unit that a node is the core of. */
  Optional<QuantizedUnit> unitOf(Node core) {
    return core.outputs().isEmpty()
        ? Optional.empty()
        : units.values().stream().filter(u -> u.core().output().equals(core.output())).findFirst();
  }
}
