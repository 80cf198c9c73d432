package io.repfold.pipeline.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.pipeline.Phrases;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the numbers of a graph take in a file. */
final class StoredBytes {
  private StoredBytes() {}

  /** Initializers and constants, in bytes; those inside the bodies of If, Loop and Scan not. */
  static long of(Graph graph) {
    Stream<Tensor> constants =
        graph.nodes().stream()
            .map(Node::op)
            .flatMap(op -> op instanceof Op.Constant c ? Stream.of(c.value()) : Stream.empty());
    return Stream.concat(graph.initializers().values().stream(), constants)
        .mapToLong(tensor -> tensor.data().remaining())
        .sum();
  }

  /** That a graph's numbers take over 1 % more than those of the one it was made of, and why. */
  static Optional<String> growth(Graph original, Graph result) {
    long before = of(original);
    long after = of(result);
    if (after - before <= before / 100) {
      return Optional.empty();
    }
    Set<String> gone = madeAtRunTime(original, result);
    String because =
        gone.isEmpty()
            ? ""
            : "; it stores what %s made at run time".formatted(String.join(", ", gone));
    return Optional.of(
        "The weights take %s bytes in the result and %s in the original%s"
            .formatted(Phrases.count(after), Phrases.count(before), because));
  }

  /** Types of the nodes that make large tensors of small ones, of which the result has fewer. */
  private static Set<String> madeAtRunTime(Graph original, Graph result) {
    Set<String> kept = new HashSet<>();
    result.nodes().forEach(node -> kept.addAll(node.outputs()));
    Set<String> gone = new TreeSet<>();
    for (Node node : original.nodes()) {
      boolean makes =
          node.op() instanceof Op.ConstantOfShape
              || node.op() instanceof Op.Expand
              || node.op() instanceof Op.Tile;
      if (makes && kept.stream().noneMatch(node.outputs()::contains)) {
        gone.add(node.op().type());
      }
    }
    return gone;
  }
}
