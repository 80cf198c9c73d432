package io.repfold.precision;

import io.repfold.precision.OutputScores.Numbers;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * How many decisions of an output two networks share: best classes, sides of a threshold, and of
 * values whether they are as good as the same.
 *
 * @param what is the same where they agree, such as {@code the best class is}
 * @param positions decisions that were compared
 * @param disagreements those that differ
 */
public record OutputDecisions(String what, long positions, long disagreements) {
  /** Values that are closer than this fraction of their range are as good as the same. */
  private static final double CLOSE = 0.05;

  /**
   * Compares one output of one sample.
   *
   * @param pieces of the output
   * @param expected real numbers
   * @param found of the same shape
   */
  public static OutputDecisions of(
      List<Piece> pieces, Numbers expected, Numbers found, double threshold) {
    TreeSet<String> what = new TreeSet<>();
    long positions = 0;
    long disagreements = 0;
    for (Piece piece : pieces) {
      Piece.Cut wanted = piece.cut(expected.elements(), expected.shape());
      Piece.Cut computed = piece.cut(found.elements(), found.shape());
      if (piece.decides()) {
        Decisions one = piece.decisions(wanted, true, threshold);
        Decisions other = piece.decisions(computed, true, threshold);
        positions += one.positions(other);
        disagreements += one.disagreements(other);
        what.add(
            one.kind() == Decisions.Kind.CHANNEL
                ? "the best class"
                : "the side of the threshold " + threshold);
      } else if (piece.kind() != OutputKind.NONE) {
        positions += wanted.numbers().length;
        disagreements += apart(piece.columns(wanted), wanted.numbers(), computed.numbers());
        what.add("the value, to 5 % of its range,");
      }
    }
    return new OutputDecisions(
        String.join(" and ", what) + (what.size() > 1 ? " are" : " is"), positions, disagreements);
  }

  /** Elements that are further apart than a fraction of the range of their column. */
  private static long apart(Piece.Columns columns, double[] wanted, double[] computed) {
    double[] least = new double[columns.count()];
    double[] most = new double[columns.count()];
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    Arrays.fill(most, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < wanted.length; i++) {
      if (Double.isFinite(wanted[i])) {
        int column = columns.of(i);
        least[column] = Math.min(least[column], wanted[i]);
        most[column] = Math.max(most[column], wanted[i]);
      }
    }
    long apart = 0;
    for (int i = 0; i < wanted.length; i++) {
      double range = most[columns.of(i)] - least[columns.of(i)];
      double reach = range > 0 ? range : Math.abs(wanted[i]);
      boolean same = Double.compare(wanted[i], computed[i]) == 0;
      apart += same || Math.abs(wanted[i] - computed[i]) <= CLOSE * reach ? 0 : 1;
    }
    return apart;
  }
}
