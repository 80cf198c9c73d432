package io.repfold.precision;

import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * What the outputs of a graph mean: by what computes them, or as a caller says.
 *
 * <p>Classes are where a Softmax or ArgMax shows them, or a layer with weights that gives many
 * channels and treats all alike; scores where a Sigmoid ends, or a map has one channel; an image
 * where an output has the three channels of the input and no fewer pixels, or its one and more. A
 * Concat of unlike things gives a piece for each. All else are values.
 *
 * @param byOutput pieces that do not overlap and leave nothing out, by output, in the graph's order
 */
public record OutputMeanings(Map<String, List<Piece>> byOutput) {
  public OutputMeanings {
    Map<String, List<Piece>> copy = new LinkedHashMap<>();
    byOutput.forEach((name, pieces) -> copy.put(name, List.copyOf(pieces)));
    byOutput = java.util.Collections.unmodifiableMap(copy);
  }

  /** Those of a graph; values where its shapes contradict each other. */
  public static OutputMeanings of(Graph graph) {
    Map<String, List<Piece>> found = new LinkedHashMap<>();
    KindSearch search = new KindSearch(graph);
    for (Value output : graph.outputs()) {
      found.put(output.name(), pieces(search, output.name()));
    }
    return new OutputMeanings(found);
  }

  private static List<Piece> pieces(KindSearch search, String output) {
    try {
      return search.of(output);
    } catch (InvalidGraphException e) {
      return List.of(
          Piece.whole(OutputKind.VALUES, OptionalInt.empty(), false, "its shapes contradict"));
    }
  }

  /** The pieces of an output. */
  public List<Piece> of(String output) {
    return byOutput.getOrDefault(
        output, List.of(Piece.whole(OutputKind.VALUES, OptionalInt.empty(), false, "not known")));
  }

  /**
   * As a caller says.
   *
   * @param kinds by output; the name {@code *} is for all that are not named
   * @throws InvalidGraphException if there is no such output
   */
  public OutputMeanings with(Map<String, OutputKind> kinds) {
    for (String name : kinds.keySet()) {
      Check.that(
          name.equals("*") || byOutput.containsKey(name),
          "withJudged: there is no output '%s'; the outputs are %s",
          name,
          byOutput.keySet().stream().map(o -> "'" + o + "'").collect(Collectors.joining(", ")));
    }
    Map<String, List<Piece>> changed = new LinkedHashMap<>(byOutput);
    changed.replaceAll(
        (name, pieces) -> {
          OutputKind kind = kinds.getOrDefault(name, kinds.get("*"));
          return kind == null ? pieces : List.of(asked(kind, pieces));
        });
    return new OutputMeanings(changed);
  }

  private static Piece asked(OutputKind kind, List<Piece> found) {
    OptionalInt axis =
        found.size() == 1 && found.get(0).axis().isPresent()
            ? found.get(0).axis()
            : OptionalInt.of(kind == OutputKind.CLASSES ? ClassAxes.USUAL : -1);
    boolean columns = kind == OutputKind.CLASSES || kind == OutputKind.BOXES;
    boolean kept = kind == OutputKind.VALUES && found.size() == 1;
    return Piece.whole(
        kind,
        columns ? axis : kept ? found.get(0).axis() : OptionalInt.empty(),
        true,
        "as was asked for");
  }
}
