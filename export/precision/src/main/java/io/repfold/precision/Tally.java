package io.repfold.precision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/** Counts up one piece of an output over samples. */
final class Tally {
  /** The scale of probabilities. */
  private static final double PROBABILITY = 1;

  /** A probability that is off by less than a step of 8 bits is as good as it can be. */
  private static final double STEP = 1.0 / 255;

  private final String output;
  private final Piece piece;
  private final Targets targets;
  private long positions;
  private long disagreements;
  private long positives;
  private long lost;
  private boolean real;
  private Group[] groups = {};
  private Follow follow = new Follow(1);

  Tally(String output, Piece piece, Targets targets) {
    this.output = output;
    this.piece = piece;
    this.targets = targets;
  }

  /** What is summed up of a column. */
  private static final class Group {
    long count;
    double energy;
    double error;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    double maxAbsError;
    double largest;
    long notFinite;

    void add(double wanted, double found) {
      if (!Double.isFinite(wanted)) {
        return;
      }
      rangeOf(wanted);
      if (!Double.isFinite(found)) {
        notFinite++;
        return;
      }
      double off = found - wanted;
      count++;
      energy += wanted * wanted;
      error += off * off;
      maxAbsError = Math.max(maxAbsError, Math.abs(off));
    }

    double decibels() {
      return count == 0 ? Double.NaN : Agreement.decibels(energy, error);
    }

    void rangeOf(double wanted) {
      if (Double.isFinite(wanted)) {
        largest = Math.max(largest, Math.abs(wanted));
        least = Math.min(least, wanted);
        most = Math.max(most, wanted);
      }
    }

    void rangeOf(Group other) {
      largest = Math.max(largest, other.largest);
      least = Math.min(least, other.least);
      most = Math.max(most, other.most);
    }

    double relative(double scale) {
      double range = Math.max(scale, most - least);
      double reach = range > 0 ? range : largest;
      return error == 0 ? 0 : Math.sqrt(error / count) / reach;
    }
  }

  /** What a part of an output decides, by its numbers. */
  Decisions decisions(Piece.Cut cut, boolean floating) {
    return piece.decisions(cut, floating, targets.threshold());
  }

  /** Adds the decisions of a sample. */
  void decided(Decisions expected, Decisions found) {
    positions += expected.positions(found);
    disagreements += expected.disagreements(found);
    if (piece.kind() == OutputKind.SCORES) {
      positives += expected.above(found);
      lost += expected.aboveInOne(found);
    }
  }

  /** Widens the ranges, by which errors are measured. */
  void range(Piece.Cut expected) {
    Piece.Columns columns = columns(expected);
    for (int i = 0; i < expected.numbers().length; i++) {
      groups[columns.of(i)].rangeOf(expected.numbers()[i]);
    }
  }

  /** Takes the ranges of another tally of the same piece too. */
  void ranges(Tally other) {
    if (groups.length == 0) {
      start(other.groups.length);
    }
    for (int i = 0; i < Math.min(groups.length, other.groups.length); i++) {
      groups[i].rangeOf(other.groups[i]);
    }
  }

  /** Adds the numbers of a sample; where sizes differ, all of them are error. */
  void numbers(Piece.Cut expected, Piece.Cut found) {
    Piece.Columns columns = columns(expected);
    real = true;
    boolean comparable = Arrays.equals(expected.shape(), found.shape());
    for (int i = 0; i < expected.numbers().length; i++) {
      groups[columns.of(i)].add(expected.numbers()[i], comparable ? found.numbers()[i] : 0);
    }
    follow.add(expected.numbers(), found.numbers(), columns::of);
  }

  private Piece.Columns columns(Piece.Cut cut) {
    Piece.Columns columns = piece.columns(cut);
    if (groups.length != columns.count()) {
      start(columns.count());
    }
    return columns;
  }

  private void start(int count) {
    groups = new Group[count];
    Arrays.setAll(groups, i -> new Group());
    follow = new Follow(count);
  }

  /** What came of it: the worst column, or the whole. */
  Finding finding() {
    List<Finding> all = new ArrayList<>();
    double[] correlations = follow.correlations();
    if (groups.length == 0) {
      all.add(finding(OptionalInt.empty(), new Group(), Double.NaN));
    }
    for (int i = 0; i < groups.length; i++) {
      OptionalInt column = groups.length > 1 ? OptionalInt.of(i) : OptionalInt.empty();
      all.add(finding(column, groups[i], correlations[i]));
    }
    return all.stream().max(Comparator.comparingDouble(Finding::loss)).orElseThrow();
  }

  private Finding finding(OptionalInt column, Group group, double correlation) {
    double scale = isProbability() ? PROBABILITY : 0;
    double error = real && group.count > 0 ? group.relative(scale) : Double.NaN;
    double decibels = real ? group.decibels() : Double.NaN;
    return new Finding(
        output,
        piece,
        column,
        positions,
        disagreements,
        error,
        decibels,
        correlation,
        group.maxAbsError,
        group.largest,
        group.notFinite,
        checks(group, error, decibels, correlation));
  }

  private boolean isProbability() {
    return piece.kind() == OutputKind.SCORES && piece.certain();
  }

  private List<Finding.Check> checks(
      Group group, double error, double decibels, double correlation) {
    List<Finding.Check> checks = new ArrayList<>();
    if (piece.kind() == OutputKind.NONE) {
      return checks;
    }
    checks.add(new Finding.Check(Finding.Measure.NOT_FINITE, group.notFinite, 0));
    if (positions > 0) {
      double same = (double) (positions - disagreements) / positions;
      checks.add(new Finding.Check(Finding.Measure.AGREEMENT, same, targets.agreement()));
    }
    if (positives > 0) {
      double both = (double) (positives - lost) / positives;
      checks.add(new Finding.Check(Finding.Measure.OVERLAP, both, targets.overlap()));
    }
    if (!Double.isNaN(error)) {
      addErrors(checks, group, error, decibels, correlation);
    }
    return checks;
  }

  private void addErrors(
      List<Finding.Check> checks, Group group, double error, double decibels, double correlation) {
    boolean judged =
        switch (piece.kind()) {
          case SCORES, VALUES, BOXES -> true;
          case CLASSES -> !piece.certain();
          default -> false;
        };
    if (judged) {
      checks.add(new Finding.Check(Finding.Measure.ERROR, error, targets.error()));
    }
    if (isProbability() && error <= STEP) {
      return;
    }
    if (group.largest > 0) {
      boolean image = piece.kind() == OutputKind.IMAGE;
      double least = image ? targets.snr() : Targets.LEAST_DECIBELS;
      checks.add(new Finding.Check(Finding.Measure.DECIBELS, decibels, least));
    }
    if (!Double.isNaN(correlation)) {
      checks.add(
          new Finding.Check(Finding.Measure.CORRELATION, correlation, Targets.LEAST_CORRELATION));
    }
  }
}
