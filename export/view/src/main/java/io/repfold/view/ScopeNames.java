package io.repfold.view;

import io.repfold.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where names put each entry: {@code /layer3/layer3.2/conv2/Conv} of PyTorch's exports and {@code
 * backbone.layer3.2.conv2} of ours both lie in the scope {@code 2} of {@code layer3}.
 *
 * <p>A node whose own name says nothing lies where its weights' names say, as in {@code
 * layer3.2.conv2.weight}, or else with what it reads: an addition at the end of a block with the
 * block.
 */
final class ScopeNames {
  /** Of the nodes, so many must say by a name where they lie, or names say nothing. */
  private static final double ENOUGH = 0.3;

  /** Of the nodes, so many own names say it, or a name without scopes is not taken for the root. */
  private static final double MOST = 0.6;

  /** Scopes lie at most so deep; the words of deeper ones are joined. */
  static final int DEEPEST = 48;

  private final Constants constants;
  private final List<Entry> entries;
  private final List<@Nullable List<String>> paths = new ArrayList<>();

  private ScopeNames(Constants constants, List<Entry> entries) {
    this.constants = constants;
    this.entries = entries;
  }

  /**
   * The scopes around each entry with the entry's own name behind them; empty if names say nothing.
   */
  static Optional<List<List<String>>> of(Constants constants, List<Entry> entries) {
    return new ScopeNames(constants, entries).paths();
  }

  private Optional<List<List<String>>> paths() {
    long nodes = entries.stream().filter(Entry::isNode).count();
    long own = entries.stream().filter(e -> e.isNode() && own(e) != null).count();
    for (Entry entry : entries) {
      List<String> path = entry.isNode() ? own(entry) : null;
      if (path == null && own >= MOST * nodes) {
        path = List.of(entry.name());
      }
      paths.add(path == null ? entry.node().map(this::byWeights).orElse(null) : path);
    }
    long said = paths.stream().filter(path -> path != null && path.size() > 1).count();
    return said == 0 || said < ENOUGH * nodes ? Optional.empty() : Optional.of(completed());
  }

  private static @Nullable List<String> own(Entry entry) {
    for (String name :
        List.of(entry.name(), entry.writes().isEmpty() ? "" : entry.writes().get(0))) {
      List<String> path = split(name);
      if (path.size() > 1 || (path.size() == 1 && name.startsWith("/"))) {
        return path;
      }
    }
    return null;
  }

  private @Nullable List<String> byWeights(Node node) {
    for (String input : constants.read(node)) {
      List<String> path = split(input);
      if (path.size() > 1) {
        return path.subList(0, path.size() - 1);
      }
    }
    return null;
  }

  /** Those that say nothing lie with what they read; with what reads them if it is an input. */
  private List<List<String>> completed() {
    Map<String, Integer> producers = new HashMap<>();
    Set<List<String>> scopes = new HashSet<>();
    for (int i = 0; i < entries.size(); i++) {
      for (String value : entries.get(i).writes()) {
        producers.put(value, i);
      }
      List<String> path = paths.get(i);
      for (int length = 1; path != null && length < path.size(); length++) {
        scopes.add(path.subList(0, length));
      }
    }
    List<List<String>> completed = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      List<String> path = paths.get(i);
      if (path == null) {
        path = new ArrayList<>(entry.isNode() ? around(entry, producers, completed) : List.of());
        path.add(entry.name());
      }
      if (entry.isNode() && scopes.contains(path)) {
        path = new ArrayList<>(path);
        path.add(entry.op());
      }
      completed.add(List.copyOf(path));
    }
    return completed;
  }

  /** The scope of the latest that it reads, or what three and more have in common. */
  private List<String> around(
      Entry entry, Map<String, Integer> producers, List<List<String>> completed) {
    int latest = -1;
    Set<List<String>> all = new HashSet<>();
    for (String value : entry.reads()) {
      Integer producer = producers.get(value);
      if (producer != null && producer < completed.size() && entries.get(producer).isNode()) {
        latest = Math.max(latest, producer);
        all.add(scope(completed.get(producer)));
      }
    }
    if (latest < 0) {
      return List.of();
    }
    List<String> scope = scope(completed.get(latest));
    return all.size() < 3 ? scope : all.stream().reduce(scope, ScopeNames::common);
  }

  private static List<String> scope(List<String> path) {
    return path.subList(0, path.size() - 1);
  }

  private static List<String> common(List<String> one, List<String> other) {
    int length = 0;
    while (length < Math.min(one.size(), other.size())
        && one.get(length).equals(other.get(length))) {
      length++;
    }
    return one.subList(0, length);
  }

  /** The words of a name; a word that repeats the one before it, as layer3.2 does, loses that. */
  static List<String> split(String name) {
    List<String> path = new ArrayList<>();
    String before = "";
    for (String word : name.split("/", -1)) {
      String rest =
          !before.isEmpty() && word.startsWith(before + ".")
              ? word.substring(before.length() + 1)
              : word;
      for (String part : rest.split("\\.", -1)) {
        if (!part.isBlank()) {
          path.add(part);
        }
      }
      before = word;
    }
    if (path.size() > DEEPEST) {
      List<String> deeper = path.subList(DEEPEST, path.size());
      String joined = String.join("/", deeper);
      deeper.clear();
      path.add(joined);
    }
    return path;
  }
}
