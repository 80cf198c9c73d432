package io.repfold.fold;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Merges pairs of terms, the one that saves most first, until none saves. Keeps the best partner of
 * each term, so that a merger asks again only for those whose partner it was.
 */
final class PairMerger {
  private final List<@Nullable Term> terms;
  private final ToDoubleBiFunction<Term, Term> saving;
  private final double[][] savings;
  private final int[] partner;

  /**
   * @param saving what merging two saves, negative if they cannot or should not be merged
   */
  PairMerger(List<Term> terms, ToDoubleBiFunction<Term, Term> saving) {
    this.terms = new ArrayList<>(terms);
    this.saving = saving;
    this.savings = new double[terms.size()][];
    this.partner = new int[terms.size()];
    for (int i = 0; i < savings.length; i++) {
      savings[i] = new double[savings.length - i - 1];
      for (int j = i + 1; j < savings.length; j++) {
        savings[i][j - i - 1] = saving.applyAsDouble(terms.get(i), terms.get(j));
      }
      findPartner(i);
    }
  }

  List<Term> run() {
    for (int first = best(); first >= 0; first = best()) {
      int second = partner[first];
      terms.set(first, term(first).plus(term(second)));
      terms.set(second, null);
      update(first, second);
    }
    return terms.stream().filter(Objects::nonNull).map(Objects::requireNonNull).toList();
  }

  private Term term(int index) {
    return Objects.requireNonNull(terms.get(index));
  }

  private void update(int changed, int gone) {
    Arrays.fill(savings[gone], -1);
    partner[gone] = -1;
    for (int i = 0; i < savings.length; i++) {
      if (terms.get(i) == null) {
        continue;
      }
      if (i < gone) {
        set(i, gone, -1);
      }
      if (i != changed) {
        int first = Math.min(i, changed);
        int second = Math.max(i, changed);
        set(first, second, saving.applyAsDouble(term(first), term(second)));
      }
      boolean stale = partner[i] == changed || partner[i] == gone;
      if (stale || i < changed && isBetter(i, changed)) {
        findPartner(i);
      }
    }
    // Last, when what it saves with each other one is known.
    findPartner(changed);
  }

  /** Also where both save as much: of equal ones, the first is taken. */
  private boolean isBetter(int row, int candidate) {
    return partner[row] < 0
        ? get(row, candidate) >= 0
        : get(row, candidate) >= get(row, partner[row]);
  }

  private double get(int first, int second) {
    return savings[first][second - first - 1];
  }

  private void set(int first, int second, double value) {
    savings[first][second - first - 1] = value;
  }

  private void findPartner(int row) {
    partner[row] = -1;
    double largest = -1;
    for (int other = row + 1; other < savings.length; other++) {
      if (get(row, other) > largest && get(row, other) >= 0) {
        largest = get(row, other);
        partner[row] = other;
      }
    }
  }

  /** The first of the pair that saves most, or -1 if none saves. */
  private int best() {
    int best = -1;
    for (int i = 0; i < partner.length; i++) {
      if (partner[i] >= 0 && (best < 0 || get(i, partner[i]) > get(best, partner[best]))) {
        best = i;
      }
    }
    return best;
  }
}
