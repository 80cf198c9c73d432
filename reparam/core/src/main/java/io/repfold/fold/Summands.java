package io.repfold.fold;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings the terms of a form together: merges terms that read one source, and replaces a source
 * that nothing else reads by its own form, as long as that is exact and pays.
 */
final class Summands {
  private final Facts facts;
  private final Map<String, Form> forms;
  private final Map<String, Choice> choices;
  private final double growth;
  private final PaddedSources padded;

  Summands(Facts facts, Map<String, Form> forms, Map<String, Choice> choices, double growth) {
    this.facts = facts;
    this.forms = forms;
    this.choices = choices;
    this.growth = growth;
    this.padded = new PaddedSources(facts);
  }

  /**
   * The improved form; obstacles met on the way are told to {@code refusals} under the name {@code
   * node}.
   */
  Form improve(Form form, String node, Refusals refusals) {
    Form best = new Form(merged(padded.rebased(form.terms())), form.covered());
    for (Form next = best; next != null; next = improvement(best, node, refusals)) {
      best = next;
    }
    explainUnmerged(best, node, refusals);
    return best;
  }

  Cost cost(Form form) {
    Cost cost = Cost.ofSum(form.terms().size(), form.terms().get(0).map().weights().out());
    Set<String> counted = new HashSet<>();
    for (Term term : form.terms()) {
      cost = cost.plus(Cost.of(term.map()));
      if (counted.add(term.source()) && isInner(term.source(), form.covered())) {
        Choice source = java.util.Objects.requireNonNull(choices.get(term.source()));
        cost = cost.plus(source.cost().times(Cost.positionsRead(term.map())));
      }
    }
    return cost;
  }

  private boolean isInner(String source, Set<String> covered) {
    return forms.containsKey(source) && Region.keeps(facts.graph(), source, covered);
  }

  private @Nullable Form improvement(Form form, String node, Refusals refusals) {
    Cost before = cost(form);
    Form best = null;
    Cost bestCost = before;
    Set<String> sources = new HashSet<>();
    for (Term term : form.terms()) {
      if (!sources.add(term.source())) {
        continue;
      }
      Form candidate = inlined(form, term.source(), node, refusals);
      if (candidate == null) {
        continue;
      }
      Cost cost = cost(candidate);
      if (cost.improvesOn(before, growth)
          && (best == null || cost.multiplyAdds() < bestCost.multiplyAdds())) {
        best = candidate;
        bestCost = cost;
      } else if (best == null && worthTelling(form, term.source())) {
        refusals.add(node, term.source(), costsMore(term.source(), before, cost));
      }
    }
    return best;
  }

  /**
   * A chain of two windowed maps costs more as one as a rule; that is no news unless one of them is
   * a sum's branch.
   */
  private boolean worthTelling(Form form, String source) {
    Form inner = forms.get(source);
    return form.terms().size() > 1
        && inner != null
        && inner.terms().stream().anyMatch(Term::windowed);
  }

  private static String costsMore(String source, Cost before, Cost after) {
    return "folding '%s' in would take %.0f multiply-adds and %.0f elements of traffic a position instead of %.0f and %.0f"
        .formatted(
            source, after.multiplyAdds(), after.traffic(), before.multiplyAdds(), before.traffic());
  }

  private @Nullable Form inlined(Form form, String source, String node, Refusals refusals) {
    Form inner = forms.get(source);
    if (inner == null) {
      return null;
    }
    if (!Region.keeps(facts.graph(), source, form.covered())) {
      if (inner.terms().stream().anyMatch(Term::windowed)) {
        refusals.add(node, source, readElsewhere(source, form.covered()));
      }
      return null;
    }
    List<Term> terms = new ArrayList<>();
    for (Term term : form.terms()) {
      if (!term.source().equals(source)) {
        terms.add(term);
        continue;
      }
      for (int i = 0; i < inner.terms().size(); i++) {
        Term first = inner.terms().get(i);
        Optional<String> obstacle = first.map().obstacleTo(term.map());
        if (obstacle.isPresent()) {
          refusals.add(node, source, "behind '%s' %s".formatted(source, obstacle.get()));
          return null;
        }
        Affine next = i == 0 ? term.map() : term.map().withoutBias();
        terms.add(first.then(next, term.windowed()));
      }
    }
    Set<String> covered = new HashSet<>(form.covered());
    covered.addAll(inner.covered());
    return new Form(merged(padded.rebased(terms)), covered);
  }

  private String readElsewhere(String source, Set<String> covered) {
    if (facts.graph().isOutput(source)) {
      return "'%s' is also a graph output".formatted(source);
    }
    String other =
        facts.graph().readers(source).stream()
            .filter(r -> r.outputs().isEmpty() || !covered.contains(r.output()))
            .map(io.repfold.graph.Node::describe)
            .findFirst()
            .orElse("another node");
    return "'%s' is also read by %s, and computing it twice does not pay".formatted(source, other);
  }

  /** Merges pairs, the one that saves most first, until none saves. */
  private List<Term> merged(List<Term> terms) {
    List<Term> merged = new ArrayList<>(terms);
    while (merged.size() > 1) {
      int bestI = -1;
      int bestJ = -1;
      double bestSaving = -1;
      for (int i = 0; i < merged.size(); i++) {
        for (int j = i + 1; j < merged.size(); j++) {
          double saving = saving(merged.get(i), merged.get(j));
          if (saving > bestSaving) {
            bestSaving = saving;
            bestI = i;
            bestJ = j;
          }
        }
      }
      if (bestI < 0) {
        break;
      }
      Term both = merged.get(bestI).plus(merged.get(bestJ));
      merged.remove(bestJ);
      merged.set(bestI, both);
    }
    return merged;
  }

  /** Multiply-adds saved by merging, or -1 if the two cannot or should not be merged. */
  private double saving(Term a, Term b) {
    if (!a.source().equals(b.source()) || !a.map().sameGridAs(b.map())) {
      return -1;
    }
    Cost before =
        Cost.of(a.map()).plus(Cost.of(b.map())).plus(Cost.ofSum(2, a.map().weights().out()));
    Cost after = Cost.of(a.map().plus(b.map()));
    return after.improvesOn(before, growth)
        ? Math.max(0, before.multiplyAdds() - after.multiplyAdds())
        : -1;
  }

  private void explainUnmerged(Form form, String node, Refusals refusals) {
    for (int i = 0; i < form.terms().size(); i++) {
      for (int j = i + 1; j < form.terms().size(); j++) {
        Term a = form.terms().get(i);
        Term b = form.terms().get(j);
        if (!a.source().equals(b.source()) || !a.windowed() && !b.windowed()) {
          continue;
        }
        refusals.add(node, a.map().sameGridAs(b.map()) ? tooWide(a, b) : gridsDiffer(a, b));
      }
    }
  }

  private static String gridsDiffer(Term a, Term b) {
    return "two branches of '%s' have different strides or output grids: strides %s and %s, tails %s and %s"
        .formatted(
            a.source(),
            java.util.Arrays.toString(a.map().stride()),
            java.util.Arrays.toString(b.map().stride()),
            java.util.Arrays.toString(a.map().tail()),
            java.util.Arrays.toString(b.map().tail()));
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
