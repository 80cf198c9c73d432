package io.repfold.view;

import io.repfold.graph.Node;
import io.repfold.graph.OpKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Where the structure puts each entry, for graphs whose names say nothing.
 *
 * <p>The nodes are cut wherever one value alone goes on. What lies between two cuts and has
 * branches is a block, with the activation behind it; a straight run begins anew at each
 * convolution or product. Blocks in a row whose outputs have one shape are a stage.
 */
final class RepeatedBlocks {
  /** A block of more nodes is divided at its convolutions and products. */
  private static final int LARGE = 60;

  private record Unit(boolean block, List<Integer> members) {}

  private final List<Entry> entries;
  private final Function<String, String> shapes;

  private RepeatedBlocks(List<Entry> entries, Function<String, String> shapes) {
    this.entries = entries;
    this.shapes = shapes;
  }

  /**
   * As {@link ScopeNames#of}.
   *
   * @param shapes of values, as text
   */
  static List<List<String>> of(List<Entry> entries, Function<String, String> shapes) {
    return new RepeatedBlocks(entries, shapes).paths();
  }

  private List<List<String>> paths() {
    Map<Integer, List<String>> scopes = new HashMap<>();
    List<Unit> units = units();
    int stages = 0;
    int runs = 0;
    for (int i = 0; i < units.size(); ) {
      Unit unit = units.get(i);
      if (!unit.block) {
        runs++;
        put(scopes, unit, unit.members.size() == 1 ? List.of() : List.of(title(unit, runs)));
        i++;
        continue;
      }
      int end = i;
      while (end < units.size()
          && units.get(end).block
          && shape(units.get(end)).equals(shape(unit))) {
        end++;
      }
      stages++;
      for (int block = i; block < end; block++) {
        String stage = (end - i == 1 ? "block " : "stage ") + stages;
        put(
            scopes,
            units.get(block),
            end - i == 1 ? List.of(stage) : List.of(stage, "block " + (block - i + 1)));
      }
      i = end;
    }
    List<List<String>> paths = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      List<String> path = new ArrayList<>(scopes.getOrDefault(i, List.of()));
      path.add(entries.get(i).name());
      paths.add(List.copyOf(path));
    }
    return paths;
  }

  private String title(Unit unit, int number) {
    return entries.get(unit.members.get(0)).op() + " " + number;
  }

  private void put(Map<Integer, List<String>> scopes, Unit unit, List<String> scope) {
    int runs = 0;
    List<String> inside = scope;
    for (int member : unit.members) {
      if (unit.members.size() > LARGE && contracts(member)) {
        runs++;
        inside = new ArrayList<>(scope);
        inside.add(entries.get(member).op() + " " + runs);
      }
      scopes.put(member, inside);
    }
  }

  private String shape(Unit unit) {
    Entry last = entries.get(unit.members.get(unit.members.size() - 1));
    return last.writes().isEmpty() ? "" : shapes.apply(last.writes().get(0));
  }

  private boolean contracts(int entry) {
    return entries.get(entry).node().map(Node::op).filter(OpKind.CONTRACTS::includes).isPresent();
  }

  /** A run goes on until the next convolution or product, a block with activations alone. */
  private boolean begins(int entry, Unit before) {
    OpKind kind = entries.get(entry).node().map(node -> OpKind.of(node.op())).orElse(OpKind.OPAQUE);
    boolean activates = kind == OpKind.MAPS || kind == OpKind.NORMALIZES || kind == OpKind.DROPS;
    return before.block ? !activates : kind == OpKind.CONTRACTS;
  }

  private List<Unit> units() {
    List<Unit> units = new ArrayList<>();
    for (List<Integer> segment : segments()) {
      boolean block = segment.size() > 1;
      if (block || units.isEmpty() || begins(segment.get(0), units.get(units.size() - 1))) {
        units.add(new Unit(block, new ArrayList<>(segment)));
      } else {
        units.get(units.size() - 1).members.addAll(segment);
      }
    }
    return units;
  }

  /** The nodes between places that one value alone passes; outputs of the graph are not counted. */
  private List<List<Integer>> segments() {
    Map<String, Integer> lastReader = new HashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).isNode()) {
        for (String value : entries.get(i).reads()) {
          lastReader.put(value, i);
        }
      }
    }
    List<List<Integer>> segments = new ArrayList<>();
    List<Integer> segment = new ArrayList<>();
    Set<String> flows = new HashSet<>();
    int live = 0;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      boolean computes = !entry.isNode() || !entry.reads().isEmpty();
      for (String value : entry.writes()) {
        live += computes && lastReader.containsKey(value) && flows.add(value) ? 1 : 0;
      }
      if (!entry.isNode()) {
        continue;
      }
      for (String value : entry.reads()) {
        live -= flows.contains(value) && lastReader.getOrDefault(value, -1) == i ? 1 : 0;
      }
      segment.add(i);
      if (live <= 1) {
        segments.add(segment);
        segment = new ArrayList<>();
      }
    }
    if (!segment.isEmpty()) {
      segments.add(segment);
    }
    return segments;
  }
}
