package io.repfold.view;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The scopes of another model for nodes that compute values which that names too, so that a model
 * and what was made of it are divided in the same way.
 */
final class SharedScopes {
  /** Of the nodes, so many must compute such a value, or the two are divided each by itself. */
  private static final double ENOUGH = 0.6;

  private SharedScopes() {}

  /**
   * Paths in which those of the other take the place of one's own.
   *
   * @param paths as {@link ScopeNames#of} or {@link RepeatedBlocks#of} gives them
   */
  static List<List<String>> of(List<Entry> entries, List<List<String>> paths, ModelPicture other) {
    Map<String, Integer> producers = new HashMap<>();
    for (int i = 0; i < other.entries().size(); i++) {
      for (String value : other.entries().get(i).writes()) {
        producers.put(value, i);
      }
    }
    List<List<String>> shared = new ArrayList<>();
    int nodes = 0;
    int found = 0;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      Integer producer =
          entry.isNode() && !entry.writes().isEmpty() ? producers.get(entry.writes().get(0)) : null;
      List<String> own = paths.get(i);
      nodes += entry.isNode() ? 1 : 0;
      if (producer == null || !other.entries().get(producer).isNode()) {
        shared.add(own);
        continue;
      }
      found++;
      List<Integer> way = other.hierarchy().way(producer);
      List<String> path = new ArrayList<>();
      way.subList(1, way.size() - 1).forEach(scope -> path.add(other.hierarchy().name(scope)));
      boolean same = other.entries().get(producer).op().equals(entry.op());
      path.add(same ? other.hierarchy().name(producer) : own.get(own.size() - 1));
      shared.add(path);
    }
    return found < ENOUGH * nodes ? paths : shared;
  }
}
