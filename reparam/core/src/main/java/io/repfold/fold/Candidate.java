package io.repfold.fold;

import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A Conv that a block might replace. */
sealed interface Candidate {
  /** Why none will. */
  record Refused(String because) implements Candidate {}

  /**
   * A two-dimensional convolution with constant weights of its own.
   *
   * @param map what it computes
   * @param type of its weight
   * @param parameters elements of its weight and bias
   */
  record Site(Node node, Affine map, ElementType type, long parameters) implements Candidate {
    int in() {
      return map.weights().in();
    }

    RepSpec spec(RepKind kind) {
      Kernel kernel =
          new Kernel(
              twice(map.taps()::extent),
              twice(axis -> map.stride()[axis]),
              twice(map.taps()::step),
              Optional.of(List.of(map.padBegin(0), map.padBegin(1), map.padEnd(0), map.padEnd(1))));
      return RepSpec.of(kind, map.weights().out(), kernel).withGroups(map.weights().groups());
    }

    private static List<Integer> twice(java.util.function.IntUnaryOperator value) {
      return IntStream.range(0, 2).map(value).boxed().toList();
    }
  }

  /** The oldest opset whose Pad has the form that blocks use. */
  int OLDEST_OPSET = 11;

  static Candidate of(Facts facts, Node node, boolean pointwise) {
    Graph graph = facts.graph();
    if (graph.opset() < OLDEST_OPSET) {
      return new Refused(
          "the model has opset %d, and blocks need %d; convert the model first"
              .formatted(graph.opset(), OLDEST_OPSET));
    }
    Linearity local = new LinearOps(facts).of(node);
    if (local instanceof Linearity.Refused refused) {
      return new Refused(refused.because());
    }
    if (!(local instanceof Linearity.Linear linear)) {
      return new Refused(
          "its padding, its kernel size or its weight is of a kind that a fold could not undo");
    }
    Tensor weight = graph.constant(node.input(1)).orElseThrow();
    Affine map = linear.operands().get(0).map();
    if (map.openPadding().isPresent()) {
      return new Refused("its auto_pad depends on the image size; give --shape");
    }
    return obstacle(facts, node, weight, map, pointwise)
        .<Candidate>map(Refused::new)
        .orElseGet(() -> new Site(node, map, weight.type(), parameters(graph, node)));
  }

  private static long parameters(Graph graph, Node node) {
    return List.of(node.input(1), node.input(2)).stream()
        .flatMap(name -> graph.constant(name).stream())
        .mapToLong(Tensor::size)
        .sum();
  }

  private static Optional<String> obstacle(
      Facts facts, Node node, Tensor weight, Affine map, boolean pointwise) {
    Graph graph = facts.graph();
    if (map.rank() != 2) {
      return Optional.of("it convolves %d spatial axes, and blocks have two".formatted(map.rank()));
    }
    if (weight.type() != ElementType.FLOAT && weight.type() != ElementType.DOUBLE) {
      return Optional.of(
          "its weight is %s, too coarse for a remainder; expand the float32 model"
              .formatted(weight.type()));
    }
    if (IntStream.range(0, 2).anyMatch(a -> map.padBegin(a) < 0 || map.padEnd(a) < 0)) {
      return Optional.of("its pads are negative");
    }
    List<String> others = otherReaders(graph, node);
    if (!others.isEmpty()) {
      return Optional.of(
          "its weight '%s' is shared with %s".formatted(node.input(1), others.get(0)));
    }
    if (graph.isOutput(node.input(1))) {
      return Optional.of("its weight '%s' is a graph output".formatted(node.input(1)));
    }
    boolean agrees =
        facts.channels(node.input(0), ChannelAxis.SECOND).stream()
            .allMatch(c -> c == map.weights().in());
    if (!agrees) {
      return Optional.of("its weight does not fit the channels of '%s'".formatted(node.input(0)));
    }
    if (!pointwise && map.taps().size() == 1) {
      return Optional.of(
          "it is 1x1, where branches add nothing that it cannot compute; ask for 1x1 convolutions to expand them too");
    }
    return Optional.empty();
  }

  private static List<String> otherReaders(Graph graph, Node node) {
    var outputs = new HashSet<>(node.outputs());
    return graph.readers(node.input(1)).stream()
        .filter(reader -> reader.outputs().stream().noneMatch(outputs::contains))
        .map(Node::describe)
        .toList();
  }
}
