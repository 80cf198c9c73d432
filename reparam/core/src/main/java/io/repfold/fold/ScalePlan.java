package io.repfold.fold;

import io.repfold.graph.Node;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The way of one scale through a graph, as it is found. */
final class ScalePlan {
  private final Node node;
  private final String data;
  private final boolean backward;
  private final Map<String, Scale> landings = new LinkedHashMap<>();
  private final Set<String> passed = new LinkedHashSet<>();
  private final Map<Node, NewConstant> constants = new HashMap<>();
  private final Set<String> alone = new LinkedHashSet<>();
  private int additions;
  private String obstacle = "";

  /** A constant that a node is to read in the place of its own. */
  record NewConstant(int input, int[] dims, double[] numbers) {}

  /**
   * @param data the value that the node scales
   * @param backward whether it goes to what the node reads, or to what reads the node
   */
  ScalePlan(Node node, String data, boolean backward) {
    this.node = node;
    this.data = data;
    this.backward = backward;
  }

  Node node() {
    return node;
  }

  String data() {
    return data;
  }

  boolean isBackward() {
    return backward;
  }

  /** Values behind which, or before which, a scale is to stand. */
  Map<String, Scale> landings() {
    return landings;
  }

  /** Values on the way, whose numbers change. */
  Set<String> passed() {
    return passed;
  }

  Map<Node, NewConstant> constants() {
    return constants;
  }

  /** Lets a scale stand here; {@code addition} if a node will be needed for its shift. */
  boolean land(String value, Scale scale, boolean addition) {
    landings.put(value, scale);
    additions += addition ? 1 : 0;
    return true;
  }

  /** Lets a part of the scale stand by itself, as a node of fewer elements than before. */
  boolean standAlone(String value, Scale scale) {
    landings.put(value, scale);
    alone.add(value);
    additions++;
    return true;
  }

  /** Landings whose scale nothing takes in. */
  Set<String> alone() {
    return alone;
  }

  /** Whether it can still be worth it. */
  boolean mayPay() {
    return additions <= 1;
  }

  /** Whether no more nodes come than one goes, and some of it is taken in. */
  boolean pays() {
    return additions <= 1 && landings.size() > alone.size();
  }

  /** Takes back what was planned since it was as {@code before}. */
  void reset(ScalePlan before) {
    landings.keySet().retainAll(before.landings.keySet());
    passed.retainAll(before.passed);
    constants.keySet().retainAll(before.constants.keySet());
    alone.retainAll(before.alone);
    additions = before.additions;
    obstacle = before.obstacle;
  }

  ScalePlan copy() {
    ScalePlan copy = new ScalePlan(node, data, backward);
    copy.landings.putAll(landings);
    copy.passed.addAll(passed);
    copy.constants.putAll(constants);
    copy.alone.addAll(alone);
    copy.additions = additions;
    copy.obstacle = obstacle;
    return copy;
  }

  boolean fail(String because) {
    if (obstacle.isEmpty()) {
      obstacle = because;
    }
    return false;
  }

  /** Why there is no way, or the empty string. */
  String obstacle() {
    return obstacle;
  }

  /** Whether both change or read the numbers of one value. */
  boolean touches(Set<String> values) {
    return values.contains(data)
        || values.contains(node.output())
        || passed.stream().anyMatch(values::contains)
        || landings.keySet().stream().anyMatch(values::contains);
  }

  void addTo(Set<String> values) {
    values.add(data);
    values.add(node.output());
    values.addAll(passed);
    values.addAll(landings.keySet());
  }
}
