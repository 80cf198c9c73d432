package io.repfold.graph;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A node of the ONNX domain as nodes of simpler ops that compute the same, as ONNX defines it:
 * {@code Swish(x) = x sigmoid(alpha x)}.
 */
public sealed interface Decomposition {
  /**
   * What computes the same.
   *
   * @param nodes in topological order; they read the node's inputs and define its outputs, and what
   *     they define besides has names that are none of these. Their ops may have forms that the
   *     graph's opset has not, so they are for computing and not for writing
   */
  record Parts(List<Node> nodes) implements Decomposition {
    public Parts {
      nodes = List.copyOf(nodes);
    }
  }

  /** There are none. */
  record Refused(String because) implements Decomposition {}

  /**
   * The parts of a node.
   *
   * @param inputs what is known of the node's inputs, in its order; null for one that is left out
   * @param opset of the graph
   */
  static Decomposition of(Node node, List<@Nullable Value> inputs, int opset) {
    Optional<Recipe> recipe = Recipes.find(node.op());
    if (recipe.isEmpty()) {
      return new Refused(noMeaning(node.op()));
    }
    if (node.outputs().isEmpty()) {
      return new Parts(List.of());
    }
    try {
      return new Parts(recipe.get().compose(new Composer(node, inputs, opset)));
    } catch (InvalidGraphException | ArithmeticException e) {
      return new Refused(String.valueOf(e.getMessage()));
    }
  }

  /** Whether nodes with this op may have parts, in one form or another. */
  static boolean isKnown(Op op) {
    return Recipes.find(op).isPresent();
  }

  /**
   * Which inputs of such a node are real numbers that a gradient reaches, such as image, scale and
   * shift of a LayerNormalization: none if the node has no parts.
   */
  static List<Integer> floatInputs(Node node) {
    int count = Recipes.find(node.op()).map(Recipe::learnt).orElse(0);
    return IntStream.range(0, Math.min(count, node.inputs().size()))
        .filter(i -> !node.input(i).isEmpty())
        .boxed()
        .toList();
  }

  private static String noMeaning(Op op) {
    String domain = op instanceof Op.Opaque opaque ? opaque.domain() : "";
    return "op %s of domain '%s' has no meaning here".formatted(op.type(), domain);
  }
}
