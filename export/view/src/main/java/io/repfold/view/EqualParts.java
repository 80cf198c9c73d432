package io.repfold.view;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * Which scopes have the same structure: the same ops with the same attributes and shapes, wired the
 * same way. Names and the elements of weights do not count.
 */
final class EqualParts {
  /** Items in a row that are equal, each fed by the one before it. */
  record Run(int first, int count) {}

  private final Map<List<Object>, Integer> known = new HashMap<>();
  private final Map<Integer, Integer> kinds = new HashMap<>();

  private EqualParts() {}

  /**
   * Finds them.
   *
   * @param looks what counts of an entry by itself
   */
  static EqualParts of(Hierarchy hierarchy, Levels levels, IntFunction<List<Object>> looks) {
    EqualParts parts = new EqualParts();
    for (int entry = 0; entry < hierarchy.entries(); entry++) {
      parts.learn(entry, looks.apply(entry));
    }
    for (Hierarchy.Scope scope : hierarchy.scopes()) {
      parts.learn(scope.id(), parts.look(scope, levels.level(scope)));
    }
    return parts;
  }

  private void learn(int item, List<Object> look) {
    kinds.put(item, known.computeIfAbsent(look, l -> known.size()));
  }

  private List<Object> look(Hierarchy.Scope scope, Levels.Level level) {
    Map<Integer, Integer> place = new HashMap<>();
    scope.items().forEach(item -> place.put(item, place.size()));
    Map<Integer, Integer> outside = new HashMap<>();
    List<Object> look = new ArrayList<>();
    look.add("scope");
    scope.items().forEach(item -> look.add(kind(item)));
    level.inside().forEach(edge -> look.add(List.of(place.get(edge.from()), place.get(edge.to()))));
    for (Levels.Edge edge : level.entering()) {
      int source = outside.computeIfAbsent(edge.from(), f -> outside.size());
      look.add(List.of("in", source, place.get(edge.to())));
    }
    level.leaving().stream()
        .map(edge -> place.get(edge.from()))
        .distinct()
        .forEach(item -> look.add(List.of("out", item)));
    return look;
  }

  /** A number that equal items, and no others, have in common. */
  int kind(int item) {
    return kinds.getOrDefault(item, -1);
  }

  /** The runs of equal scopes on a level, of at least two. */
  List<Run> runs(Hierarchy hierarchy, Hierarchy.Scope scope, Levels.Level level) {
    Set<List<Integer>> edges =
        level.inside().stream().map(e -> List.of(e.from(), e.to())).collect(Collectors.toSet());
    List<Run> runs = new ArrayList<>();
    List<Integer> scopes = scope.items().stream().filter(hierarchy::isScope).toList();
    for (int i = 0; i < scopes.size(); ) {
      int end = i + 1;
      while (end < scopes.size()
          && kind(scopes.get(end)) == kind(scopes.get(i))
          && edges.contains(List.of(scopes.get(end - 1), scopes.get(end)))) {
        end++;
      }
      if (end - i > 1) {
        runs.add(new Run(scopes.get(i), end - i));
      }
      i = end;
    }
    return runs;
  }
}
