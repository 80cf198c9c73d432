package io.repfold.view;

import io.repfold.graph.Listing;
import io.repfold.graph.Node;
import io.repfold.graph.Tensor;
import io.repfold.pipeline.Phrases;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which nodes of two models compute the same values: those between values that both name, and of
 * the rest those that stand in the same order and look the same.
 */
final class Correspondence {
  /** What became of the nodes on the left. */
  enum Kind {
    SAME,
    /** One node each, with other attributes or weights. */
    CHANGED,
    /** Several nodes, or another op. */
    BECAME
  }

  /**
   * Entries of both models that correspond.
   *
   * @param left by number, in order
   * @param notes what differs
   */
  record Link(Kind kind, List<Integer> left, List<Integer> right, List<String> notes) {}

  private final ModelPicture left;
  private final ModelPicture right;
  private final Map<String, Integer> leftProducers;
  private final Set<String> rightValues;
  private final Set<Integer> leftMatched = new HashSet<>();
  private final Set<Integer> rightMatched = new HashSet<>();
  private final List<Link> links = new ArrayList<>();

  private Correspondence(ModelPicture left, ModelPicture right) {
    this.left = left;
    this.right = right;
    this.leftProducers = producers(left);
    this.rightValues = producers(right).keySet();
  }

  static List<Link> of(ModelPicture left, ModelPicture right) {
    Correspondence correspondence = new Correspondence(left, right);
    correspondence.byName();
    correspondence.byStructure();
    return correspondence.links;
  }

  private static Map<String, Integer> producers(ModelPicture picture) {
    Map<String, Integer> producers = new HashMap<>();
    for (int i = 0; i < picture.entries().size(); i++) {
      for (String value : picture.entries().get(i).writes()) {
        producers.put(value, i);
      }
    }
    return producers;
  }

  private void byName() {
    for (int i = 0; i < right.entries().size(); i++) {
      Entry entry = right.entries().get(i);
      Set<Integer> region = new TreeSet<>(entry.isNode() ? region(entry) : sameEnd(entry));
      region.removeAll(leftMatched);
      if (!region.isEmpty()) {
        link(List.copyOf(region), i);
      }
    }
  }

  /**
   * The nodes on the left that compute what a node on the right does from what that reads. Where
   * they read more, the node of the same name alone, if its op is the same.
   */
  private Set<Integer> region(Entry entry) {
    Set<Integer> region = new TreeSet<>();
    Set<String> read = new HashSet<>();
    entry.writes().forEach(value -> collect(value, region, read));
    if (entry.reads().containsAll(read)) {
      return region;
    }
    return entry.writes().stream()
        .flatMap(value -> Optional.ofNullable(leftProducers.get(value)).stream())
        .filter(producer -> left.entries().get(producer).op().equals(entry.op()))
        .collect(Collectors.toSet());
  }

  private List<Integer> sameEnd(Entry end) {
    for (int i = 0; i < left.entries().size(); i++) {
      Entry entry = left.entries().get(i);
      if (!entry.isNode() && entry.op().equals(end.op()) && entry.name().equals(end.name())) {
        return List.of(i);
      }
    }
    return List.of();
  }

  /** Adds the nodes on the left between a value and those before it that the right has too. */
  private void collect(String value, Set<Integer> region, Set<String> read) {
    Deque<String> open = new ArrayDeque<>(List.of(value));
    boolean first = true;
    while (!open.isEmpty()) {
      String at = open.pop();
      Integer producer = leftProducers.get(at);
      if (producer == null) {
        continue;
      }
      if (!left.entries().get(producer).isNode() || (!first && rightValues.contains(at))) {
        read.add(at);
      } else if (region.add(producer)) {
        left.entries().get(producer).reads().forEach(open::push);
      }
      first = false;
    }
  }

  private void link(List<Integer> region, int entry) {
    leftMatched.addAll(region);
    rightMatched.add(entry);
    Entry one = left.entries().get(region.get(0));
    Entry other = right.entries().get(entry);
    if (region.size() > 1 || !one.op().equals(other.op())) {
      links.add(new Link(Kind.BECAME, region, List.of(entry), List.of()));
      return;
    }
    List<String> notes =
        one.isNode()
            ? differences(one.node().orElseThrow(), other.node().orElseThrow())
            : List.of();
    Kind kind = notes.isEmpty() ? Kind.SAME : Kind.CHANGED;
    links.add(new Link(kind, region, List.of(entry), notes));
  }

  private List<String> differences(Node one, Node other) {
    List<String> notes = new ArrayList<>();
    Set<String> before = new TreeSet<>(Listing.attributes(one.op()));
    Set<String> after = new TreeSet<>(Listing.attributes(other.op()));
    before.stream().filter(a -> !after.contains(a)).forEach(a -> notes.add("left: " + a));
    after.stream().filter(a -> !before.contains(a)).forEach(a -> notes.add("right: " + a));
    List<Tensor> weights = left.constants().tensors(one);
    List<Tensor> others = right.constants().tensors(other);
    if (weights.size() != others.size()) {
      notes.add("constants: %d and %d".formatted(weights.size(), others.size()));
      return notes;
    }
    for (int i = 0; i < weights.size(); i++) {
      if (!weights.get(i).equals(others.get(i))) {
        notes.add(
            weightDifference(left.constants().read(one).get(i), weights.get(i), others.get(i)));
      }
    }
    return notes;
  }

  private static String weightDifference(String name, Tensor one, Tensor other) {
    boolean comparable =
        one.type().isNumeric()
            && other.type().isNumeric()
            && Arrays.equals(one.dims(), other.dims());
    if (!comparable) {
      return "%s: %s and %s".formatted(name, one.describe(), other.describe());
    }
    double largest = 0;
    for (int i = 0; i < one.size(); i++) {
      largest = Math.max(largest, Math.abs(one.doubleAt(i) - other.doubleAt(i)));
    }
    return "%s: the largest difference is %s".formatted(name, Phrases.small(largest));
  }

  /** What no name tells: the longest common sequence of ops with their types. */
  private void byStructure() {
    List<Integer> ones = rest(left, leftMatched);
    List<Integer> others = rest(right, rightMatched);
    List<String> looks = ones.stream().map(i -> look(left, i)).toList();
    List<String> otherLooks = others.stream().map(i -> look(right, i)).toList();
    CommonSequence.of(looks, otherLooks)
        .forEach(pair -> link(List.of(ones.get(pair.left())), others.get(pair.right())));
  }

  private static List<Integer> rest(ModelPicture picture, Set<Integer> matched) {
    List<Integer> rest = new ArrayList<>();
    for (int i = 0; i < picture.entries().size(); i++) {
      if (!matched.contains(i)) {
        rest.add(i);
      }
    }
    return rest;
  }

  private static String look(ModelPicture picture, int index) {
    Entry entry = picture.entries().get(index);
    List<String> types = entry.writes().stream().map(picture::type).toList();
    return entry.op() + types;
  }
}
