package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
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

  /** Of more terms, no reader wants to know of each pair why it is none. */
  private static final int MOST_COMPARED = 64;

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
            .map(p -> "its input '%s' comes from %s, %s".formatted(value, p.describe(), what(p)))
            .orElse("its input '%s' is no convolution".formatted(value)));
  }

  /** Why a convolution does not go on behind a node. */
  private String what(Node node) {
    if (facts.isFusedAtRunTime(node)) {
      return "which runtimes compute with others as one op";
    }
    return switch (OpKind.of(node.op())) {
      case CONTRACTS -> "which is left for a reason of its own";
      case NORMALIZES ->
          node.op() instanceof Op.BatchNormalization
              ? "which is left for a reason of its own"
              : "which is not linear";
      case RESIZES -> "which interpolates";
      case POOLS ->
          node.op() instanceof Op.MaxPool
              ? "which is not linear"
              : "which is left for a reason of its own";
      case RESHAPES, MOVES, REARRANGES, JOINS, PICKS, PASSES, DROPS ->
          "which moves elements that come from elsewhere";
      case OPAQUE -> "which is not modeled";
      default -> "which is not linear";
    };
  }

  void stackOnGrids(Node node, String source) {
    refusals.add(
        node.output(), "its inputs are convolutions of '%s' on different grids".formatted(source));
  }

  void stackCostsMore(Node node, Cost stack, Cost now) {
    if (stack.multiplyAdds() <= now.multiplyAdds()) {
      return;
    }
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
    if (after.equals(before)) {
      return;
    }
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

  /** A BatchNormalization of a form that is not modeled. */
  void opaqueNorm(Node node) {
    if (node.op() instanceof Op.Opaque && node.op().type().equals("BatchNormalization")) {
      refusals.add(
          node.output(),
          "it is of a form that is not modeled: before opset 9, with a mean and variance for each"
              + " position (spatial=0), or in training mode");
    }
  }

  void nonLinearSource(Node node, Linearity.Linear linear, Form form) {
    if (node.op() instanceof Op.BatchNormalization
        && form.terms().stream().noneMatch(Term::contracts)) {
      String input = linear.operands().get(0).value();
      Optional<String> obstacle = facts.obstacle(node);
      if (obstacle.isPresent()) {
        refusals.add(
            node.output(), "no convolution before it can take it in: %s".formatted(obstacle.get()));
      } else if (!forms.containsKey(input)) {
        refusals.add(
            node.output(),
            graph
                .producer(input)
                .map(p -> "its input comes from %s, %s".formatted(p.describe(), what(p)))
                .orElse("its input '%s' is an input of the graph".formatted(input)));
      }
    }
    if (!linear.isSum() || form.terms().size() > MOST_COMPARED) {
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

  private String notLinear(Node node) {
    return node.op() instanceof Op.Pad pad
        ? "a branch pads by %s and another does not, so their borders differ"
            .formatted(pad.mode().name().toLowerCase(Locale.ROOT))
        : "a branch holds %s, %s".formatted(node.describe(), what(node));
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
    if (form.terms().size() > MOST_COMPARED) {
      return;
    }
    for (int i = 0; i < form.terms().size(); i++) {
      for (int j = i + 1; j < form.terms().size(); j++) {
        Term a = form.terms().get(i);
        Term b = form.terms().get(j);
        if (!a.source().equals(b.source()) || !a.contracts() && !b.contracts()) {
          continue;
        }
        boolean sameGrid = a.map().sameGridAs(b.map());
        if (!sameGrid || Cost.of(a.map().plus(b.map())).multiplyAdds() > apart(a, b)) {
          refusals.add(node, sameGrid ? tooWide(a, b) : gridsDiffer(a, b));
        }
      }
    }
  }

  /** Multiply-adds of two terms and of their sum. */
  private static double apart(Term a, Term b) {
    return Cost.of(a.map()).multiplyAdds()
        + Cost.of(b.map()).multiplyAdds()
        + Cost.ofSum(2, a.map().weights().out()).multiplyAdds();
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
            apart(a, b));
  }
}
