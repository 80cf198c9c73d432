package io.repfold.view;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The edges of each scope's level: between its items, and to what lies outside. */
final class Levels {
  /**
   * An edge; several values between the same two items are one.
   *
   * @param from an item of the level, or an entry outside
   * @param to likewise
   * @param value the first of them
   */
  record Edge(int from, int to, String value) {}

  /**
   * What is drawn of one scope.
   *
   * @param inside between items of the level
   * @param entering from entries outside to items
   * @param leaving from items to entries outside
   */
  record Level(List<Edge> inside, List<Edge> entering, List<Edge> leaving) {}

  private record Ends(int from, int to) {}

  private static final class Draft {
    private final Map<Ends, Edge> inside = new LinkedHashMap<>();
    private final Map<Ends, Edge> entering = new LinkedHashMap<>();
    private final Map<Ends, Edge> leaving = new LinkedHashMap<>();
  }

  private final Hierarchy hierarchy;
  private final Map<Integer, Draft> drafts = new HashMap<>();

  private Levels(Hierarchy hierarchy) {
    this.hierarchy = hierarchy;
  }

  static Levels of(Hierarchy hierarchy, List<Entry> entries) {
    Levels levels = new Levels(hierarchy);
    Map<String, Integer> producers = new HashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      for (String value : entries.get(i).writes()) {
        producers.put(value, i);
      }
    }
    for (int i = 0; i < entries.size(); i++) {
      for (String value : entries.get(i).reads()) {
        Integer producer = producers.get(value);
        if (producer != null) {
          levels.add(producer, i, value);
        }
      }
    }
    return levels;
  }

  Level level(Hierarchy.Scope scope) {
    Draft draft = draft(scope.id());
    return new Level(
        List.copyOf(draft.inside.values()),
        List.copyOf(draft.entering.values()),
        List.copyOf(draft.leaving.values()));
  }

  private Draft draft(int scope) {
    return drafts.computeIfAbsent(scope, s -> new Draft());
  }

  private void add(int from, int to, String value) {
    List<Integer> source = new ArrayList<>(hierarchy.way(from));
    List<Integer> target = new ArrayList<>(hierarchy.way(to));
    int shared = 0;
    while (source.get(shared + 1).equals(target.get(shared + 1))) {
      shared++;
    }
    put(draft(source.get(shared)).inside, source.get(shared + 1), target.get(shared + 1), value);
    for (int i = shared + 1; i < source.size() - 1; i++) {
      put(draft(source.get(i)).leaving, source.get(i + 1), to, value);
    }
    for (int i = shared + 1; i < target.size() - 1; i++) {
      put(draft(target.get(i)).entering, from, target.get(i + 1), value);
    }
  }

  private static void put(Map<Ends, Edge> edges, int from, int to, String value) {
    edges.putIfAbsent(new Ends(from, to), new Edge(from, to, value));
  }
}
