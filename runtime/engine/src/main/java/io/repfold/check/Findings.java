package io.repfold.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Puts the numbers of a {@link Comparison} into sentences: reasons to call two tensors different,
 * and notes.
 */
final class Findings {
  private Findings() {}

  /**
   * Why the two are different; empty when they are not.
   *
   * @param labels whether they come from an ArgMax
   * @param decides whether these two alone must agree on enough decisions, if the tolerance asks
   *     for a share
   */
  static List<String> reasons(
      Comparison c,
      Tolerance tolerance,
      boolean floating,
      boolean labels,
      boolean decides,
      long... shape) {
    List<String> reasons = new ArrayList<>();
    if (c.unmatched() > 0) {
      reasons.add(
          "%d of %d values are NaN or infinite on one side only, the first at %s (reference: %d NaN, %d infinite; candidate: %d NaN, %d infinite)"
              .formatted(
                  c.unmatched(),
                  c.elements(),
                  position(c.firstUnmatched(), shape),
                  c.reference().nan(),
                  c.reference().infinite(),
                  c.candidate().nan(),
                  c.candidate().infinite()));
    }
    if (c.elements() > 0 && c.reference().nan() == c.elements() && c.unmatched() == 0) {
      reasons.add(
          "all %d values are NaN on both sides, so nothing was compared".formatted(c.elements()));
    }
    if (tolerance.agreement().isPresent() && decides(c, !floating)) {
      if (decides) {
        DecisionShare share = share(List.of(c), tolerance.agreement().getAsDouble());
        if (!share.isReached()) {
          reasons.add(share.reason());
        }
      }
      c.argmax()
          .filter(argmax -> argmax.skipped() > 0)
          .ifPresent(
              argmax ->
                  reasons.add(
                      "at %d of %d positions a channel is NaN, so there is no best one"
                          .formatted(argmax.skipped(), argmax.positions() + argmax.skipped())));
      return reasons;
    }
    if (c.worstPart().isTooLarge()) {
      reasons.add(floating ? tooLarge(c.worstPart(), shape) : notEqual(c, labels, shape));
      c.argmax()
          .filter(argmax -> argmax.beyondMargin() > 0)
          .ifPresent(argmax -> reasons.add(otherClass(argmax)));
    }
    return reasons;
  }

  /** Whether a share of decisions can be asked of it. */
  static boolean decides(Comparison c, boolean integers) {
    return integers || c.argmax().isPresent() || c.decided().isPresent();
  }

  /** What a reader should know although the two are the same within tolerance. */
  static List<String> notes(Comparison c) {
    List<String> notes = new ArrayList<>();
    if (c.reference().nan() > 0) {
      notes.add(
          "%d of %d values are NaN on both sides".formatted(c.reference().nan(), c.elements()));
    }
    if (c.elements() == 0) {
      notes.add("the output is empty");
    } else if (c.compared() == 0 && c.reference().infinite() > 0) {
      notes.add("no value is finite on both sides, so nothing was compared");
    } else if (c.compared() > 0 && c.referenceMaxAbs() == 0) {
      notes.add("the reference is zero everywhere, so this proves little");
    }
    return notes;
  }

  private static String tooLarge(PartError worst, long... shape) {
    String of = worst.axis() < 0 ? "" : " of " + worst.where();
    String noise =
        Double.isNaN(worst.noise())
            ? ""
            : String.format(
                Locale.ROOT, ", as the reference differs from itself by %.3g there", worst.noise());
    return String.format(
        Locale.ROOT,
        "the largest error is %.3g at %s (expected %.9g, found %.9g), %.3g of the largest magnitude %.3g%s; %.3g is allowed%s",
        worst.error(),
        position(worst.index(), shape),
        worst.reference(),
        worst.candidate(),
        worst.relative(),
        worst.magnitude(),
        of,
        worst.allowed(),
        noise);
  }

  /**
   * The decisions of some samples of one output: best channels, or else what a {@link Decider}
   * said, or integers.
   *
   * @param comparisons at least one
   */
  static DecisionShare share(List<Comparison> comparisons, double target) {
    List<ArgmaxAgreement> best =
        comparisons.stream().flatMap(comparison -> comparison.argmax().stream()).toList();
    if (!best.isEmpty()) {
      return new DecisionShare(
          "the best channel (axis %d) is".formatted(best.get(0).axis()),
          best.stream().mapToLong(ArgmaxAgreement::positions).sum(),
          best.stream().mapToLong(ArgmaxAgreement::disagreements).sum(),
          target);
    }
    List<Decider.Decided> decided =
        comparisons.stream().flatMap(comparison -> comparison.decided().stream()).toList();
    if (!decided.isEmpty()) {
      return new DecisionShare(
          decided.get(0).what(),
          decided.stream().mapToLong(Decider.Decided::positions).sum(),
          decided.stream().mapToLong(Decider.Decided::disagreements).sum(),
          target);
    }
    return new DecisionShare(
        "the integers are",
        comparisons.stream().mapToLong(Comparison::elements).sum(),
        comparisons.stream().mapToLong(c -> c.differing() + c.unmatched()).sum(),
        target);
  }

  private static String notEqual(Comparison c, boolean labels, long... shape) {
    return String.format(
        Locale.ROOT,
        "%d of %d integers differ, the furthest at %s (expected %.0f, found %.0f)%s",
        c.differing(),
        c.elements(),
        position(c.worstIndex(), shape),
        c.worstReference(),
        c.worstCandidate(),
        labels ? "; they come from an ArgMax: compare its scores instead" : "");
  }

  private static String otherClass(ArgmaxAgreement argmax) {
    return String.format(
        Locale.ROOT,
        "the best channel (axis %d) differs at %d of %d positions, at %d of them although the reference's best two are more than %.3g apart",
        argmax.axis(),
        argmax.disagreements(),
        argmax.positions(),
        argmax.beyondMargin(),
        argmax.margin());
  }

  /** A row-major index as coordinates, for example [0, 2, 5, 7]. */
  static String position(int flatIndex, long... shape) {
    return Arrays.toString(PartError.place(flatIndex, shape));
  }
}
