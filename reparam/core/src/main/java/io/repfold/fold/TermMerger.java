package io.repfold.fold;

import io.repfold.graph.Op;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
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
   * <p>Merging t terms weighs each pair, t pairs more after each merger, and compares t^2 savings
   * before each: t^3 comparisons for the handful of terms of a region. Each step inlines the source
   * that leaves the fewest multiply-adds, after a look at each source.
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
  private Cost cost(Form form, Set<String> covered) {
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

  private boolean isInner(String source, Set<String> covered) {
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
      if (isCandidate(form, source, node, after.improvesOn(alone, growth))) {
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
    Set<String> covered = new HashSet<>(form.covered());
    covered.addAll(inner.covered());
    return new Form(merged(padded.rebased(terms)), covered, form.axis());
  }

  /** Merges pairs, the one that saves most first, until none saves. */
  private List<Term> merged(List<Term> unaligned) {
    List<Term> terms = GridAlignment.of(unaligned, facts);
    List<Term> merged = new ArrayList<>(terms);
    double[][] savings = new double[terms.size()][terms.size()];
    for (int i = 0; i < savings.length; i++) {
      for (int j = 0; j < savings.length; j++) {
        savings[i][j] = i < j ? saving(terms.get(i), terms.get(j)) : -1;
      }
    }
    Set<Integer> gone = new HashSet<>();
    for (int[] best = largest(savings); best.length == 2; best = largest(savings)) {
      int kept = best[0];
      merged.set(kept, merged.get(kept).plus(merged.get(best[1])));
      gone.add(best[1]);
      for (int other = 0; other < savings.length; other++) {
        savings[Math.min(best[1], other)][Math.max(best[1], other)] = -1;
        if (other != kept && !gone.contains(other)) {
          int first = Math.min(kept, other);
          int second = Math.max(kept, other);
          savings[first][second] = saving(merged.get(first), merged.get(second));
        }
      }
    }
    return IntStream.range(0, merged.size())
        .filter(i -> !gone.contains(i))
        .mapToObj(merged::get)
        .toList();
  }

  /** The place of the first largest number that is not negative; empty if there is none. */
  private static int[] largest(double[]... numbers) {
    int[] place = {};
    double largest = -1;
    for (int i = 0; i < numbers.length; i++) {
      for (int j = 0; j < numbers[i].length; j++) {
        if (numbers[i][j] > largest) {
          largest = numbers[i][j];
          place = new int[] {i, j};
        }
      }
    }
    return place;
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
