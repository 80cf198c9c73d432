package io.repfold.fold;

import io.repfold.graph.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings the terms of a form together: merges terms that read one source, and replaces a source
 * that nothing else reads by its own form, as long as that is exact and pays.
 *
 * <p>The search is a descent: the best single step is taken until none pays. A source that is
 * replaced lies before the node in the graph, and so do the sources of its form; so each step moves
 * the sources back, and there are at most as many steps as nodes before. Two steps that pay
 * together only are not found.
 */
final class TermMerger {
  /** Of more terms of different shapes, nobody made a sum; their pairs would fill the memory. */
  private static final int MOST_PAIRED = 1 << 12;

  private final Facts facts;
  private final Map<String, Form> forms;
  private final Map<String, Choice> choices;
  private final double growth;
  private final PaddedSources padded;
  private final Explanations explanations;

  TermMerger(
      Facts facts,
      Map<String, Form> forms,
      Map<String, Choice> choices,
      double growth,
      Explanations explanations) {
    this.facts = facts;
    this.forms = forms;
    this.choices = choices;
    this.growth = growth;
    this.padded = new PaddedSources(facts);
    this.explanations = explanations;
  }

  /**
   * The improved form; obstacles met on the way are explained under the name {@code node}.
   *
   * <p>Terms of one shape are merged at once; of t that are left, each pair is weighed, and 2 t
   * pairs more after each merger. Each step inlines the source that leaves the fewest
   * multiply-adds, after a look at each source.
   */
  Form improve(Form form, String node) {
    Form best = new Form(merged(padded.rebased(form.terms())), form.covered(), form.axis());
    for (Form next = best; next != null; next = improvement(best, node)) {
      best = next;
    }
    explanations.unmerged(best, node);
    return best;
  }

  Cost cost(Form form) {
    return cost(form, form.covered());
  }

  /** The cost of a form, with that of the sources that nothing but {@code covered} reads. */
  private Cost cost(Form form, NodeSet covered) {
    Cost cost = Cost.ofSum(form.terms().size(), form.terms().get(0).map().weights().out());
    Set<String> counted = new HashSet<>();
    for (Term term : form.terms()) {
      cost = cost.plus(costOf(term));
      if (counted.add(term.source()) && isInner(term.source(), covered)) {
        cost = cost.plus(costOf(term.source(), term));
      }
    }
    return cost;
  }

  /** As it would stand in the folded graph, where even what only moves elements may be a Conv. */
  private static Cost costOf(Term term) {
    boolean convolution = term.contracts() && term.origin().isEmpty();
    return convolution ? Cost.ofConvolution(term.map()) : Cost.of(term.map());
  }

  private boolean isInner(String source, NodeSet covered) {
    return forms.containsKey(source) && Region.keeps(facts.graph(), source, covered);
  }

  private @Nullable Form improvement(Form form, String node) {
    Form best = null;
    Cost bestCost = Cost.IMPOSSIBLE;
    Set<String> sources = new HashSet<>();
    for (Term term : form.terms()) {
      String source = term.source();
      Form inner = forms.get(source);
      if (inner == null || !sources.add(source) || !fits(form, source, inner)) {
        continue;
      }
      Form candidate = inlined(form, source, inner);
      Cost before = cost(form, candidate.covered());
      Cost after = cost(candidate);
      boolean kept = Region.keeps(facts.graph(), source, form.covered());
      Optional<String> obstacle = obstacle(form, source, inner);
      if (kept && obstacle.isEmpty() && after.improvesOn(before, growth)) {
        if (best == null || after.multiplyAdds() < bestCost.multiplyAdds()) {
          best = candidate;
          bestCost = after;
        }
        continue;
      }
      Cost alone = kept ? before : before.plus(costOf(source, term));
      boolean pays = after.improvesOn(alone, growth);
      if (isCandidate(form, source, node, pays) || obstacle.isPresent() && pays && kept) {
        if (obstacle.isPresent()) {
          explanations.obstacle(node, source, obstacle.get());
        } else if (kept) {
          explanations.costsMore(node, source, before, after);
        } else {
          explanations.readElsewhere(node, source, form.covered());
        }
      }
    }
    return best;
  }

  private Cost costOf(String source, Term term) {
    return java.util.Objects.requireNonNull(choices.get(source))
        .cost()
        .times(Cost.positionsRead(term.map()));
  }

  /**
   * Whether a user might expect the source to be folded in: it would pay but for one obstacle, or a
   * convolution follows a convolution with nothing between them. A mere scale that others read is
   * no such case, a BatchNormalization is.
   */
  private boolean isCandidate(Form form, String source, String node, boolean pays) {
    boolean windowed = isWindowed(form);
    boolean inner = isWindowed(java.util.Objects.requireNonNull(forms.get(source)));
    boolean sum = form.terms().size() > 1;
    return pays
        ? (sum || windowed || isNorm(node)) && (inner || isNorm(source))
        : inner && windowed && !sum;
  }

  private static boolean isWindowed(Form form) {
    return form.terms().stream().anyMatch(Term::contracts);
  }

  private boolean isNorm(String value) {
    return facts
        .graph()
        .producer(value)
        .filter(n -> n.op() instanceof Op.BatchNormalization)
        .isPresent();
  }

  private static Optional<String> obstacle(Form form, String source, Form inner) {
    return form.terms().stream()
        .filter(term -> term.source().equals(source))
        .flatMap(term -> inner.terms().stream().map(first -> first.map().obstacleTo(term.map())))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static boolean fits(Form form, String source, Form inner) {
    return inner.axis() == form.axis()
        && form.terms().stream()
            .filter(term -> term.source().equals(source))
            .allMatch(term -> inner.terms().stream().allMatch(i -> i.map().fits(term.map())));
  }

  /** The form with a source replaced by that source's form. */
  private Form inlined(Form form, String source, Form inner) {
    List<Term> terms = new ArrayList<>();
    for (Term term : form.terms()) {
      if (!term.source().equals(source)) {
        terms.add(term);
        continue;
      }
      for (int i = 0; i < inner.terms().size(); i++) {
        Affine next = i == 0 ? term.map() : term.map().withoutBias();
        terms.add(inner.terms().get(i).then(next, term.carrier()));
      }
    }
    NodeSet covered = form.covered().with(inner.covered());
    return new Form(merged(padded.rebased(terms)), covered, form.axis());
  }

  /** Merges what has one shape, then pairs, the one that saves most first, until none saves. */
  private List<Term> merged(List<Term> unaligned) {
    List<Term> terms = sameShapesMerged(GridAlignment.of(unaligned, facts));
    return terms.size() < 2 || terms.size() > MOST_PAIRED
        ? terms
        : new PairMerger(terms, this::saving).run();
  }

  /** Equal kernels on equal grids: adding one costs nothing, so that the order does not matter. */
  private List<Term> sameShapesMerged(List<Term> terms) {
    Map<Object, Term> byShape = new LinkedHashMap<>();
    for (int i = 0; i < terms.size(); i++) {
      Term term = terms.get(i);
      Affine map = term.map();
      Object shape =
          map.weights() instanceof DiagonalWeights
              ? i
              : List.of(
                  term.source(),
                  map.taps().offsets(),
                  map.weights().groups(),
                  Arrays.toString(map.stride()),
                  Arrays.toString(map.tail()));
      Term other = byShape.get(shape);
      boolean merges = other != null && saving(other, term) >= 0;
      byShape.put(
          other == null || merges ? shape : i,
          merges ? java.util.Objects.requireNonNull(other).plus(term) : term);
    }
    return List.copyOf(byShape.values());
  }

  /** Multiply-adds saved by merging, or -1 if the two cannot or should not be merged. */
  private double saving(Term a, Term b) {
    boolean full = a.map().isFull() || b.map().isFull();
    if (full || !a.source().equals(b.source()) || !a.map().sameGridAs(b.map())) {
      return -1;
    }
    Cost before =
        Cost.of(a.map()).plus(Cost.of(b.map())).plus(Cost.ofSum(2, a.map().weights().out()));
    Cost after = Cost.of(a.map().plus(b.map()));
    return after.improvesOn(before, growth)
        ? Math.max(0, before.multiplyAdds() - after.multiplyAdds())
        : -1;
  }
}
