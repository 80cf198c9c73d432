package io.repfold.precision;

import io.repfold.precision.OutputScores.Numbers;
import java.util.ArrayList;
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
    Targets targets = new Targets(0, 0, 0, threshold);
    for (Piece piece : pieces) {
      Piece.Cut wanted = piece.cut(expected.elements(), expected.shape());
      Piece.Cut computed = piece.cut(found.elements(), found.shape());
      Tally tally = new Tally("", piece, targets);
      if (tally.decides()) {
        Decisions one = tally.decisions(wanted, true);
        Decisions other = tally.decisions(computed, true);
        positions += one.positions(other);
        disagreements += one.disagreements(other);
        what.add(
            one.kind() == Decisions.Kind.CHANNEL
                ? "the best class"
                : "the side of the threshold " + threshold);
      } else if (piece.kind() != OutputKind.NONE) {
        positions += wanted.numbers().length;
        disagreements += apart(piece, wanted, computed);
        what.add("the value, to 5 % of its range,");
      }
    }
    return new OutputDecisions(
        String.join(" and ", new ArrayList<>(what)) + (what.size() > 1 ? " are" : " is"),
        positions,
        disagreements);
  }

  /** Elements that are further apart than a fraction of the range of their column. */
  private static long apart(Piece piece, Piece.Cut wanted, Piece.Cut computed) {
    boolean columns = piece.kind() == OutputKind.BOXES;
    int axis = wanted.axis(piece.axis());
    int count = columns ? Math.max(1, wanted.size(axis)) : 1;
    int stride = columns ? Math.max(1, wanted.stride(axis)) : 1;
    double[] least = new double[count];
    double[] most = new double[count];
    java.util.Arrays.fill(least, Double.POSITIVE_INFINITY);
    java.util.Arrays.fill(most, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < wanted.numbers().length; i++) {
      double value = wanted.numbers()[i];
      int column = i / stride % count;
      if (Double.isFinite(value)) {
        least[column] = Math.min(least[column], value);
        most[column] = Math.max(most[column], value);
      }
    }
    long apart = 0;
    for (int i = 0; i < wanted.numbers().length; i++) {
      int column = i / stride % count;
      double value = wanted.numbers()[i];
      double range = most[column] > least[column] ? most[column] - least[column] : Math.abs(value);
      double error = Math.abs(value - computed.numbers()[i]);
      boolean same = Double.compare(value, computed.numbers()[i]) == 0;
      apart += same || error <= CLOSE * range ? 0 : 1;
    }
    return apart;
  }
}
