package io.repfold.check;

import io.repfold.runtime.HostTensor;
import java.util.OptionalLong;

/**
 * The scores of which an output says the best one, as ArgMax does.
 *
 * @param name of the scores, which both models give as an output
 * @param axis of the classes; negative ones count from behind
 */
public record LabelScores(String name, int axis) {
  /**
   * How many labels differ, if all of those do so where the reference's best score leads by no more
   * than both scores are off together: there rounding decides. Empty if another one differs too, or
   * the labels are not those of the scores.
   */
  OptionalLong explained(
      HostTensor labels, HostTensor found, HostTensor scores, HostTensor foundScores) {
    int along = axis < 0 ? axis + scores.rank() : axis;
    if (along < 0 || along >= scores.rank() || scores.size() != foundScores.size()) {
      return OptionalLong.empty();
    }
    int classes = (int) scores.shape()[along];
    if (classes == 0 || scores.size() / classes != labels.size()) {
      return OptionalLong.empty();
    }
    double margin = 2 * largestError(scores, foundScores);
    int inner = 1;
    for (int i = along + 1; i < scores.rank(); i++) {
      inner *= (int) scores.shape()[i];
    }
    long differing = 0;
    for (int i = 0; i < labels.size(); i++) {
      if (labels.get(i) != found.get(i)) {
        int start = i / inner * classes * inner + i % inner;
        if (margin == 0 || !(lead(scores, start, inner, classes) <= margin)) {
          return OptionalLong.empty();
        }
        differing++;
      }
    }
    return OptionalLong.of(differing);
  }

  private static double largestError(HostTensor scores, HostTensor found) {
    double largest = 0;
    for (int i = 0; i < scores.size(); i++) {
      largest = Math.max(largest, Math.abs(scores.get(i) - found.get(i)));
    }
    return largest;
  }

  private static double lead(HostTensor scores, int start, int step, int classes) {
    double best = Double.NEGATIVE_INFINITY;
    double second = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      double score = scores.get(start + c * step);
      second = Math.max(second, Math.min(best, score));
      best = Math.max(best, score);
    }
    return best - second;
  }
}
