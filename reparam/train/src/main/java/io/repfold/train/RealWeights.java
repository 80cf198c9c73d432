package io.repfold.train;

import io.repfold.graph.DeadCode;
import io.repfold.graph.ElementType;
import io.repfold.graph.FreeNames;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Weights that a graph stores in integers, as real numbers that learn and are rounded each time:
 *
 * <pre>
 *   DequantizeLinear(w, s, z)     becomes     DequantizeLinear(Clip(QuantizeLinear(r, s, z), -127, 127), s, z)
 *   DequantizeLinear(b, s)        becomes     DequantizeLinear(Cast(Round(Div(r, s))), s)       INT32
 * </pre>
 *
 * <p>Steps stay as they are, and so does what the graph computes. {@link StoredIntegers} is the way
 * back.
 */
final class RealWeights {
  private static final String QUANTIZED = "_quantized";
  private static final double MOST = Byte.MAX_VALUE;

  /** The sum of two products with 8-bit activations fits 16 bits up to here. */
  private static final double MOST_OF_7_BITS = 64;

  private static final double USUAL_OF_7_BITS = 63;

  private final Graph graph;
  private final FreeNames names;
  private final FreeNames nodeNames;
  private final Map<String, Tensor> initializers;
  private final List<Node> nodes = new ArrayList<>();
  private final Set<String> done = new LinkedHashSet<>();
  private final double bound;

  private RealWeights(Graph graph) {
    this.graph = graph;
    this.names = FreeNames.ofValues(graph);
    this.nodeNames = FreeNames.ofNodes(graph);
    this.initializers = new LinkedHashMap<>(graph.initializers());
    this.bound = bound(graph);
  }

  /** Whether a graph rounds activations to integers. */
  static boolean roundsActivations(Graph graph) {
    return graph.nodes().stream().anyMatch(node -> node.op() instanceof Op.QuantizeLinear);
  }

  /** The graph with real numbers in the place of stored integers, each a multiple of its step. */
  static Graph of(Graph graph) {
    return new RealWeights(graph).real();
  }

  /** Weights that all have no more than 7 bits were meant to. */
  private static double bound(Graph graph) {
    double largest =
        graph.nodes().stream()
            .flatMap(node -> stored(graph, node).stream())
            .filter(tensor -> tensor.type() == ElementType.INT8 && tensor.size() > 1)
            .flatMapToDouble(tensor -> Arrays.stream(tensor.toDoubles()))
            .map(Math::abs)
            .max()
            .orElse(MOST);
    return largest <= MOST_OF_7_BITS ? Math.max(USUAL_OF_7_BITS, largest) : MOST;
  }

  /** The integers that a DequantizeLinear reads from the file. */
  private static Optional<Tensor> stored(Graph graph, Node node) {
    return node.op() instanceof Op.DequantizeLinear && !graph.isInput(node.input(0))
        ? Optional.ofNullable(graph.initializers().get(node.input(0)))
        : Optional.empty();
  }

  private Graph real() {
    for (Node node : graph.nodes()) {
      Optional<Tensor> stored = stored(graph, node);
      if (stored.isPresent() && learns(node, stored.get()) && done.add(node.input(0))) {
        round(node, stored.get());
      }
      nodes.add(node);
    }
    return DeadCode.withoutUnread(
        graph.toBuilder().replaceNodes(nodes).replaceInitializers(initializers));
  }

  /** A single number is one of a formula; steps of other forms stay as they are. */
  private boolean learns(Node node, Tensor stored) {
    boolean constant =
        node.inputs().stream().skip(1).allMatch(name -> graph.constant(name).isPresent());
    if (!constant || stored.size() < 2) {
      return false;
    }
    Tensor steps = graph.constant(node.input(1)).orElseThrow();
    boolean known = steps.type() == ElementType.FLOAT && steps.rank() <= 1;
    return switch (stored.type()) {
      case INT8, UINT8 -> known;
      case INT32 -> known && !isShifted(node) && (stored.rank() == 1 || steps.size() == 1);
      default -> false;
    };
  }

  private boolean isShifted(Node node) {
    return zeroPoints(node)
        .filter(zeros -> Arrays.stream(zeros.toDoubles()).anyMatch(zero -> zero != 0))
        .isPresent();
  }

  private Optional<Tensor> zeroPoints(Node node) {
    return node.inputs().size() > 2 && !node.input(2).isEmpty()
        ? graph.constant(node.input(2))
        : Optional.empty();
  }

  private void round(Node node, Tensor stored) {
    String integers = node.input(0);
    initializers.remove(integers);
    List<NdArray> arrays = new ArrayList<>();
    node.inputs()
        .forEach(
            name ->
                arrays.add(name.isEmpty() ? null : NdArray.of(graph.constant(name).orElseThrow())));
    Tensor values = Interpreter.evaluate(node, arrays).get(0).toTensor();
    String real = store(realName(integers), values);
    if (stored.type() == ElementType.INT32) {
      String quotient = names.fresh(integers + "_steps");
      add(new Op.Binary(Op.Binary.Function.DIV), quotient, real, node.input(1));
      String whole = names.fresh(integers + "_rounded");
      add(new Op.Opaque("", "Round", Map.of(), List.of()), whole, quotient);
      add(new Op.Cast(ElementType.INT32), integers, whole);
      return;
    }
    Op.DequantizeLinear back = (Op.DequantizeLinear) node.op();
    Op quantize = new Op.QuantizeLinear(back.axis(), Optional.empty());
    String zeros = zeroPoints(node).isPresent() ? node.input(2) : zeros(node, stored.type());
    boolean bounded =
        stored.type() == ElementType.INT8
            && !isShifted(node)
            && Arrays.stream(stored.toDoubles()).allMatch(value -> Math.abs(value) <= bound);
    if (!bounded) {
      add(quantize, integers, real, node.input(1), zeros);
      return;
    }
    String rounded = names.fresh(integers + "_rounded");
    add(quantize, rounded, real, node.input(1), zeros);
    String least = store(integers + "_least", number(-bound));
    String most = store(integers + "_most", number(bound));
    Op clip = new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty());
    add(clip, integers, rounded, least, most);
  }

  private static String realName(String integers) {
    return integers.endsWith(QUANTIZED)
        ? integers.substring(0, integers.length() - QUANTIZED.length())
        : integers + "_real";
  }

  private String zeros(Node node, ElementType type) {
    Tensor steps = graph.constant(node.input(1)).orElseThrow();
    double[] zeros = new double[Math.toIntExact(steps.size())];
    return store(node.input(0) + "_zero_point", Tensor.ofDoubles(type, zeros, steps.dims()));
  }

  private static Tensor number(double value) {
    return Tensor.ofDoubles(ElementType.INT8, new double[] {value});
  }

  private void add(Op op, String output, String... inputs) {
    nodes.add(new Node(nodeNames.fresh(output), op, List.of(inputs), List.of(output)));
  }

  private String store(String wanted, Tensor tensor) {
    String name = names.fresh(wanted);
    initializers.put(name, tensor);
    return name;
  }
}
