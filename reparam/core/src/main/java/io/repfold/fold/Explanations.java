package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Says why nodes are left as they are, in the words of the report. Decides nothing. */
final class Explanations {
  /** How far to look for the op that is not linear: a branch of a block is shorter. */
  private static final int LONGEST_BRANCH = 12;

  private final Graph graph;
  private final Facts facts;
  private final Map<String, Form> forms;
  private final Refusals refusals;

  /**
   * @param forms of the values before the node that is looked at
   * @param refusals what takes the reasons
   */
  Explanations(Facts facts, Map<String, Form> forms, Refusals refusals) {
    this.graph = facts.graph();
    this.facts = facts;
    this.forms = forms;
    this.refusals = refusals;
  }

  /** A Concat of convolutions and of something else. */
  void stackOfOthers(Node node, String value) {
    refusals.add(
        node.output(),
        graph
            .producer(value)
            .map(
                p ->
                    "its input '%s' comes from %s, which is not linear"
                        .formatted(value, p.describe()))
            .orElse("its input '%s' is no convolution".formatted(value)));
  }

  void stackOnGrids(Node node, String source) {
    refusals.add(
        node.output(), "its inputs are convolutions of '%s' on different grids".formatted(source));
  }

  void stackCostsMore(Node node, Cost stack, Cost now) {
    refusals.add(
        node.output(),
        "one convolution for all its inputs would take %.0f multiply-adds a position instead of %.0f"
            .formatted(stack.multiplyAdds(), now.multiplyAdds()));
  }

  /** A source cannot be folded in exactly. */
  void obstacle(String node, String source, String obstacle) {
    refusals.add(node, source, "behind '%s' %s".formatted(source, obstacle));
  }

  void costsMore(String node, String source, Cost before, Cost after) {
    refusals.add(
        node,
        source,
        "folding '%s' in would take %.0f multiply-adds and %.0f elements of traffic a position instead of %.0f and %.0f"
            .formatted(
                source,
                after.multiplyAdds(),
                after.traffic(),
                before.multiplyAdds(),
                before.traffic()));
  }

  /** The source is read outside the form too. */
  void readElsewhere(String node, String source, NodeSet covered) {
    if (graph.isOutput(source)) {
      refusals.add(node, source, "'%s' is also a graph output".formatted(source));
      return;
    }
    String other =
        graph.readers(source).stream()
            .filter(r -> !covered.contains(r))
            .map(Node::describe)
            .findFirst()
            .orElse("another node");
    refusals.add(
        node,
        source,
        "'%s' is also read by %s, and computing it twice does not pay".formatted(source, other));
  }

  void unknownShapes(Node node, Linearity.Linear linear, List<Term> terms) {
    if (terms.stream().noneMatch(Term::contracts)) {
      return;
    }
    Term first = terms.get(0);
    boolean oneSource = terms.stream().allMatch(t -> t.source().equals(first.source()));
    if (oneSource) {
      refusals.add(
          node.output(),
          "its branches of '%s' have different strides or output grids".formatted(first.source()));
      return;
    }
    List<String> shapes =
        linear.operands().stream()
            .map(
                o ->
                    "'%s' %s"
                        .formatted(
                            o.value(), facts.shape(o.value()).map(Shape::toString).orElse("[?]")))
            .toList();
    refusals.add(
        node.output(),
        "the shapes of its inputs are not known to be equal: %s; give --shape"
            .formatted(String.join(", ", shapes)));
  }

  void nonLinearSource(Node node, Linearity.Linear linear, Form form) {
    if (node.op() instanceof Op.BatchNormalization
        && form.terms().stream().noneMatch(Term::contracts)) {
      String input = linear.operands().get(0).value();
      if (!forms.containsKey(input)) {
        refusals.add(
            node.output(),
            graph
                .producer(input)
                .map(p -> "its input comes from %s, which is not linear".formatted(p.describe()))
                .orElse("its input '%s' is an input of the graph".formatted(input)));
      }
    }
    if (!linear.isSum()) {
      return;
    }
    for (Term branch : form.terms()) {
      for (Term other : form.terms()) {
        if (branch.contracts()) {
          activationBetween(other.source(), branch.source())
              .ifPresent(activation -> refusals.add(node.output(), notLinear(activation)));
        }
      }
    }
  }

  private static String notLinear(Node node) {
    return node.op() instanceof Op.Pad pad
        ? "a branch pads by %s and another does not, so their borders differ"
            .formatted(pad.mode().name().toLowerCase(Locale.ROOT))
        : "a branch holds %s, which is not linear".formatted(node.describe());
  }

  /**
   * The first op that is not linear on the way back from {@code value} to {@code source}, if that
   * way is short.
   */
  private Optional<Node> activationBetween(String value, String source) {
    String at = value;
    Optional<Node> activation = Optional.empty();
    for (int steps = 0; steps < LONGEST_BRANCH && !at.equals(source); steps++) {
      Optional<Node> node = graph.producer(at);
      if (node.isEmpty() || node.get().inputs().isEmpty()) {
        return Optional.empty();
      }
      if (activation.isEmpty() && !forms.containsKey(at)) {
        activation = node;
      }
      at = node.get().input(0);
    }
    return at.equals(source) ? activation : Optional.empty();
  }

  void unmerged(Form form, String node) {
    for (int i = 0; i < form.terms().size(); i++) {
      for (int j = i + 1; j < form.terms().size(); j++) {
        Term a = form.terms().get(i);
        Term b = form.terms().get(j);
        if (!a.source().equals(b.source()) || !a.contracts() && !b.contracts()) {
          continue;
        }
        refusals.add(node, a.map().sameGridAs(b.map()) ? tooWide(a, b) : gridsDiffer(a, b));
      }
    }
  }

  private static String gridsDiffer(Term a, Term b) {
    if (a.map().openPadding().isPresent() || b.map().openPadding().isPresent()) {
      return "two branches of '%s' have an auto_pad that depends on the image size; give --shape"
          .formatted(a.source());
    }
    return "two branches of '%s' have different strides or output grids: strides %s and %s, tails %s and %s"
        .formatted(
            a.source(),
            Arrays.toString(a.map().stride()),
            Arrays.toString(b.map().stride()),
            Arrays.toString(a.map().tail()),
            Arrays.toString(b.map().tail()));
  }

  private static String tooWide(Term a, Term b) {
    Affine both = a.map().plus(b.map());
    return "two branches of '%s', a %s and a %s, would need a %s: %.0f multiply-adds a position instead of %.0f"
        .formatted(
            a.source(),
            Kernels.describe(a.map()),
            Kernels.describe(b.map()),
            Kernels.describe(both),
            Cost.of(both).multiplyAdds(),
            Cost.of(a.map()).multiplyAdds()
                + Cost.of(b.map()).multiplyAdds()
                + Cost.ofSum(2, both.weights().out()).multiplyAdds());
  }
}
