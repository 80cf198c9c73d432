package io.repfold.precision;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * How a piece of an output did over samples: the column of it that did worst, if columns are judged
 * apart, or else all of it.
 *
 * @param output the output's name
 * @param column from 0 in the piece; empty for all of it
 * @param positions decisions that were compared; 0 where none are made
 * @param disagreements those that differ; a NaN always does, and so do an infinity of one side
 *     alone and what only one of two outputs of different sizes has
 * @param error the root mean square error as a fraction of the range; NaN if there is none
 * @param decibels the energy against that of the error; infinite if there is no error, NaN if there
 *     are no real numbers
 * @param correlation of what changes from sample to sample, from -1 to 1; NaN where nothing does
 * @param maxAbsError the largest error of finite elements, in the output's own unit
 * @param largest the reference's largest magnitude
 * @param notFinite elements that are NaN or infinite for the candidate alone
 * @param checks what is asked of it
 */
public record Finding(
    String output,
    Piece piece,
    OptionalInt column,
    long positions,
    long disagreements,
    double error,
    double decibels,
    double correlation,
    double maxAbsError,
    double largest,
    long notFinite,
    List<Check> checks) {
  public Finding {
    checks = List.copyOf(checks);
  }

  /** What is measured. */
  public enum Measure {
    /** The share of decisions that stay the same. */
    AGREEMENT,
    /** Of the scores above the threshold on one side, the share that are so on both. */
    OVERLAP,
    /** The error by the range; no more than is wanted. */
    ERROR,
    /** The energy against that of the error, in dB. */
    DECIBELS,
    /** The correlation of what changes from sample to sample. */
    CORRELATION,
    /** Elements that are no longer finite. */
    NOT_FINITE
  }

  /**
   * A measure beside its target.
   *
   * @param wanted the most for an error and for what is not finite, the least for the others
   */
  public record Check(Measure measure, double found, double wanted) {
    public boolean holds() {
      return switch (measure) {
        case ERROR, NOT_FINITE -> found <= wanted;
        default -> found >= wanted;
      };
    }

    /** What is wrong by what may be: at most 1 where it holds, and infinite at worst. */
    public double loss() {
      double loss =
          switch (measure) {
            case ERROR -> ratio(found, wanted);
            case NOT_FINITE -> found > wanted ? Double.POSITIVE_INFINITY : 0;
            case AGREEMENT, OVERLAP, CORRELATION -> ratio(1 - found, 1 - wanted);
            case DECIBELS -> Math.pow(10, (wanted - found) / 20);
          };
      return Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss;
    }

    private static double ratio(double wrong, double allowed) {
      return wrong == 0 ? 0 : wrong / allowed;
    }
  }

  /** The share of decisions that are the same; 1 if there are none. */
  public double share() {
    return positions == 0 ? 1 : (double) (positions - disagreements) / positions;
  }

  /** Whether there was anything to compare. */
  public boolean isCompared() {
    return positions > 0 || !Double.isNaN(decibels);
  }

  /** The one that is worst beside what is asked for; empty if none is judged. */
  public static Optional<Finding> worstOf(Stream<Finding> findings) {
    return findings
        .filter(finding -> !finding.checks().isEmpty())
        .max(Comparator.comparingDouble(Finding::loss));
  }

  /** The check that is worst; empty if nothing is judged. */
  public Optional<Check> worst() {
    return checks.stream().max(Comparator.comparingDouble(Check::loss));
  }

  public boolean holds() {
    return checks.stream().allMatch(Check::holds);
  }

  /** That of the worst check; 0 if nothing is judged. */
  public double loss() {
    return worst().map(Check::loss).orElse(0.0);
  }

  /** Where it is, such as {@code output 'boxes', column 2}. */
  public String where() {
    String place = piece.band().map(Piece.Band::describe).orElse("");
    String of = column.isPresent() ? ", column " + (column.getAsInt() + offset()) : "";
    return "output '%s'%s%s".formatted(output, of.isEmpty() ? place : "", of);
  }

  /** Columns are counted from the output's own first one, if the band is of columns. */
  private int offset() {
    boolean along =
        piece.band().isPresent()
            && piece.axis().isPresent()
            && piece.axis().getAsInt() == piece.band().get().axis();
    return along ? piece.band().get().from() : 0;
  }

  /** The worst check in words. */
  public String worstText() {
    return worst().map(check -> text(check) + " at " + where()).orElse("nothing is judged");
  }

  private static String text(Check check) {
    return switch (check.measure()) {
      case AGREEMENT ->
          "%s %% of decisions stay the same (%s %% are asked for)"
              .formatted(percent(check.found()), percent(check.wanted()));
      case OVERLAP ->
          "of the scores above the threshold on either side, %s %% are so on both (%s %% are asked for)"
              .formatted(percent(check.found()), percent(check.wanted()));
      case ERROR ->
          "the error is %s of the range (%s is allowed)"
              .formatted(small(check.found()), small(check.wanted()));
      case DECIBELS ->
          "%s dB remain (%s are asked for)"
              .formatted(tenths(check.found()), tenths(check.wanted()));
      case CORRELATION ->
          "it follows its input with a correlation of %s (%s is asked for)"
              .formatted(small(check.found()), small(check.wanted()));
      case NOT_FINITE ->
          "%d elements are NaN or infinite, and finite in the original"
              .formatted((long) check.found());
    };
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.4f", 100 * share);
  }

  private static String small(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }

  private static String tenths(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
