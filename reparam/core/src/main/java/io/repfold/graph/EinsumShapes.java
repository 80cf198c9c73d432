package io.repfold.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The shape of a sum of products by an {@link EinsumEquation}. */
final class EinsumShapes {
  private EinsumShapes() {}

  /**
   * The result's shape; null if its rank is not known.
   *
   * @param shapes of the operands; null for one of unknown rank
   */
  static @Nullable Shape of(String text, List<@Nullable Shape> shapes) {
    Optional<List<Integer>> said = EinsumEquation.ranks(text);
    List<Integer> ranks = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      Shape shape = shapes.get(i);
      if (shape == null && said.isEmpty()) {
        return null;
      }
      // With another number of terms the equation is refused below, whatever the rank.
      boolean open = shape == null && i < said.orElseThrow().size();
      ranks.add(open ? said.orElseThrow().get(i) : shape == null ? 0 : shape.rank());
    }
    EinsumEquation equation = EinsumEquation.of(text, ranks);
    Map<Character, Dim> dims = new HashMap<>();
    for (int i = 0; i < shapes.size(); i++) {
      Shape shape = shapes.get(i);
      if (shape != null) {
        axes(equation.terms().get(i), shape)
            .forEach((axis, dim) -> dims.merge(axis, dim, (a, b) -> stretched(axis, a, b)));
      }
    }
    return new Shape(
        equation
            .result()
            .chars()
            .mapToObj(axis -> dims.getOrDefault((char) axis, Dim.unknown()))
            .toList());
  }

  private static Map<Character, Dim> axes(String term, Shape shape) {
    Map<Character, Dim> axes = new HashMap<>();
    for (int i = 0; i < term.length(); i++) {
      char axis = term.charAt(i);
      Dim dim = shape.dim(i);
      Dim before = axes.getOrDefault(axis, dim);
      Check.that(
          !DimMath.contradict(before, dim),
          "the diagonal '%c' needs equal sizes, got %s",
          axis,
          shape);
      axes.put(axis, DimMath.merge(before, dim));
    }
    return axes;
  }

  private static Dim stretched(char axis, Dim a, Dim b) {
    try {
      return DimMath.broadcast(a, b);
    } catch (InvalidGraphException e) {
      throw new InvalidGraphException("axis '%c': %s".formatted(axis, e.getMessage()));
    }
  }
}
