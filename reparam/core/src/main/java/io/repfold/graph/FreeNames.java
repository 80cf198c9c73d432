package io.repfold.graph;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Which names are taken, and names like those that are wanted which are not: {@code conv_2}, {@code
 * conv_3}, ... where {@code conv} is taken.
 *
 * <p>What folding writes counts without the line, {@code sum/part2}: its names are in files that
 * people have.
 */
public final class FreeNames {
  private final Set<String> taken;

  private FreeNames(Set<String> taken) {
    this.taken = taken;
  }

  /** Names besides these. */
  public static FreeNames besides(Collection<String> taken) {
    return new FreeNames(new HashSet<>(taken));
  }

  /** Names besides those of a graph's values. */
  public static FreeNames ofValues(Graph graph) {
    FreeNames names = besides(graph.initializers().keySet());
    graph.inputs().forEach(input -> names.taken.add(input.name()));
    graph.nodes().forEach(node -> names.taken.addAll(node.outputs()));
    return names;
  }

  /** Names besides those of a graph's nodes; ONNX Runtime wants them to differ. */
  public static FreeNames ofNodes(Graph graph) {
    return besides(graph.nodes().stream().map(Node::name).toList());
  }

  public boolean isTaken(String name) {
    return taken.contains(name);
  }

  /** Takes a name; false if it was taken before. */
  public boolean take(String name) {
    return taken.add(name);
  }

  /** Takes these, whether they were taken before or not. */
  public void takeAll(Collection<String> names) {
    taken.addAll(names);
  }

  /** Takes the name that is wanted, or the first one like it that is free. */
  public String fresh(String wanted) {
    String name = wanted;
    for (int i = 2; !taken.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  /** As {@link #fresh}, for what folding writes: {@code sum/part2}. */
  public String freshPart(String wanted) {
    String name = wanted;
    for (int i = 2; !taken.add(name); i++) {
      name = wanted + i;
    }
    return name;
  }

  /** A scope that no taken name lies in, as {@code block.conv} lies in {@code block}. */
  public String freshScope(String wanted) {
    String scope = wanted;
    for (int i = 2; holdsAny(scope + "."); i++) {
      scope = wanted + "_" + i;
    }
    return scope;
  }

  private boolean holdsAny(String prefix) {
    return taken.stream().anyMatch(name -> name.startsWith(prefix));
  }
}
