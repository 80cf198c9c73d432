package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Walks a graph forward and finds, for each value, its form and the cheaper way to compute it.
 * Nothing is multiplied here but biases: weights are looked at when a form is emitted.
 */
final class Analysis {
  private final Graph graph;
  private final Facts facts;
  private final LinearOps linearOps;
  private final Map<String, Form> forms = new HashMap<>();
  private final Map<String, Choice> choices = new HashMap<>();
  private final Refusals refusals = new Refusals();
  private final Summands summands;
  private final ConstantBorders borders;
  private final double growth;

  /**
   * @param blocked values that must be computed by the node that is there, with the reason
   */
  Analysis(Graph graph, double growth, Map<String, String> blocked) {
    this.graph = graph;
    this.growth = growth;
    this.facts = new Facts(graph);
    this.linearOps = new LinearOps(facts);
    this.summands = new Summands(facts, forms, choices, growth);
    this.borders = new ConstantBorders(facts, forms);
    for (Node node : graph.nodes()) {
      if (!node.outputs().isEmpty() && blocked.containsKey(node.output())) {
        refusals.add(node.output(), blocked.getOrDefault(node.output(), ""));
      } else {
        analyse(node);
      }
    }
  }

  Graph graph() {
    return graph;
  }

  Facts facts() {
    return facts;
  }

  Refusals refusals() {
    return refusals;
  }

  /** What a value is as far as the algebra knows, whatever it costs; nothing if it is opaque. */
  Optional<Form> form(String value) {
    return Optional.ofNullable(forms.get(value));
  }

  /**
   * The form by which a value is to be computed, or nothing if the node that is there is to stay.
   */
  Optional<Form> foldedForm(String value) {
    Choice choice = choices.get(value);
    return choice != null && choice.folded()
        ? Optional.ofNullable(forms.get(value))
        : Optional.empty();
  }

  private void analyse(Node node) {
    Optional<Form> bordered = borders.form(node);
    if (bordered.isPresent()) {
      Cost copies = new Cost(0, 2.0 * bordered.get().terms().get(0).map().weights().out());
      keep(node, bordered.get(), summands.cost(bordered.get()).plus(copies));
      return;
    }
    Local local = linearOps.of(node);
    if (local instanceof Local.Refused refused) {
      refusals.add(node.output(), refused.because());
    } else if (local instanceof Local.Stacked stacked) {
      stacked(node, stacked);
    } else if (local instanceof Local.Linear linear) {
      linear(node, linear);
    }
  }

  private void linear(Node node, Local.Linear linear) {
    Set<String> covered = new HashSet<>(Set.of(node.output()));
    List<Term> terms = new ArrayList<>();
    for (Local.Operand operand : linear.operands()) {
      Form inner = forms.get(operand.value());
      if (linear.isSum()
          && inner != null
          && inner.terms().stream().noneMatch(t -> t.map().isFull())
          && Region.keeps(graph, operand.value(), Set.of(node.output()))) {
        if (!inner.terms().stream().allMatch(term -> term.map().fits(operand.map()))) {
          return;
        }
        inner.terms().forEach(term -> terms.add(term.then(operand.map(), false)));
        covered.addAll(inner.covered());
      } else {
        terms.add(Term.of(operand.value(), operand.map(), linear.windowed()));
      }
    }
    if (linear.isSum() && !gridsAgree(linear, terms)) {
      explainUnknownShapes(node, linear, terms);
      return;
    }
    Form form = summands.improve(new Form(terms, covered), node.output(), refusals);
    explainNonLinearSource(node, linear, form);
    keep(node, form, costOfNodes(node, linear).plus(costOfShared(node, form)));
  }

  /**
   * What is read by several nodes, all of which the form covers, though no operand alone does: the
   * form may do without it, and then nobody needs it.
   */
  private Cost costOfShared(Node node, Form form) {
    Cost cost = Cost.NONE;
    for (Node candidate : shared(form)) {
      String value = candidate.output();
      boolean countedBefore =
          node.inputs().stream()
              .map(forms::get)
              .anyMatch(f -> f != null && Region.keeps(graph, value, f.covered()));
      Choice choice = choices.get(value);
      if (choice != null && !countedBefore) {
        cost = cost.plus(choice.cost().times(positions(form, value)));
      }
    }
    return cost;
  }

  private List<Node> shared(Form form) {
    Set<String> values = new HashSet<>(form.covered());
    form.terms().forEach(term -> values.add(term.source()));
    List<Node> shared = new ArrayList<>();
    for (String value : values) {
      if (graph.readers(value).stream().distinct().count() > 1
          && Region.keeps(graph, value, form.covered())) {
        graph.producer(value).ifPresent(shared::add);
      }
    }
    return shared;
  }

  /** How many positions of {@code value} one position of the form's value needs. */
  private double positions(Form form, String value) {
    for (Term term : form.terms()) {
      if (term.source().equals(value)) {
        return Cost.positionsRead(term.map());
      }
      for (Term inner : java.util.Objects.requireNonNull(forms.get(value)).terms()) {
        if (inner.source().equals(term.source())) {
          return Cost.positionsRead(term.map()) / Cost.positionsRead(inner.map());
        }
      }
    }
    return 1;
  }

  private void keep(Node node, Form form, Cost now) {
    Form named =
        form.terms().size() == 1
            ? new Form(List.of(form.terms().get(0).withOrigin(node.output())), form.covered())
            : form;
    forms.put(node.output(), named);
    boolean possible = form.terms().stream().allMatch(t -> t.canBeEmitted() || isSource(t));
    Cost folded = possible ? summands.cost(form) : Cost.IMPOSSIBLE;
    boolean better = possible && folded.improvesOn(now, growth);
    choices.put(node.output(), new Choice(better ? folded : now, better));
  }

  private static boolean isSource(Term term) {
    return term.map().isIdentity();
  }

  /** The node itself, and what only it needs. */
  private Cost costOfNodes(Node node, Local.Linear linear) {
    Cost cost = Cost.NONE;
    Set<String> counted = new HashSet<>();
    for (Local.Operand operand : linear.operands()) {
      Choice choice = choices.get(operand.value());
      if (choice != null
          && counted.add(operand.value())
          && Region.keeps(graph, operand.value(), Set.of(node.output()))) {
        cost = cost.plus(choice.cost().times(Cost.positionsRead(operand.map())));
      }
    }
    if (linear.isSum()) {
      int channels = linear.operands().get(0).map().weights().out();
      return cost.plus(Cost.ofSum(linear.operands().size(), channels));
    }
    return cost.plus(Cost.of(linear.operands().get(0).map()));
  }

  private void stacked(Node node, Local.Stacked stacked) {
    List<Term> terms = new ArrayList<>();
    Set<String> covered = new HashSet<>(Set.of(node.output()));
    Cost now = Cost.NONE;
    Set<String> counted = new HashSet<>();
    int channels = 0;
    for (String value : stacked.values()) {
      Form form = forms.get(value);
      if (form == null && stacked.values().stream().anyMatch(this::isConvolution)) {
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
      if (form == null
          || form.terms().size() != 1
          || !form.terms().get(0).windowed()
          || !Region.keeps(graph, value, Set.of(node.output()))) {
        return;
      }
      terms.add(form.terms().get(0));
      covered.addAll(form.covered());
      if (counted.add(value)) {
        now = now.plus(java.util.Objects.requireNonNull(choices.get(value)).cost());
      }
      channels += form.terms().get(0).map().weights().out();
    }
    Term first = terms.get(0);
    if (!terms.stream().allMatch(t -> t.source().equals(first.source()))) {
      return;
    }
    if (!terms.stream().allMatch(t -> t.map().sameGridAs(first.map()))) {
      refusals.add(
          node.output(),
          "its inputs are convolutions of '%s' on different grids".formatted(first.source()));
      return;
    }
    Affine stack = Affine.stack(terms.stream().map(Term::map).toList());
    Form form = new Form(List.of(new Term(first.source(), stack, Optional.empty(), true)), covered);
    keep(node, form, now.plus(new Cost(0, 2.0 * channels)));
    Choice choice = choices.get(node.output());
    if (choice == null || !choice.folded()) {
      forms.remove(node.output());
      choices.remove(node.output());
      refusals.add(
          node.output(),
          "one convolution for all its inputs would take %.0f multiply-adds a position instead of %.0f"
              .formatted(Cost.of(stack).multiplyAdds(), now.multiplyAdds()));
    }
  }

  private boolean isConvolution(String value) {
    Form form = forms.get(value);
    return form != null && form.terms().stream().anyMatch(Term::windowed);
  }

  /** Whether the operands of a sum surely have one shape, so that it does not broadcast. */
  private boolean gridsAgree(Local.Linear linear, List<Term> terms) {
    Term first = terms.get(0);
    boolean oneSource =
        terms.stream()
            .allMatch(t -> t.source().equals(first.source()) && t.map().sameGridAs(first.map()));
    if (oneSource) {
      return true;
    }
    Optional<Shape> shape = facts.shape(linear.operands().get(0).value());
    return linear.operands().stream()
        .allMatch(
            o ->
                shape.isPresent()
                    && facts.shape(o.value()).filter(shape.get()::surelyEquals).isPresent());
  }

  private void explainUnknownShapes(Node node, Local.Linear linear, List<Term> terms) {
    if (terms.stream().noneMatch(Term::windowed)) {
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

  private void explainNonLinearSource(Node node, Local.Linear linear, Form form) {
    if (node.op() instanceof Op.BatchNormalization
        && form.terms().stream().noneMatch(Term::windowed)) {
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
        if (branch.windowed()) {
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
    for (int steps = 0; steps < 12 && !at.equals(source); steps++) {
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
}
