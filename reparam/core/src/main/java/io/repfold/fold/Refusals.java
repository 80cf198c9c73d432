package io.repfold.fold;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Why nodes were left as they are, by their first output. */
final class Refusals {
  private final Map<String, Set<String>> reasons = new LinkedHashMap<>();

  void add(String node, String because) {
    reasons.computeIfAbsent(node, k -> new LinkedHashSet<>()).add(because);
  }

  List<String> of(String node) {
    return List.copyOf(reasons.getOrDefault(node, Set.of()));
  }
}
