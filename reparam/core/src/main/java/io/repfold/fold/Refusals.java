package io.repfold.fold;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Why nodes were left as they are, by their first output. */
final class Refusals {
  /**
   * A reason.
   *
   * @param source the value that could not be looked through, or the empty string if the reason is
   *     another one
   */
  private record Reason(String source, String because) {}

  private final Map<String, Set<Reason>> reasons = new LinkedHashMap<>();

  void add(String node, String because) {
    add(node, "", because);
  }

  void add(String node, String source, String because) {
    reasons.computeIfAbsent(node, k -> new LinkedHashSet<>()).add(new Reason(source, because));
  }

  List<String> of(String node) {
    return reasons.getOrDefault(node, Set.of()).stream().map(Reason::because).distinct().toList();
  }

  /**
   * Why a form did not become larger: what was told of its own value, and of the sources that it
   * still has.
   */
  List<String> of(String value, Form form) {
    List<String> all = new ArrayList<>(of(value));
    Set<String> sources = form.terms().stream().map(Term::source).collect(Collectors.toSet());
    form.covered()
        .nodes()
        .flatMap(node -> reasons.getOrDefault(node.output(), Set.of()).stream())
        .filter(r -> sources.contains(r.source()))
        .map(Reason::because)
        .forEach(all::add);
    return all.stream().distinct().sorted().toList();
  }
}
