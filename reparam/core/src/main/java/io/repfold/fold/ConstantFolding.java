package io.repfold.fold;

import io.repfold.graph.DeadCode;
import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Computes what is the same at every run: nodes with constant inputs, and shapes that are known.
 *
 * <p>Chains are computed in double and rounded once, where something else reads them. What rounding
 * may move by a whole number, as sizes, is computed as a runtime does; if it is made of more than
 * is kept rounded, it stays. So do results that are much larger than what they are made of, and
 * quantized weights, because the nodes around them tell a runtime to keep the integers.
 */
final class ConstantFolding {
  private static final long ALWAYS = 1 << 20;
  private static final int MOST_SIZES = 1 << 12;
  private static final int FIRST_WITH_TRAINING_MODE = 14;

  private final Graph graph;
  private final Facts facts;
  private final Map<String, NdArray> computed = new HashMap<>();

  /** What is small, and what jumps, as a runtime computes it: rounded after each node. */
  private final Map<String, NdArray> rounded = new HashMap<>();

  private ConstantFolding(Facts facts) {
    this.graph = facts.graph();
    this.facts = facts;
  }

  static Graph folded(Facts facts) {
    return new ConstantFolding(facts).run();
  }

  private Graph run() {
    List<Node> kept = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (!compute(node)) {
        kept.add(node);
      }
    }
    if (kept.size() == graph.nodes().size()) {
      return graph;
    }
    Graph.Builder builder = graph.toBuilder().replaceNodes(kept);
    kept.stream()
        .flatMap(n -> reads(n).stream())
        .distinct()
        .filter(computed::containsKey)
        .forEach(name -> builder.initializer(name, get(name).toTensor()));
    return DeadCode.withoutUnread(builder);
  }

  private NdArray get(String name) {
    return java.util.Objects.requireNonNull(computed.get(name));
  }

  private static List<String> reads(Node node) {
    List<String> reads = new ArrayList<>(node.inputs());
    if (node.op() instanceof Op.Opaque opaque) {
      reads.addAll(opaque.captures());
    }
    return reads;
  }

  private boolean compute(Node node) {
    Op op = node.op();
    if (!mayBeComputed(op)
        || node.outputs().isEmpty()
        || node.outputs().stream().anyMatch(graph::isOutput)) {
      return false;
    }
    Optional<NdArray> shape = knownShape(node);
    if (shape.isPresent()) {
      keep(node, List.of(shape.get()), computed);
      return true;
    }
    if (node.inputs().isEmpty()) {
      return false;
    }
    if (!node.inputs().stream().allMatch(this::isConstant) || isTooLarge(node)) {
      return false;
    }
    List<NdArray> results = evaluate(node, computed);
    if (!results.stream().allMatch(r -> r.type().isNumeric() && isExact(r))) {
      return false;
    }
    boolean jumps = results.stream().anyMatch(result -> jumps(node, result));
    boolean known = node.inputs().stream().allMatch(this::isKnownAsAtRunTime);
    if (jumps && !known) {
      return false;
    }
    boolean few = results.stream().allMatch(result -> result.data().length <= MOST_SIZES);
    if (known && (jumps || few)) {
      List<NdArray> atRunTime =
          evaluate(node, rounded).stream().map(result -> NdArray.of(result.toTensor())).toList();
      keep(node, atRunTime, rounded);
      results = jumps ? atRunTime : results;
    }
    keep(node, results, computed);
    return true;
  }

  /**
   * A Dropout in training is random. Before opset 14, what a BatchNormalization gives in training
   * mode besides Y differs from release to release.
   */
  private boolean mayBeComputed(Op op) {
    return !(op instanceof Op.Opaque
        || op instanceof Op.Constant
        || op instanceof Op.Dropout
        || OpKind.QUANTIZES.includes(op)
        || op instanceof Op.BatchNormalization norm
            && norm.training()
            && graph.opset() < FIRST_WITH_TRAINING_MODE);
  }

  private static void keep(Node node, List<NdArray> results, Map<String, NdArray> values) {
    for (int i = 0; i < node.outputs().size(); i++) {
      if (!node.outputs().get(i).isEmpty()) {
        values.put(node.outputs().get(i), results.get(i));
      }
    }
  }

  /** What is stored is; so are shapes, which are whole. */
  private boolean isKnownAsAtRunTime(String name) {
    NdArray value = computed.get(name);
    return value == null || !value.type().isFloat() || rounded.containsKey(name);
  }

  /** Whether rounding before may move the result by a whole number: {@code floor(10 * 0.7f)}. */
  private static boolean jumps(Node node, NdArray result) {
    boolean whole =
        node.op() instanceof Op.Unary unary
            && unary.function().result() == Op.Unary.Function.Result.WHOLE;
    return whole || !result.type().isFloat();
  }

  /** Of all outputs that the node names. */
  private List<NdArray> evaluate(Node node, Map<String, NdArray> values) {
    List<@Nullable NdArray> inputs =
        node.inputs().stream().<@Nullable NdArray>map(name -> constant(name, values)).toList();
    return Interpreter.evaluate(node, inputs).subList(0, node.outputs().size());
  }

  /**
   * Doubles tell whole numbers apart up to 2^53. The ends of int64 are no numbers that anybody
   * counts with: they stand for the end of an axis.
   */
  private static boolean isExact(NdArray result) {
    boolean large = result.type() == ElementType.INT64 || result.type() == ElementType.UINT64;
    return !large
        || Arrays.stream(result.data()).map(Math::abs).allMatch(v -> v < 0x1p53 || v == 0x1p63);
  }

  private boolean isConstant(String name) {
    return name.isEmpty()
        || computed.containsKey(name)
        || graph.constant(name).filter(t -> t.type().isNumeric()).isPresent();
  }

  private @Nullable NdArray constant(String name, Map<String, NdArray> values) {
    NdArray value = values.getOrDefault(name, computed.get(name));
    return value != null ? value : graph.constant(name).map(NdArray::of).orElse(null);
  }

  private boolean isTooLarge(Node node) {
    long largest = ALWAYS;
    for (String input : node.inputs()) {
      long size = graph.constant(input).map(Tensor::size).orElse(0L);
      NdArray value = computed.get(input);
      largest = Math.max(largest, 2 * Math.max(size, value == null ? 0 : value.data().length));
    }
    long size = 0;
    for (String output : node.outputs()) {
      Optional<long[]> sizes = facts.shape(output).flatMap(Shape::sizes);
      if (!output.isEmpty() && sizes.isEmpty()) {
        return true;
      }
      size += sizes.map(Tensor::count).orElse(0L);
    }
    return size > largest;
  }

  private Optional<NdArray> knownShape(Node node) {
    Optional<Shape> shape =
        node.inputs().size() == 1 ? facts.shape(node.input(0)) : Optional.empty();
    if (shape.isEmpty()) {
      return Optional.empty();
    }
    if (node.op() instanceof Op.Size) {
      return shape
          .get()
          .sizes()
          .map(s -> new NdArray(ElementType.INT64, new int[0], new double[] {Tensor.count(s)}));
    }
    if (!(node.op() instanceof Op.ShapeOf shapeOf)) {
      return Optional.empty();
    }
    int rank = shape.get().rank();
    int start = clamp(shapeOf.start(), rank);
    int end = Math.max(start, clamp(shapeOf.end().orElse(rank), rank));
    double[] dims = new double[end - start];
    for (int i = start; i < end; i++) {
      if (!(shape.get().dim(i) instanceof Dim.Known known)) {
        return Optional.empty();
      }
      dims[i - start] = known.size();
    }
    return Optional.of(new NdArray(ElementType.INT64, new int[] {dims.length}, dims));
  }

  private static int clamp(int index, int rank) {
    return Math.min(rank, Math.max(0, index < 0 ? index + rank : index));
  }
}
