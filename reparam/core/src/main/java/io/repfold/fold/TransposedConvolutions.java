package io.repfold.fold;

import io.repfold.graph.DeadCode;
import io.repfold.graph.ElementType;
import io.repfold.graph.FloatFormat;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Folds scales and shifts a channel into the transposed convolution before them.
 *
 * <pre>
 *   Given:   %1 = ConvTranspose(%0, W, b); %2 = BatchNormalization(%1); %3 = Add(%2, c)
 *   Result:  %3 = ConvTranspose(%0, W', b')     W'[i, o] = t[o] W[i, o],  b' = t b + shift
 * </pre>
 */
final class TransposedConvolutions {
  private final Graph graph;
  private final LinearOps linearOps;
  private final Set<String> blocked;
  private final FreshNames names;
  private final List<FoldReport.Folded> folded = new ArrayList<>();
  private final Map<String, String> refused = new HashMap<>();

  /**
   * @param blocked values that must be computed by the node that is there
   */
  TransposedConvolutions(Analysis analysis, Set<String> blocked) {
    this.graph = analysis.graph();
    this.linearOps = new LinearOps(analysis.facts());
    this.blocked = Set.copyOf(blocked);
    this.names = new FreshNames(graph);
  }

  /** Values into which nothing may be folded, with the reason. */
  Map<String, String> refused() {
    return refused;
  }

  /** One entry a transposed convolution that took something in. */
  List<FoldReport.Folded> folded() {
    return folded;
  }

  Graph run() {
    Map<Node, Node> replaced = new HashMap<>();
    Set<Node> dropped = new HashSet<>();
    Map<String, Tensor> numbers = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.ConvTranspose op) {
        fold(node, op, replaced, dropped, numbers);
      }
    }
    if (replaced.isEmpty()) {
      return graph;
    }
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (!dropped.contains(node)) {
        nodes.add(replaced.getOrDefault(node, node));
      }
    }
    Graph.Builder builder = graph.toBuilder().replaceNodes(nodes);
    numbers.forEach(builder::initializer);
    return DeadCode.withoutUnread(builder);
  }

  private void fold(
      Node node,
      Op.ConvTranspose op,
      Map<Node, Node> replaced,
      Set<Node> dropped,
      Map<String, Tensor> numbers) {
    Optional<Tensor> weight = graph.constant(node.input(1));
    Optional<Tensor> bias = graph.constant(node.input(2));
    boolean biasMissing = !node.input(2).isEmpty() && bias.isEmpty();
    if (weight.isEmpty() || biasMissing || !weight.get().type().isFloat()) {
      return;
    }
    int channels = Math.toIntExact(weight.get().dim(1)) * op.groups();
    double[] shift = bias.map(Tensor::toDoubles).orElseGet(() -> new double[channels]);
    double[] factors = new double[channels];
    Arrays.fill(factors, 1);
    double followers = 0;
    List<Node> chain = new ArrayList<>(List.of(node));
    for (Optional<Affine> next = follower(chain); next.isPresent(); next = follower(chain)) {
      double[] scale = next.get().weights().diagonal().orElseThrow();
      for (int i = 0; i < channels; i++) {
        factors[i] *= scale[i];
        shift[i] = shift[i] * scale[i] + next.get().bias()[i];
      }
      followers += Cost.of(next.get()).multiplyAdds();
      chain.add(graph.readers(chain.get(chain.size() - 1).output()).get(0));
    }
    if (chain.size() == 1) {
      return;
    }
    Node last = chain.get(chain.size() - 1);
    double[] scaled = scaled(weight.get(), op.groups(), factors);
    ElementType type = weight.get().type();
    if (!fits(type, scaled) || !fits(type, shift)) {
      refused.put(
          last.output(),
          "a weight of the folded transposed convolution is NaN or too large for " + type);
      return;
    }
    Tensor newWeight = Tensor.ofDoubles(type, scaled, weight.get().dims());
    Tensor newBias = Tensor.ofDoubles(type, shift, channels);
    String weightName = names.of(last.output() + "/transposed/weight");
    String biasName = names.of(last.output() + "/transposed/bias");
    numbers.put(weightName, newWeight);
    numbers.put(biasName, newBias);
    List<String> inputs = List.of(node.input(0), weightName, biasName);
    replaced.put(last, new Node(node.name(), op, inputs, List.of(last.output())));
    dropped.addAll(chain.subList(0, chain.size() - 1));
    double perPosition = (double) newWeight.size() / positionsWritten(op);
    folded.add(
        new FoldReport.Folded(
            last.output(),
            chain.stream().map(Node::describe).toList(),
            List.of("ConvTranspose " + newWeight.describe()),
            perPosition + followers,
            perPosition,
            HeldNodes.parameters(graph, chain),
            newWeight.size() + newBias.size(),
            Arrays.stream(newWeight.toDoubles()).map(Math::abs).max().orElse(0),
            new TransposedErrorBound(newWeight, op).of(scaled, shift)));
  }

  private static boolean fits(ElementType type, double... values) {
    FloatFormat format = FloatFormat.of(type);
    return Arrays.stream(values).map(Math::abs).allMatch(format::holds);
  }

  /** How many positions of its output grid there are for one of its input grid. */
  private static double positionsWritten(Op.ConvTranspose op) {
    return op.window().strides().stream().mapToDouble(stride -> stride).reduce(1, (a, b) -> a * b);
  }

  private Optional<Affine> follower(List<Node> chain) {
    String value = chain.get(chain.size() - 1).output();
    List<Node> readers = graph.readers(value);
    if (graph.isOutput(value) || readers.size() != 1) {
      return Optional.empty();
    }
    return !readers.get(0).outputs().isEmpty()
            && !blocked.contains(readers.get(0).output())
            && linearOps.of(readers.get(0)) instanceof Linearity.Linear linear
            && !linear.isSum()
            && linear.operands().get(0).map().isPositionwise()
            && linear.operands().get(0).map().weights().diagonal().isPresent()
        ? Optional.of(linear.operands().get(0).map())
        : Optional.empty();
  }

  /** Output channels lie on axis 1, within their group. */
  private static double[] scaled(Tensor weight, int groups, double[] factors) {
    double[] values = weight.toDoubles();
    int perGroup = Math.toIntExact(weight.dim(1));
    int inputsPerGroup = Math.toIntExact(weight.dim(0)) / groups;
    int kernel = values.length / Math.toIntExact(weight.dim(0)) / perGroup;
    for (int i = 0; i < values.length; i++) {
      int input = i / (perGroup * kernel);
      int output = i / kernel % perGroup;
      values[i] *= factors[input / inputsPerGroup * perGroup + output];
    }
    return values;
  }
}
