package io.repfold.fold;

import io.repfold.graph.DeadCode;
import io.repfold.graph.ElementType;
import io.repfold.graph.FreeNames;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Moves scales and shifts to the convolutions and products that can take them in, where ops that
 * only move elements, or make means of them, lie between.
 *
 * <pre>
 *   Given:   %1 = Conv(%0); %2 = Conv(%0); %3 = Concat(%1, %2); %4 = BatchNormalization(%3)
 *   Result:  %1 = Conv(%0); %5 = Mul(%1, s1); %6 = Add(%5, t1); ... ; %4 = Concat(%6, %8)
 * </pre>
 *
 * <p>The constants that this makes are rounded in the graph, and kept in double beside it, for what
 * takes them in. A sweep moves scales whose ways do not meet; the next one moves others. Each sweep
 * takes a scale away from where it was, to where it stays, so that there are fewer sweeps than
 * scales; a limit ends them for graphs that nobody made by hand.
 */
final class MovedScales {
  /** The end of the name of a value that a scale was moved to. */
  static final String SCALED = "/scaled";

  private static final int MOST_SWEEPS = 200;

  private MovedScales() {}

  /**
   * What is known of the graph with all scales moved that can be; of the same graph if none can.
   *
   * @param blocked values that must be computed by the node that is there
   * @param ends of what is going to be written, as far as that is known
   */
  static Facts in(Facts facts, Set<String> blocked, FoldedEnds ends) {
    if (!facts.broadcasts()) {
      return facts;
    }
    Facts moved = facts;
    for (int i = 0; i < MOST_SWEEPS; i++) {
      List<ScalePlan> plans = new ArrayList<>();
      Map<String, String> obstacles = new LinkedHashMap<>();
      findPlans(new ScaleRoutes(moved, blocked, ends), moved.graph(), plans, obstacles);
      if (plans.isEmpty()) {
        return withoutViews(facts, moved).withObstacles(obstacles);
      }
      moved = new Sweep(moved).apply(plans);
    }
    return moved;
  }

  /** Where a scale stood between two Reshapes, they may cancel now. */
  @SuppressWarnings("ReferenceEquality") // a pass that finds nothing gives its graph back
  private static Facts withoutViews(Facts before, Facts moved) {
    Graph cancelled = moved == before ? moved.graph() : Views.cancelled(moved);
    return cancelled == moved.graph() ? moved : moved.of(cancelled);
  }

  /** Ways that do not meet; of two that do, the first. */
  private static void findPlans(
      ScaleRoutes routes, Graph graph, List<ScalePlan> plans, Map<String, String> obstacles) {
    Set<String> touched = new HashSet<>();
    for (Node node : graph.nodes()) {
      if (node.outputs().size() != 1) {
        continue;
      }
      Optional<ScalePlan> plan = routes.of(node);
      if (plan.isPresent() && !plan.get().obstacle().isEmpty()) {
        obstacles.put(node.output(), plan.get().obstacle());
      } else if (plan.isPresent() && !plan.get().touches(touched)) {
        plan.get().addTo(touched);
        plans.add(plan.get());
      }
    }
  }

  /** Puts plans that do not meet into effect. */
  private static final class Sweep {
    private final Facts facts;
    private final Graph graph;
    private final Map<String, double[]> unrounded = new HashMap<>();
    private final Map<String, String> described = new HashMap<>();
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Set<String> removed = new HashSet<>();
    private final Map<String, String> readAs = new HashMap<>();
    private final Map<Node, Map<String, String>> readBy = new HashMap<>();
    private final Map<String, String> madeAs = new HashMap<>();
    private final Map<String, List<Node>> behind = new HashMap<>();
    private final Map<Node, String> newConstants = new HashMap<>();
    private final Map<Node, Integer> newConstantInputs = new HashMap<>();
    private final FreeNames names;

    Sweep(Facts facts) {
      this.facts = facts;
      this.graph = facts.graph();
      this.names = FreeNames.ofValues(graph);
    }

    Facts apply(List<ScalePlan> plans) {
      plans.forEach(this::prepare);
      List<Node> nodes = new ArrayList<>();
      for (Node node : graph.nodes()) {
        if (node.outputs().isEmpty() || !removed.contains(node.output())) {
          nodes.add(changed(node));
        }
        node.outputs().forEach(output -> nodes.addAll(behind.getOrDefault(output, List.of())));
      }
      Graph.Builder builder = graph.toBuilder().replaceNodes(nodes);
      constants.forEach(builder::initializer);
      return facts.ofMoved(DeadCode.withoutUnread(builder), unrounded, described);
    }

    private Node changed(Node node) {
      List<String> inputs =
          IntStream.range(0, node.inputs().size()).mapToObj(i -> input(node, i)).toList();
      List<String> outputs =
          node.outputs().stream().map(output -> madeAs.getOrDefault(output, output)).toList();
      return inputs.equals(node.inputs()) && outputs.equals(node.outputs())
          ? node
          : new Node(node.name(), node.op(), inputs, outputs);
    }

    private String input(Node node, int index) {
      String input = node.inputs().get(index);
      if (newConstantInputs.getOrDefault(node, -1) == index) {
        return newConstants.getOrDefault(node, input);
      }
      return readBy
          .getOrDefault(node, Map.of())
          .getOrDefault(input, readAs.getOrDefault(input, input));
    }

    private void prepare(ScalePlan plan) {
      Node scale = plan.node();
      String before = plan.data();
      removed.add(scale.output());
      if (plan.isBackward()) {
        for (String value : plan.passed()) {
          String name = value.equals(before) ? scale.output() : names.freshPart(value + SCALED);
          readAs.put(value, name);
          madeAs.put(value, name);
        }
        plan.landings()
            .forEach(
                (value, part) -> {
                  String name = names.freshPart(value + SCALED);
                  readAs.put(value, name);
                  behind.put(
                      value,
                      plan.alone().contains(value)
                          ? List.of(norm(scale, value, name, part))
                          : nodes(scale, value, name, part));
                });
      } else {
        readAs.put(scale.output(), before);
        if (plan.landings().containsKey(scale.output())) {
          standBeforeEach(plan, scale.output(), before);
        }
        for (String value : plan.passed()) {
          String name = names.freshPart(value + "/unscaled");
          madeAs.put(value, name);
          if (plan.landings().containsKey(value) && graph.readers(value).size() > 1) {
            readAs.put(value, name);
            standBeforeEach(plan, value, name);
          } else if (plan.landings().containsKey(value)) {
            Scale part = Objects.requireNonNull(plan.landings().get(value));
            behind.put(value, nodes(scale, name, value, part));
          } else {
            readAs.put(value, name);
          }
        }
      }
      plan.constants()
          .forEach(
              (node, constant) -> {
                newConstants.put(
                    node,
                    constant(
                        typeOf(node), node.output() + SCALED, constant.numbers(), constant.dims()));
                newConstantInputs.put(node, constant.input());
              });
    }

    /** Gives each reader of a value a scale of its own, to take in. */
    private void standBeforeEach(ScalePlan plan, String value, String from) {
      Scale scale = Objects.requireNonNull(plan.landings().get(value));
      List<Node> nodes = new ArrayList<>();
      for (Node reader : graph.readers(value)) {
        String name = names.freshPart(value + SCALED);
        nodes.addAll(nodes(plan.node(), from, name, scale));
        readBy.computeIfAbsent(reader, k -> new HashMap<>()).put(value, name);
      }
      behind.merge(value, nodes, (a, b) -> Stream.concat(a.stream(), b.stream()).toList());
    }

    private List<Node> nodes(Node scale, String from, String to, Scale part) {
      boolean both = part.multiplies() && !part.hasNoShift();
      String product = both ? names.freshPart(to + "/product") : to;
      List<Node> nodes = ScaleNodes.of(part, from, product, to, constants(scale));
      nodes.forEach(node -> describe(node, scale));
      return nodes;
    }

    /** One node for both, along axis 1. */
    private Node norm(Node scale, String from, String to, Scale part) {
      Node norm = ScaleNodes.norm(part, part.dims()[1], to, from, to, constants(scale));
      describe(norm, scale);
      return norm;
    }

    private void describe(Node node, Node scale) {
      described.put(node.output(), facts.describe(scale));
    }

    private ScaleNodes.Constants constants(Node scale) {
      return (wanted, numbers, dims) -> constant(typeOf(scale), wanted, numbers, dims);
    }

    private ElementType typeOf(Node node) {
      return facts.type(node.output()).orElse(ElementType.FLOAT);
    }

    private String constant(ElementType type, String wanted, double[] numbers, int... dims) {
      String name = names.freshPart(wanted);
      unrounded.put(name, numbers);
      constants.put(name, Tensor.ofDoubles(type, numbers, Scale.longs(dims)));
      return name;
    }
  }
}
