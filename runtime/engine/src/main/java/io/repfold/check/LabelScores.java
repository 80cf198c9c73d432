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
    Positions positions = Positions.along(along, scores.shape());
    long differing = 0;
    for (int i = 0; i < labels.size(); i++) {
      if (labels.get(i) != found.get(i)) {
        if (margin == 0 || !(positions.bestTwo(scores, i).lead() <= margin)) {
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
}
