package io.repfold.view;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Scopes in scopes, with the entries in them.
 *
 * <p>Items are numbered: entries first, in their order, then scopes; the last scope is the whole
 * model. A scope with one item alone is not kept; its name goes to what is in it.
 */
final class Hierarchy {
  /**
   * A scope.
   *
   * @param items in the order of the graph
   */
  record Scope(int id, String name, List<Integer> items) {}

  private static final class Draft {
    private final String name;
    private final Map<String, Draft> scopes = new HashMap<>();
    private final List<Object> items = new ArrayList<>();

    private Draft(String name) {
      this.name = name;
    }
  }

  private record Leaf(int entry, String name, String op) {}

  private final int entries;
  private final List<Scope> scopes = new ArrayList<>();
  private final Map<Integer, Integer> parents = new HashMap<>();
  private final Map<Integer, String> names = new HashMap<>();

  private Hierarchy(int entries) {
    this.entries = entries;
  }

  /**
   * Builds.
   *
   * @param model the name of the whole
   * @param paths as {@link ScopeNames#of} gives them
   * @param entries what they are of
   */
  static Hierarchy of(String model, List<List<String>> paths, List<Entry> entries) {
    Draft root = new Draft(model);
    for (int entry = 0; entry < paths.size(); entry++) {
      add(root, paths.get(entry), entry, entries.get(entry).op());
    }
    Hierarchy hierarchy = new Hierarchy(paths.size());
    hierarchy.scope(root, model);
    return hierarchy;
  }

  private static void add(Draft root, List<String> path, int entry, String op) {
    Draft at = root;
    for (String word : path.subList(0, path.size() - 1)) {
      Draft parent = at;
      at =
          parent.scopes.computeIfAbsent(
              word,
              name -> {
                Draft made = new Draft(name);
                parent.items.add(made);
                return made;
              });
    }
    at.items.add(new Leaf(entry, path.get(path.size() - 1), op));
  }

  /** Numbers what is inside before the scope itself. */
  private int scope(Draft draft, String name) {
    List<Integer> items = new ArrayList<>();
    for (Object item : draft.items) {
      items.add(item(item, ""));
    }
    int id = entries + scopes.size();
    scopes.add(new Scope(id, name, List.copyOf(items)));
    names.put(id, name);
    items.forEach(item -> parents.put(item, id));
    return id;
  }

  private int item(Object item, String prefix) {
    if (item instanceof Leaf leaf) {
      boolean alone = !prefix.isEmpty();
      boolean telling = !leaf.name.equals(leaf.op);
      names.put(leaf.entry, alone ? telling ? prefix + "/" + leaf.name : prefix : leaf.name);
      return leaf.entry;
    }
    Draft draft = (Draft) item;
    String name = prefix.isEmpty() ? draft.name : prefix + "/" + draft.name;
    return draft.items.size() == 1 ? item(draft.items.get(0), name) : scope(draft, name);
  }

  /** How many items are entries. */
  int entries() {
    return entries;
  }

  /** What is inside comes before what it is in. */
  List<Scope> scopes() {
    return Collections.unmodifiableList(scopes);
  }

  Scope root() {
    return scopes.get(scopes.size() - 1);
  }

  Scope scope(int id) {
    return scopes.get(id - entries);
  }

  boolean isScope(int item) {
    return item >= entries;
  }

  /** The scope that holds an item; -1 for the whole. */
  int parent(int item) {
    return parents.getOrDefault(item, -1);
  }

  String name(int item) {
    return names.getOrDefault(item, "");
  }

  /** The item itself and the scopes around it, the whole first. */
  List<Integer> way(int item) {
    List<Integer> way = new ArrayList<>();
    for (int at = item; at >= 0; at = parent(at)) {
      way.add(at);
    }
    Collections.reverse(way);
    return way;
  }
}
