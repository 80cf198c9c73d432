package io.repfold.pipeline.convert;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.pipeline.PipelineException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Finds the nodes that a caller wants to keep in float32. */
final class KeptNodes {
  private KeptNodes() {}

  /**
   * The first outputs of the nodes that a pattern fits, by name or by an output.
   *
   * @param patterns with {@code *} for anything
   * @throws PipelineException if a pattern fits no node
   */
  static Set<String> of(Graph graph, List<String> patterns) {
    Set<String> kept = new LinkedHashSet<>();
    for (String text : patterns) {
      Pattern pattern = Pattern.compile(Pattern.quote(text).replace("*", "\\E.*\\Q"));
      Set<String> found = new LinkedHashSet<>();
      for (Node node : graph.nodes()) {
        boolean fits =
            pattern.matcher(node.name()).matches()
                || node.outputs().stream().anyMatch(name -> pattern.matcher(name).matches());
        if (fits && !node.outputs().isEmpty()) {
          found.add(node.output());
        }
      }
      if (found.isEmpty()) {
        throw PipelineException.request(
            "withKept %s: fits no node of the folded model; Graph.nodes lists names, and * stands for anything"
                .formatted(text));
      }
      kept.addAll(found);
    }
    return kept;
  }
}
