package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Walks a graph forward and finds, for each value, its form and the cheaper way to compute it.
 * Nothing is multiplied here but biases: weights are looked at when a form is emitted.
 *
 * <p>The search is greedy. A node extends the forms of its operands, which are final by then;
 * {@link TermMerger} then brings the terms together, and the form is chosen if it costs less than
 * the node with what only it needs. No choice is taken back, except that {@link Folder} may block a
 * value and start again.
 *
 * <p>Each node is looked at once, in topological order, so the walk ends. Of a form with t terms
 * and c covered values, a node costs what {@link TermMerger#improve} does, and c times the readers
 * of a value to see what is shared. t and c are bounded by the nodes of one region, between two
 * nodes that are not linear.
 */
final class Analysis {
  /** Sums of more values that have nothing in common are not looked through. */
  private static final int MOST_TERMS = 32;

  private final Graph graph;
  private final Facts facts;
  private final LinearOps linearOps;
  private final Map<String, Form> forms = new HashMap<>();
  private final Map<String, Choice> choices = new HashMap<>();
  private final Refusals refusals = new Refusals();
  private final Explanations explanations;
  private final TermMerger merger;
  private final ConstantBorders borders;
  private final double growth;

  /**
   * @param blocked values that must be computed by the node that is there, with the reason
   */
  Analysis(Facts facts, double growth, Map<String, String> blocked) {
    this.graph = facts.graph();
    this.growth = growth;
    this.facts = facts;
    this.linearOps = new LinearOps(facts);
    this.explanations = new Explanations(facts, forms, refusals);
    this.merger = new TermMerger(facts, forms, choices, growth, explanations);
    this.borders = new ConstantBorders(facts, forms);
    for (Node node : graph.nodes()) {
      if (!node.outputs().isEmpty() && blocked.containsKey(node.output())) {
        refusals.add(node.output(), blocked.getOrDefault(node.output(), ""));
      } else {
        analyze(node);
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

  private void analyze(Node node) {
    Optional<Form> bordered = borders.form(node);
    if (bordered.isPresent()) {
      Cost copies = new Cost(0, 2.0 * bordered.get().terms().get(0).map().weights().out());
      keep(node, bordered.get(), merger.cost(bordered.get()).plus(copies));
      return;
    }
    explanations.opaqueNorm(node);
    Linearity local = linearOps.of(node);
    if (local instanceof Linearity.Refused refused) {
      refusals.add(node.output(), refused.because());
    } else if (local instanceof Linearity.Stacked stacked) {
      stacked(node, stacked);
    } else if (local instanceof Linearity.Linear linear) {
      linear(node, linear);
    }
  }

  private void linear(Node node, Linearity.Linear linear) {
    NodeSet own = NodeSet.of(facts, node);
    NodeSet covered = own;
    List<Term> terms = new ArrayList<>();
    for (Linearity.Operand operand : linear.operands()) {
      Form inner = forms.get(operand.value());
      if (linear.isSum()
          && inner != null
          && inner.axis() == linear.axis()
          && inner.terms().size() <= MOST_TERMS
          && inner.terms().stream().noneMatch(t -> t.map().isFull())
          && Region.keeps(graph, operand.value(), own)) {
        if (!inner.terms().stream().allMatch(term -> term.map().fits(operand.map()))) {
          return;
        }
        inner.terms().forEach(term -> terms.add(term.then(operand.map(), Carrier.NONE)));
        covered = covered.with(inner.covered());
      } else {
        terms.add(Term.of(operand.value(), operand.map(), linear.carrier()));
      }
    }
    if (linear.isSum() && !gridsAgree(linear, terms)) {
      explanations.unknownShapes(node, linear, terms);
      return;
    }
    Form form = merger.improve(new Form(terms, covered, linear.axis()), node.output());
    explanations.nonLinearSource(node, linear, form);
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
    Set<Node> candidates = new LinkedHashSet<>();
    form.covered().nodesIn(facts.sharedNodes()).forEach(candidates::add);
    for (Term term : form.terms()) {
      graph
          .producer(term.source())
          .filter(facts.sharedNodes()::contains)
          .ifPresent(candidates::add);
    }
    return candidates.stream()
        .filter(node -> Region.keeps(graph, node.output(), form.covered()))
        .toList();
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
    Term first = form.terms().get(0);
    // A value that is another one already stays that; everything else is known by its own name.
    boolean isOwn = first.contracts() || first.origin().isEmpty();
    Form named =
        form.terms().size() == 1 && isOwn
            ? new Form(
                List.of(form.terms().get(0).withOrigin(node.output())), form.covered(), form.axis())
            : form;
    forms.put(node.output(), named);
    boolean possible = form.terms().stream().allMatch(t -> t.canBeEmitted() || isSource(t));
    Cost folded = possible ? merger.cost(form) : Cost.IMPOSSIBLE;
    boolean better = possible && folded.improvesOn(now, growth) && !isThereAlready(node, form);
    choices.put(node.output(), new Choice(better ? folded : now, better));
  }

  /** Whether the nodes that the form would be written as are those that are there. */
  private boolean isThereAlready(Node node, Form form) {
    Term first = form.terms().get(0);
    if (crops(node, form)) {
      return true;
    }
    if (form.terms().size() == 1 && first.map().weights() instanceof MatrixWeights) {
      return form.covered().size() == (first.map().hasBias() ? 2 : 1);
    }
    List<String> parts =
        form.terms().stream()
            .map(term -> term.map().isIdentity() ? term.source() : term.origin().orElse(""))
            .toList();
    return node.inputs().size() > 1 && parts.equals(node.inputs());
  }

  /** A Conv takes no negative pads: behind a Slice that crops, it would be written behind one. */
  private boolean crops(Node node, Form form) {
    return form.covered().size() == 2
        && node.op() instanceof Op.Conv conv
        && graph.producer(node.input(0)).filter(n -> n.op() instanceof Op.Slice).isPresent()
        && IntStream.range(0, form.terms().get(0).map().rank())
            .allMatch(
                axis -> form.terms().get(0).map().stride()[axis] == conv.window().stride(axis));
  }

  private static boolean isSource(Term term) {
    return term.map().isIdentity();
  }

  /** The node itself, and what only it needs. */
  private Cost costOfNodes(Node node, Linearity.Linear linear) {
    Cost cost = Cost.NONE;
    NodeSet own = NodeSet.of(facts, node);
    Set<String> counted = new HashSet<>();
    for (Linearity.Operand operand : linear.operands()) {
      Choice choice = choices.get(operand.value());
      if (choice != null
          && counted.add(operand.value())
          && Region.keeps(graph, operand.value(), own)) {
        cost = cost.plus(choice.cost().times(Cost.positionsRead(operand.map())));
      }
    }
    if (linear.isSum()) {
      int channels = linear.operands().get(0).map().weights().out();
      return cost.plus(Cost.ofSum(linear.operands().size(), channels));
    }
    return cost.plus(Cost.of(linear.operands().get(0).map()));
  }

  private void stacked(Node node, Linearity.Stacked stacked) {
    List<Term> terms = new ArrayList<>();
    NodeSet own = NodeSet.of(facts, node);
    NodeSet covered = own;
    Cost now = Cost.NONE;
    Set<String> counted = new HashSet<>();
    int channels = 0;
    for (String value : stacked.values()) {
      Form form = forms.get(value);
      if (form == null && stacked.values().stream().anyMatch(this::isConvolution)) {
        explanations.stackOfOthers(node, value);
      }
      if (form == null
          || form.terms().size() != 1
          || !form.terms().get(0).contracts()
          || form.axis() != stacked.axis()
          || !Region.keeps(graph, value, own)) {
        return;
      }
      terms.add(form.terms().get(0));
      covered = covered.with(form.covered());
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
      explanations.stackOnGrids(node, first.source());
      return;
    }
    Affine stack = Affine.stack(terms.stream().map(Term::map).toList());
    Carrier carrier = terms.stream().map(Term::carrier).reduce(Carrier.NONE, Carrier::with);
    Term one = new Term(first.source(), stack, Optional.empty(), carrier);
    Form form = new Form(List.of(one), covered, stacked.axis());
    keep(node, form, now.plus(new Cost(0, 2.0 * channels)));
    Choice choice = choices.get(node.output());
    if (choice == null || !choice.folded()) {
      forms.remove(node.output());
      choices.remove(node.output());
      explanations.stackCostsMore(node, Cost.of(stack), now);
    }
  }

  private boolean isConvolution(String value) {
    Form form = forms.get(value);
    return form != null && form.terms().stream().anyMatch(Term::contracts);
  }

  /** Whether the operands of a sum surely have one shape, so that it does not broadcast. */
  private boolean gridsAgree(Linearity.Linear linear, List<Term> terms) {
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
}
