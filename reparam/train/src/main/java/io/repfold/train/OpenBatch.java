package io.repfold.train;

import io.repfold.graph.DeadCode;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes the number of images out of the shapes that an export has written down. Where the batch is
 * the first axis, or a part of it,
 *
 * <pre>
 *   Reshape(x, [N, 2, 24, 8, 8])   becomes   Reshape(x, [-1, 2, 24, 8, 8])
 *   Reshape(x, [N, -1, 64])        becomes   Reshape(x, [0, -1, 64])
 *   Expand(x, [4 N, 8, 16, 16])    becomes   Expand(x, [1, 8, 16, 16])
 * </pre>
 *
 * <p>and where N is 1, what is put beside the values of images, as a class token is, is repeated:
 *
 * <pre>
 *   Concat(token, x), axis 1       becomes   Concat(Expand(token, [size of x's axis 0, 1, 1]), x)
 * </pre>
 *
 * <p>Whether it was, the numbers alone do not say: whoever uses the result holds it against the
 * original.
 */
final class OpenBatch {
  /** Shapes are this long at most; other tensors are of no interest. */
  private static final int LONGEST = 64;

  private final Graph graph;
  private final Set<String> content = new HashSet<>();

  /** What is computed from constants alone, as shapes are that an export has put together. */
  private final Map<String, NdArray> known = new HashMap<>();

  private final Map<String, Tensor> tensors = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Value> values;

  private OpenBatch(Graph graph) {
    this.graph = graph;
    this.values = ShapeInference.infer(graph);
    graph.requiredInputs().stream().map(Value::name).forEach(content::add);
  }

  /**
   * @param fixed the number of images that the graph was exported for
   * @return empty if no shape holds it
   */
  static Optional<Graph> of(Graph graph, long fixed) {
    return new OpenBatch(graph).opened(fixed);
  }

  private Optional<Graph> opened(long fixed) {
    for (Node node : graph.nodes()) {
      if (node.inputs().stream().noneMatch(content::contains)) {
        compute(node);
        nodes.add(node);
        continue;
      }
      content.addAll(node.outputs());
      if (node.op() instanceof Op.Concat concat && concat.axis() != 0 && fixed == 1) {
        nodes.add(repeating(node));
      } else {
        nodes.add(
            shape(node)
                .flatMap(shape -> opened(node.op(), shape, fixed))
                .map(shape -> reshaping(node, shape))
                .orElse(node));
      }
    }
    if (tensors.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    initializers.putAll(tensors);
    return Optional.of(
        DeadCode.withoutUnread(
            graph.toBuilder().replaceNodes(nodes).replaceInitializers(initializers)));
  }

  private Node reshaping(Node node, long... shape) {
    Op op = node.op() instanceof Op.Reshape ? new Op.Reshape(false) : node.op();
    String name = constant(node.output() + "/open shape", shape);
    return new Node(node.name(), op, List.of(node.input(0), name), node.outputs());
  }

  private String constant(String name, long... values) {
    tensors.put(name, Tensor.ofLongs(values, values.length));
    return name;
  }

  /** A Concat whose tensors for one image are repeated for each. */
  private Node repeating(Node concat) {
    String image = concat.inputs().stream().filter(content::contains).findFirst().orElseThrow();
    List<String> inputs = new ArrayList<>();
    for (String input : concat.inputs()) {
      int rank = content.contains(input) ? 0 : rankForOne(input);
      String name = concat.output() + "/" + input;
      inputs.add(rank > 1 ? repeated(input, rank, image, name) : input);
    }
    return new Node(concat.name(), concat.op(), inputs, concat.outputs());
  }

  /** The rank of a value with 1 as its first size; 0 for others. */
  private int rankForOne(String value) {
    return Optional.ofNullable(values.get(value))
        .flatMap(Value::shape)
        .filter(shape -> shape.rank() > 1 && shape.dim(0).equals(Dim.of(1)))
        .map(Shape::rank)
        .orElse(0);
  }

  private String repeated(String value, int rank, String image, String name) {
    long[] ones = new long[rank - 1];
    Arrays.fill(ones, 1);
    String rest = constant(name + "/ones", ones);
    add(new Op.ShapeOf(0, Optional.of(1)), name + "/images", image);
    add(new Op.Concat(0), name + "/shape", name + "/images", rest);
    add(new Op.Expand(), name, value, name + "/shape");
    return name;
  }

  private void add(Op op, String y, String... inputs) {
    nodes.add(new Node("", op, List.of(inputs), List.of(y)));
  }

  private void compute(Node node) {
    List<NdArray> inputs = new ArrayList<>();
    for (String input : node.inputs()) {
      NdArray value = value(input).orElse(null);
      if (value == null) {
        return;
      }
      inputs.add(value);
    }
    if (inputs.isEmpty() || node.op() instanceof Op.Opaque) {
      return;
    }
    List<NdArray> results = Interpreter.evaluate(node, inputs);
    for (int i = 0; i < Math.min(results.size(), node.outputs().size()); i++) {
      if (results.get(i).data().length <= LONGEST) {
        known.put(node.outputs().get(i), results.get(i));
      }
    }
  }

  private Optional<NdArray> value(String name) {
    return Optional.ofNullable(known.get(name))
        .or(
            () ->
                graph
                    .constant(name)
                    .filter(t -> !t.type().isFloat() && t.size() <= LONGEST)
                    .map(NdArray::of));
  }

  private Optional<long[]> shape(Node node) {
    boolean reshapes = node.op() instanceof Op.Reshape;
    if (!reshapes && !(node.op() instanceof Op.Expand)) {
      return Optional.empty();
    }
    boolean zeros = node.op() instanceof Op.Reshape reshape && reshape.allowZero();
    return value(node.input(1))
        .map(shape -> Arrays.stream(shape.data()).mapToLong(size -> (long) size).toArray())
        .filter(shape -> !zeros || Arrays.stream(shape).noneMatch(size -> size == 0));
  }

  private static Optional<long[]> opened(Op op, long[] shape, long fixed) {
    if (shape.length == 0 || shape[0] <= 0 || shape[0] % fixed != 0) {
      return Optional.empty();
    }
    boolean hasRest = Arrays.stream(shape).anyMatch(size -> size == -1);
    if (hasRest && shape[0] != fixed) {
      return Optional.empty();
    }
    long[] open = shape.clone();
    open[0] = op instanceof Op.Expand ? 1 : hasRest ? 0 : -1;
    return Optional.of(open);
  }
}
