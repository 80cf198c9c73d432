package io.repfold.check;

import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares tensors and says whether they are the same within a tolerance. */
public final class Judge {
  private final Tolerance tolerance;
  private final ChannelAxes axes;
  private final Decider decider;
  private final boolean decidesEach;

  private Judge(Tolerance tolerance, ChannelAxes axes, Decider decider, boolean decidesEach) {
    this.tolerance = tolerance;
    this.axes = axes;
    this.decider = decider;
    this.decidesEach = decidesEach;
  }

  /** With the channels on axis 1. */
  public Judge(Tolerance tolerance) {
    this(tolerance, ChannelAxes.USUAL);
  }

  public Judge(Tolerance tolerance, ChannelAxes axes) {
    this(tolerance, axes, Decider.NOTHING, true);
  }

  /** A judge of some samples, which leaves it to others whether enough decisions agree over all. */
  static Judge ofSamples(Tolerance tolerance, ChannelAxes axes, Decider decider) {
    return new Judge(tolerance, axes, decider, false);
  }

  /** Compares two tensors; a type or shape that differs is a verdict, not an exception. */
  public OutputResult compare(String name, HostTensor reference, HostTensor candidate) {
    boolean mayDiffer =
        tolerance.agreement().isPresent()
            && reference.type().isFloating()
            && candidate.type().isFloating();
    if (reference.type() != candidate.type() && !mayDiffer) {
      return different(
          name, "the types differ: expected %s, found %s".formatted(reference, candidate));
    }
    if (!Arrays.equals(reference.shape(), candidate.shape())) {
      return different(
          name, "the shapes differ: expected %s, found %s".formatted(reference, candidate));
    }
    int axis = axes.of(name, reference.rank());
    Comparison comparison =
        decided(Comparison.of(reference, candidate, tolerance, axis), reference, candidate);
    boolean floating = reference.type().isFloating();
    List<String> reasons =
        Findings.reasons(comparison, tolerance, floating, decidesEach, reference.shape());
    Verdict verdict =
        reasons.isEmpty()
            ? new Verdict.Equivalent(Findings.notes(comparison))
            : new Verdict.Different(reasons);
    return new OutputResult(name, Optional.of(comparison), verdict);
  }

  private Comparison decided(Comparison plain, HostTensor reference, HostTensor candidate) {
    boolean asked =
        tolerance.agreement().isPresent()
            && plain.argmax().isEmpty()
            && plain.elements() > 0
            && reference.type().isFloating();
    return asked ? plain.withDecided(decider.decide(reference, candidate)) : plain;
  }

  /**
   * Compares results by name, in the reference's order. An output that either side lacks is
   * different.
   *
   * @throws IllegalArgumentException if both are empty: then nothing would be proved
   */
  public List<OutputResult> compare(
      Map<String, HostTensor> reference, Map<String, HostTensor> candidate) {
    Set<String> names = new LinkedHashSet<>(reference.keySet());
    names.addAll(candidate.keySet());
    if (names.isEmpty()) {
      throw new IllegalArgumentException("There is no output to compare");
    }
    List<OutputResult> results = new ArrayList<>();
    names.forEach(
        name -> results.add(compareIfPresent(name, reference.get(name), candidate.get(name))));
    return results;
  }

  /**
   * Compares the tensors inside two networks, one by one, to find where they part.
   *
   * @param order the names to compare, in the order in which the networks compute them
   * @throws IllegalArgumentException if no name is in both maps
   */
  public TensorByTensor compareInOrder(
      List<String> order, Map<String, HostTensor> reference, Map<String, HostTensor> candidate) {
    List<OutputResult> results = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    for (String name : order) {
      HostTensor expected = reference.get(name);
      HostTensor found = candidate.get(name);
      if (expected == null || found == null) {
        skipped.add(name);
      } else {
        results.add(compare(name, expected, found));
      }
    }
    if (results.isEmpty()) {
      throw new IllegalArgumentException(
          "None of the %d tensors asked for is in both results".formatted(order.size()));
    }
    return new TensorByTensor(results, skipped);
  }

  private OutputResult compareIfPresent(
      String name, @Nullable HostTensor reference, @Nullable HostTensor candidate) {
    if (reference == null) {
      return different(name, "the reference does not have this output");
    }
    if (candidate == null) {
      return different(name, "the candidate does not have this output");
    }
    return compare(name, reference, candidate);
  }

  private static OutputResult different(String name, String reason) {
    return new OutputResult(name, Optional.empty(), new Verdict.Different(List.of(reason)));
  }
}
