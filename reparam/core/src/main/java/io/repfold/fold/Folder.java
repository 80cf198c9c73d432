package io.repfold.fold;

import io.repfold.graph.DeadCode;
import io.repfold.graph.FixedShapes;
import io.repfold.graph.Graph;
import io.repfold.graph.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Folds what can be folded: the door of this package.
 *
 * <p>The passes, in this order: shapes are fixed if asked; constants are computed and nodes that do
 * nothing removed until nothing changes, because each lets the other see more; transposed
 * convolutions take in what follows them; then linear regions become convolutions.
 */
public final class Folder {
  private Folder() {}

  /** A folded graph and what happened. */
  public record Result(Graph graph, FoldReport report) {}

  /**
   * The folded graph. It computes the same function; values that are left keep their names.
   *
   * @throws io.repfold.graph.InvalidGraphException if shapes contradict each other; names the node
   */
  public static Result fold(Graph graph, FoldOptions options) {
    Graph simple = simplified(graph, options);
    Map<String, String> blocked = new HashMap<>();
    while (true) {
      Result result = attempt(graph, simple, options, blocked);
      if (result != null) {
        return result;
      }
    }
  }

  public static Result fold(Graph graph) {
    return fold(graph, FoldOptions.DEFAULT);
  }

  /** The report that {@link #fold} would give, without computing a weight. */
  public static FoldReport plan(Graph graph, FoldOptions options) {
    Graph simple = simplified(graph, options);
    Analysis analysis = new Analysis(simple, options.growth(), Map.of());
    TransposedConvolutions transposed = new TransposedConvolutions(analysis, Set.of());
    Graph ready = transposed.run();
    Analysis last =
        transposed.folded().isEmpty() ? analysis : new Analysis(ready, options.growth(), Map.of());
    Emission emission = new Emission(last);
    return new Reporting(graph, last, emission, transposed.folded()).report(Map.of(), null);
  }

  static Graph simplified(Graph graph, FoldOptions options) {
    Graph current = options.shapes().isEmpty() ? graph : FixedShapes.fix(graph, options.shapes());
    int nodes;
    do {
      nodes = current.nodes().size();
      current =
          DeadCode.withoutUnread(
              NoOps.removed(ConstantFolding.folded(CastLikes.resolved(current))));
    } while (current.nodes().size() < nodes);
    return current;
  }

  /** One try; null after an addition to {@code blocked}, which asks for another. */
  private static @org.jspecify.annotations.Nullable Result attempt(
      Graph original, Graph simple, FoldOptions options, Map<String, String> blocked) {
    Analysis analysis = new Analysis(simple, options.growth(), blocked);
    TransposedConvolutions transposed = new TransposedConvolutions(analysis, blocked.keySet());
    Graph ready = transposed.run();
    if (!transposed.refused().isEmpty()) {
      blocked.putAll(transposed.refused());
      return null;
    }
    Analysis last =
        transposed.folded().isEmpty() ? analysis : new Analysis(ready, options.growth(), blocked);
    Emission emission = new Emission(last);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, Numbers> numbers = new LinkedHashMap<>();
    for (Emission.Planned planned : emission.planned()) {
      Numbers computed = Numbers.of(planned.map(), planned.type(), options.product());
      if (computed.notFinite().isPresent()) {
        blocked.put(
            planned.target(),
            "output channel %d of the folded convolution is NaN or too large for %s"
                .formatted(computed.notFinite().getAsInt(), planned.type()));
        return null;
      }
      numbers.put(planned.output(), computed);
      tensors.put(planned.weight(), computed.weight());
      planned.bias().ifPresent(name -> tensors.put(name, computed.bias()));
    }
    Graph folded = emission.graph(tensors);
    FoldReport report =
        new Reporting(original, last, emission, transposed.folded()).report(numbers, folded);
    return new Result(folded, report);
  }

  /**
   * What makes a comparison of this graph with another prove little, or stands in the way of a fold
   * as a whole: the warnings of {@link #fold} and {@link #plan}.
   */
  public static List<String> warnings(Graph graph) {
    return NormWarnings.of(graph);
  }
}
