package io.repfold.precision;

import io.repfold.precision.SampleRunner.Computed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/** Judges the outputs of one network by those of another, sample by sample. */
public final class OutputScores {
  private final OutputMeanings meanings;
  private final Targets targets;
  private final Map<String, List<Tally>> tallies = new LinkedHashMap<>();

  public OutputScores(OutputMeanings meanings, Targets targets) {
    this.meanings = meanings;
    this.targets = targets;
  }

  /**
   * A tensor.
   *
   * @param elements by their index, row-major
   * @param real whether its element type is a real one
   */
  public record Numbers(IntToDoubleFunction elements, boolean real, long... shape) {
    static Numbers of(Computed computed) {
      int first = computed.data().position();
      return new Numbers(i -> computed.data().get(first + i), computed.real(), computed.shape());
    }
  }

  /** Likewise, with the ranges that another one has seen. */
  public OutputScores withRangesOf(OutputScores other) {
    OutputScores scores = new OutputScores(meanings, targets);
    other.tallies.forEach(
        (output, all) -> {
          List<Tally> own = scores.tallies(output);
          for (int i = 0; i < own.size(); i++) {
            own.get(i).ranges(all.get(i));
          }
        });
    return scores;
  }

  /** Widens the ranges by those of one output of one sample. */
  void range(String output, Numbers expected) {
    List<Tally> all = tallies(output);
    for (int i = 0; i < all.size() && expected.real(); i++) {
      Piece piece = meanings.of(output).get(i);
      all.get(i).range(piece.cut(expected.elements(), expected.shape()));
    }
  }

  /** Adds one output of one sample. */
  public void add(String output, Numbers expected, Numbers found) {
    List<Tally> all = tallies(output);
    for (int i = 0; i < all.size(); i++) {
      Piece piece = meanings.of(output).get(i);
      Tally tally = all.get(i);
      Piece.Cut wanted = piece.cut(expected.elements(), expected.shape());
      Piece.Cut computed = piece.cut(found.elements(), found.shape());
      boolean decides = piece.decides() || !expected.real();
      if (decides) {
        tally.decided(
            tally.decisions(wanted, expected.real()), tally.decisions(computed, found.real()));
      }
      if (expected.real()) {
        tally.numbers(wanted, computed);
      }
    }
  }

  /** Adds what an output of one sample decides, where the reference's numbers are not kept. */
  void add(String output, List<Decisions> expected, Numbers found) {
    List<Decisions> computed = decisions(output, found);
    for (int i = 0; i < computed.size(); i++) {
      tallies(output).get(i).decided(expected.get(i), computed.get(i));
    }
  }

  /** What each piece of an output decides. */
  List<Decisions> decisions(String output, Numbers numbers) {
    List<Decisions> decisions = new ArrayList<>();
    List<Tally> all = tallies(output);
    for (int i = 0; i < all.size(); i++) {
      Piece piece = meanings.of(output).get(i);
      Piece.Cut cut = piece.cut(numbers.elements(), numbers.shape());
      decisions.add(
          piece.decides() || !numbers.real()
              ? all.get(i).decisions(cut, numbers.real())
              : Decisions.NONE);
    }
    return decisions;
  }

  private List<Tally> tallies(String output) {
    return tallies.computeIfAbsent(
        output,
        name -> meanings.of(name).stream().map(piece -> new Tally(name, piece, targets)).toList());
  }

  /** What came of it, in the order of the outputs. */
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    for (List<Tally> all : tallies.values()) {
      all.forEach(tally -> findings.add(tally.finding()));
    }
    return findings;
  }
}
