package io.repfold.fold;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A LayerNormalization of float32 that is written out: ReduceMean, Sub, Pow or Mul, ReduceMean, Add
 * of epsilon, Sqrt, Div, Mul by a scale and perhaps Add of a shift, over the last axes.
 *
 * @param inputs of the LayerNormalization
 * @param nodes those that compute it
 * @param last the node that makes the result
 */
record WrittenLayerNorm(Op.LayerNormalization op, List<String> inputs, Set<Node> nodes, Node last) {

  /** The normalization of which a node is the division by the root. */
  static Optional<WrittenLayerNorm> around(Facts facts, Node node) {
    return isBinary(node, Op.Binary.Function.DIV) ? new Search(facts).of(node) : Optional.empty();
  }

  private static boolean isBinary(Node node, Op.Binary.Function function) {
    return node.op() instanceof Op.Binary binary && binary.function() == function;
  }

  private static final class Search {
    private final Facts facts;
    private final Graph graph;
    private final Set<Node> nodes = new LinkedHashSet<>();

    Search(Facts facts) {
      this.facts = facts;
      this.graph = facts.graph();
    }

    Optional<WrittenLayerNorm> of(Node div) {
      Optional<Node> centered = binary(div.input(0), Op.Binary.Function.SUB);
      Optional<Node> root = producer(div.input(1)).filter(Search::isRoot);
      Optional<Node> sum = root.flatMap(r -> binary(r.input(0), Op.Binary.Function.ADD));
      if (centered.isEmpty() || sum.isEmpty()) {
        return Optional.empty();
      }
      String x = centered.get().input(0);
      Optional<Shape> shape = facts.shape(x);
      Optional<Integer> count = mean(centered.get().input(1), x, shape);
      boolean first = graph.constant(sum.get().input(0)).isPresent();
      Optional<Tensor> epsilon = graph.constant(sum.get().input(first ? 0 : 1));
      String variance = sum.get().input(first ? 1 : 0);
      Optional<String> square = producer(variance).map(reduce -> reduce.input(0));
      boolean squares =
          square.isPresent()
              && count.isPresent()
              && count.equals(mean(variance, square.get(), shape))
              && isSquare(square.get(), div.input(0));
      if (!squares
          || epsilon.isEmpty()
          || epsilon.get().size() != 1
          || epsilon.get().rank() > shape.orElseThrow().rank()
          || !facts.type(x).equals(Optional.of(ElementType.FLOAT))) {
        return Optional.empty();
      }
      nodes.add(div);
      List<Dim> dims = shape.get().dims();
      List<Dim> last = dims.subList(dims.size() - count.get(), dims.size());
      return scaled(div, last)
          .map(inputs -> finished(x, inputs, count.get(), epsilon.get().doubleAt(0)))
          .filter(norm -> WrittenActivation.keepsToItself(graph, norm.nodes(), norm.last()));
    }

    private WrittenLayerNorm finished(String x, List<String> parameters, int axes, double epsilon) {
      List<String> inputs = new ArrayList<>(List.of(x));
      inputs.addAll(parameters);
      Node last = nodes.stream().reduce((a, b) -> b).orElseThrow();
      var op = new Op.LayerNormalization(-axes, (float) epsilon);
      return new WrittenLayerNorm(op, inputs, nodes, last);
    }

    private Optional<Node> producer(String value) {
      Optional<Node> node = graph.producer(value);
      node.ifPresent(nodes::add);
      return node;
    }

    private Optional<Node> binary(String value, Op.Binary.Function function) {
      return producer(value).filter(node -> isBinary(node, function));
    }

    private static boolean isRoot(Node node) {
      return node.op() instanceof Op.Unary unary && unary.function() == Op.Unary.Function.SQRT;
    }

    /** Of how many last axes a value is the mean of another one; empty if it is none. */
    private Optional<Integer> mean(String value, String of, Optional<Shape> shape) {
      Optional<Node> node = producer(value);
      if (node.isEmpty()
          || shape.isEmpty()
          || !(node.get().op() instanceof Op.Reduce reduce)
          || reduce.function() != Op.Reduce.Function.MEAN
          || !reduce.keepsDims()
          || !node.get().input(0).equals(of)) {
        return Optional.empty();
      }
      int rank = shape.get().rank();
      Optional<long[]> given =
          reduce
              .axes()
              .map(axes -> axes.stream().mapToLong(Integer::longValue).toArray())
              .or(() -> graph.constant(node.get().input(1)).map(Tensor::toLongs));
      int[] axes =
          given.stream()
              .flatMapToLong(Arrays::stream)
              .mapToInt(axis -> (int) (axis < 0 ? axis + rank : axis))
              .sorted()
              .toArray();
      boolean last = Arrays.equals(axes, IntStream.range(rank - axes.length, rank).toArray());
      return last && axes.length > 0 ? Optional.of(axes.length) : Optional.empty();
    }

    private boolean isSquare(String value, String of) {
      Optional<Node> node = producer(value);
      if (node.isEmpty() || !node.get().input(0).equals(of)) {
        return false;
      }
      boolean two =
          graph
              .constant(node.get().input(1))
              .filter(t -> t.size() == 1 && t.rank() <= 1 && t.doubleAt(0) == 2)
              .isPresent();
      return isBinary(node.get(), Op.Binary.Function.POW) && two
          || isBinary(node.get(), Op.Binary.Function.MUL) && node.get().input(1).equals(of);
    }

    /** The scale and shift behind the division. */
    private Optional<List<String>> scaled(Node div, List<Dim> dims) {
      Optional<Node> mul = only(div, Op.Binary.Function.MUL);
      Optional<String> scale = mul.flatMap(m -> parameter(m, dims));
      if (scale.isEmpty()) {
        return Optional.empty();
      }
      nodes.add(mul.orElseThrow());
      Optional<Node> add = only(mul.get(), Op.Binary.Function.ADD);
      Optional<String> shift = add.flatMap(a -> parameter(a, dims));
      if (shift.isEmpty() || graph.isOutput(mul.get().output())) {
        return Optional.of(List.of(scale.get()));
      }
      nodes.add(add.orElseThrow());
      return Optional.of(List.of(scale.get(), shift.get()));
    }

    private Optional<Node> only(Node node, Op.Binary.Function function) {
      List<Node> readers = graph.readers(node.output()).stream().distinct().toList();
      return readers.size() == 1 && isBinary(readers.get(0), function)
          ? Optional.of(readers.get(0))
          : Optional.empty();
    }

    /** The constant of a node, if it has a number for each element of these axes. */
    private Optional<String> parameter(Node node, List<Dim> dims) {
      return node.inputs().stream()
          .filter(
              input ->
                  graph
                      .constant(input)
                      .filter(t -> Shape.of(t.dims()).dims().equals(dims))
                      .isPresent())
          .findFirst();
    }
  }
}
