package io.repfold.precision.int8;

import io.repfold.precision.Agreement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks for few layers whose leaving out makes the outputs good enough, by what each alone does to
 * them.
 */
final class LayerSearch {
  /** Samples on which single layers are tried. */
  static final int FEW = 8;

  /** By their errors, and where no output is a real number, by the decisions that they change. */
  private static final Comparator<Agreement.Score> MOST_HARMFUL_FIRST =
      Comparator.comparingDouble(Agreement.Score::error)
          .thenComparingDouble(Agreement.Score::loss)
          .reversed();

  private final Draft draft;
  private final Agreement agreement;
  private final long deadline;
  private final Map<String, Agreement.Score> alone = new LinkedHashMap<>();
  private final List<QuantizationReport.Trial> trials = new ArrayList<>();

  /**
   * @param seconds that trying single layers may take; at least one layer is tried
   */
  LayerSearch(Draft draft, Agreement agreement, double seconds) {
    this.draft = draft;
    this.agreement = agreement;
    this.deadline = System.nanoTime() + (long) (1e9 * Math.min(seconds, 1e9));
  }

  /** What quantizing one layer alone does to the outputs: those first that lose most themselves. */
  Map<String, Agreement.Score> measure() {
    List<String> order = new ArrayList<>(draft.layers());
    order.sort(Comparator.comparingDouble(this::ownDecibels));
    for (String layer : order) {
      if (!alone.isEmpty() && System.nanoTime() > deadline) {
        break;
      }
      alone.put(layer, agreement.of(draft.only(layer), FEW));
    }
    return alone;
  }

  private double ownDecibels(String layer) {
    double decibels = draft.decibels(layer);
    return Double.isNaN(decibels) ? Double.POSITIVE_INFINITY : decibels;
  }

  private Agreement.Score tried(Set<String> excluded) {
    Agreement.Score score = agreement.of(draft.graph(excluded), Integer.MAX_VALUE);
    trials.add(new QuantizationReport.Trial(excluded.size(), score.agreement(), score.worst()));
    return score;
  }

  /**
   * Few layers to leave out, those first that alone do most harm, and then those that there was no
   * time to try. Leaving out more need not help more, so few are tried first.
   */
  Set<String> excluded() {
    List<String> order =
        new ArrayList<>(
            measure().entrySet().stream()
                .sorted(Map.Entry.comparingByValue(MOST_HARMFUL_FIRST))
                .map(Map.Entry::getKey)
                .toList());
    draft.layers().stream()
        .filter(layer -> !alone.containsKey(layer))
        .sorted(Comparator.comparingDouble(this::ownDecibels))
        .forEach(order::add);
    int tooFew = 0;
    int enough = 1;
    while (enough < order.size() && !reaches(order.subList(0, enough))) {
      tooFew = enough;
      enough = Math.min(order.size(), enough + Math.max(1, enough / 2));
    }
    while (enough - tooFew > 1) {
      int middle = (tooFew + enough) / 2;
      if (reaches(order.subList(0, middle))) {
        enough = middle;
      } else {
        tooFew = middle;
      }
    }
    return Set.copyOf(order.subList(0, enough));
  }

  private boolean reaches(List<String> excluded) {
    return tried(Set.copyOf(excluded)).holds();
  }

  /** What was measured so far. */
  Map<String, Agreement.Score> measured() {
    return alone;
  }

  List<QuantizationReport.Trial> trials() {
    return trials;
  }
}
