package io.repfold.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where the nodes of a graph read tensors of real type that may be parameters. */
final class TensorUses {
  private static final List<String> NORM = List.of("", "scale", "bias", "mean", "variance");
  private static final List<String> AFFINE = List.of("", "weight", "bias");

  /**
   * One reading of a tensor.
   *
   * @param role what the tensor is to the node: {@code weight}, {@code bias}, {@code scale}, ...
   */
  record Use(Node node, int input, String role) {
    boolean isStatistic() {
      return node.op() instanceof Op.BatchNormalization && input >= 3;
    }

    /** Whether the node is a layer of a network, and not a part of a formula. */
    boolean isOfLayer() {
      return isParameter(node);
    }
  }

  private final Graph graph;
  private final Map<String, List<Use>> uses = new LinkedHashMap<>();

  private TensorUses(Graph graph) {
    this.graph = graph;
  }

  static TensorUses of(Graph graph) {
    TensorUses found = new TensorUses(graph);
    graph.nodes().forEach(found::visit);
    graph.initializers().keySet().stream()
        .filter(name -> graph.isOutput(name) || Renames.isCaptured(graph, name))
        .forEach(found.uses::remove);
    return found;
  }

  private void visit(Node node) {
    for (int i = 0; i < node.inputs().size(); i++) {
      String name = node.input(i);
      Optional<Tensor> tensor =
          name.isEmpty() || isDescribed(node, i) ? Optional.empty() : graph.constant(name);
      boolean number = tensor.isPresent() && tensor.get().size() == 1 && !isParameter(node);
      if (tensor.isPresent() && tensor.get().type().isFloat() && !number) {
        uses.computeIfAbsent(name, n -> new ArrayList<>()).add(new Use(node, i, role(node, i)));
      }
    }
  }

  /** Whether the node asks for the shape or the type of an input only. */
  private static boolean isDescribed(Node node, int input) {
    return OpKind.MEASURES.includes(node.op())
        || input == 1 && node.op() instanceof Op.Opaque op && op.type().equals("CastLike");
  }

  /** Whether a single number that the node reads may be more than a number in a formula. */
  private static boolean isParameter(Node node) {
    return isAffine(node.op())
        || OpKind.isNormalization(node.op())
        || node.op() instanceof Op.PRelu;
  }

  private static boolean isAffine(Op op) {
    return op instanceof Op.Conv || op instanceof Op.ConvTranspose || op instanceof Op.Gemm;
  }

  private static String role(Node node, int input) {
    if (node.op() instanceof Op.BatchNormalization) {
      return NORM.get(input);
    }
    if (isAffine(node.op())) {
      return input == 0 ? "matrix" : AFFINE.get(input);
    }
    return node.op() instanceof Op.PRelu ? "slope" : node.op().type() + input;
  }

  Set<String> tensors() {
    return uses.keySet();
  }

  List<Use> of(String tensor) {
    return uses.getOrDefault(tensor, List.of());
  }

  /**
   * The readings of a tensor, those of one parameter together; the first keep the tensor.
   *
   * @param merged which tensors may stand for several parameters that are equal
   */
  List<List<Use>> parts(String tensor, Predicate<String> merged) {
    boolean mayBeMerged = merged.test(tensor);
    List<List<Use>> parts = new ArrayList<>();
    for (Use use : of(tensor)) {
      parts.stream()
          .filter(part -> isOne(part.get(0), use, mayBeMerged))
          .findFirst()
          .orElseGet(
              () -> {
                parts.add(new ArrayList<>());
                return parts.get(parts.size() - 1);
              })
          .add(use);
    }
    return parts;
  }

  /** Whether a tensor is a running statistic and something else, which no parameter is. */
  boolean hasStatisticInOtherRole() {
    return uses.values().stream()
        .anyMatch(
            all ->
                all.stream().anyMatch(Use::isStatistic)
                    && all.stream().map(Use::role).distinct().count() > 1);
  }

  /** Whether layers read a tensor that are not calls of one module. */
  boolean isReadByDifferentLayers(String tensor) {
    List<Use> layers = of(tensor).stream().filter(Use::isOfLayer).toList();
    return layers.stream().anyMatch(use -> !isOne(layers.get(0), use, true));
  }

  private boolean isOne(Use a, Use b, boolean mayBeMerged) {
    boolean sameRole = a.role().equals(b.role());
    if (!mayBeMerged) {
      return sameRole || !(a.isStatistic() || b.isStatistic());
    }
    return sameRole && (a.node().equals(b.node()) || isOneModule(a.node(), b.node()));
  }

  /**
   * Whether two nodes are calls of one module: they read the same tensors, and one of these has
   * differing elements; or the nodes before them do, or those behind.
   */
  private boolean isOneModule(Node a, Node b) {
    return isOneModule(a, b, this::before) || isOneModule(a, b, this::behind);
  }

  private boolean isOneModule(Node a, Node b, UnaryOperator<@Nullable Node> next) {
    Node one = a;
    Node other = b;
    while (one != null && other != null && !one.equals(other) && haveSameTensors(one, other)) {
      if (hasDistinctTensor(one)) {
        return true;
      }
      one = next.apply(one);
      other = next.apply(other);
    }
    return false;
  }

  private boolean haveSameTensors(Node a, Node b) {
    return a.op().equals(b.op()) && tensorsOf(a).equals(tensorsOf(b)) && !tensorsOf(a).isEmpty();
  }

  private List<String> tensorsOf(Node node) {
    return node.inputs().stream()
        .map(name -> uses.containsKey(name) ? name : "")
        .filter(name -> !name.isEmpty())
        .toList();
  }

  private boolean hasDistinctTensor(Node node) {
    return tensorsOf(node).stream().anyMatch(t -> !graph.constant(t).orElseThrow().isUniform());
  }

  /** The nearest node upstream that reads tensors. */
  private @Nullable Node before(Node node) {
    Node at = graph.producer(data(node)).orElse(null);
    while (at != null && tensorsOf(at).isEmpty()) {
      at = graph.producer(data(at)).orElse(null);
    }
    return at;
  }

  private String data(Node node) {
    return node.inputs().stream()
        .filter(name -> !name.isEmpty() && graph.constant(name).isEmpty())
        .findFirst()
        .orElse("");
  }

  /** The nearest node downstream that reads tensors, if there is one way. */
  private @Nullable Node behind(Node node) {
    Node at = onlyReader(node);
    while (at != null && tensorsOf(at).isEmpty()) {
      at = onlyReader(at);
    }
    return at;
  }

  private @Nullable Node onlyReader(Node node) {
    List<Node> readers = node.outputs().isEmpty() ? List.of() : graph.readers(node.output());
    return readers.size() == 1 ? readers.get(0) : null;
  }
}
