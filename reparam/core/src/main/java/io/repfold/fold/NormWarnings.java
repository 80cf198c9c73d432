package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a reader should know of the BatchNormalizations of a graph, each a sentence. */
final class NormWarnings {
  private NormWarnings() {}

  static List<String> of(Graph graph) {
    List<Node> norms =
        graph.nodes().stream().filter(n -> n.op() instanceof Op.BatchNormalization).toList();
    List<String> warnings = new ArrayList<>();
    List<Node> untrained = norms.stream().filter(norm -> isUntrained(graph, norm)).toList();
    if (!untrained.isEmpty()) {
      warnings.add(
          "%d BatchNormalization %s untrained (mean 0 and variance 1 everywhere), %s%s: comparing outputs proves little"
              .formatted(
                  untrained.size(),
                  untrained.size() == 1 ? "node looks" : "nodes look",
                  untrained.get(0).describe(),
                  untrained.size() == 1 ? "" : " among them"));
    }
    long training = norms.stream().filter(n -> ((Op.BatchNormalization) n.op()).training()).count();
    if (training > 0) {
      warnings.add(
          "%d BatchNormalization %s in training mode; export the model in inference mode"
              .formatted(training, training == 1 ? "node is" : "nodes are"));
    }
    return warnings;
  }

  private static boolean isUntrained(Graph graph, Node norm) {
    Optional<Tensor> mean = graph.constant(norm.input(3));
    Optional<Tensor> variance = graph.constant(norm.input(4));
    return mean.isPresent()
        && variance.isPresent()
        && isAll(mean.get(), 0)
        && isAll(variance.get(), 1);
  }

  private static boolean isAll(Tensor tensor, double value) {
    return Arrays.stream(tensor.toDoubles()).allMatch(element -> element == value);
  }
}
