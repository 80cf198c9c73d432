package io.repfold.check;

import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares tensors and says whether they are the same within a tolerance. */
public final class Judge {
  private final Criteria criteria;
  private final boolean decidesEach;
  private final Optional<Noise> noise;
  private final int sample;

  private Judge(Criteria criteria, boolean decidesEach, Optional<Noise> noise, int sample) {
    this.criteria = criteria;
    this.decidesEach = decidesEach;
    this.noise = noise;
    this.sample = sample;
  }

  /** With the channels on axis 1. */
  public Judge(Tolerance tolerance) {
    this(new Criteria(tolerance));
  }

  public Judge(Criteria criteria) {
    this(criteria, true, Optional.empty(), 0);
  }

  /**
   * A judge of one of some samples, which leaves it to others whether enough decisions agree over
   * all.
   */
  static Judge ofSample(Criteria criteria, Noise noise, int sample) {
    return new Judge(criteria, false, Optional.of(noise), sample);
  }

  /** Compares two tensors; a type or shape that differs is a verdict, not an exception. */
  public OutputResult compare(String name, HostTensor reference, HostTensor candidate) {
    boolean mayDiffer =
        (tolerance().agreement().isPresent() || criteria.allows(Allowance.TYPES))
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
    int axis = criteria.axes().of(name, reference.rank());
    PartValues magnitudes = PartValues.magnitudes(reference, axis);
    Scale scale =
        noise
            .orElseGet(() -> Noise.unknown(Comparison.unit(reference)))
            .scale(name, sample, magnitudes)
            .withFloor(criteria.floors().getOrDefault(name, 0.0));
    boolean labels = criteria.scores().containsKey(name);
    Tolerance tolerance = labels ? tolerance().withAbsolute(0) : tolerance();
    Comparison comparison =
        decided(
            name,
            Comparison.of(reference, candidate, tolerance, axis, scale),
            reference,
            candidate);
    boolean floating = reference.type().isFloating();
    List<String> reasons =
        Findings.reasons(comparison, tolerance(), floating, labels, decidesEach, reference.shape());
    Verdict verdict =
        reasons.isEmpty()
            ? new Verdict.Equivalent(Findings.notes(comparison))
            : new Verdict.Different(reasons);
    return new OutputResult(name, Optional.of(comparison), verdict);
  }

  private Tolerance tolerance() {
    return criteria.tolerance();
  }

  /** Where no channel is the best one, another decider may know what is decided. */
  private Comparison decided(
      String name, Comparison plain, HostTensor reference, HostTensor candidate) {
    Optional<ArgmaxAgreement> best =
        criteria.axes().hasClasses(name) ? plain.argmax() : Optional.empty();
    boolean floating = reference.type().isFloating() && candidate.type().isFloating();
    return best.isEmpty() && floating && plain.elements() > 0
        ? plain.withDecisions(best, criteria.decider().decide(name, reference, candidate))
        : plain.withDecisions(best, plain.decided());
  }

  /**
   * Compares results by name, in the reference's order. An output that either side lacks is
   * different, and so is one in another place among those that both have, unless that is allowed.
   *
   * @throws IllegalArgumentException if both are empty: then nothing would be proved
   */
  public List<OutputResult> compare(
      Map<String, HostTensor> reference, Map<String, HostTensor> candidate) {
    Map<String, HostTensor> found = matched(List.copyOf(reference.keySet()), candidate);
    Set<String> names = new LinkedHashSet<>(reference.keySet());
    names.addAll(found.keySet());
    if (names.isEmpty()) {
      throw new IllegalArgumentException("There is no output to compare");
    }
    List<String> expectedOrder = reference.keySet().stream().filter(found::containsKey).toList();
    List<String> foundOrder = found.keySet().stream().filter(reference::containsKey).toList();
    List<OutputResult> results = new ArrayList<>();
    for (String name : names) {
      OutputResult result =
          explained(compareIfPresent(name, reference.get(name), found.get(name)), reference, found);
      int place = expectedOrder.indexOf(name);
      int other = foundOrder.indexOf(name);
      boolean moved = place != other;
      results.add(
          moved && !criteria.allows(Allowance.ORDER)
              ? inAnotherPlace(result, place, other)
              : result);
    }
    return results;
  }

  /** Labels that differ where rounding decides are the same. */
  private OutputResult explained(
      OutputResult result, Map<String, HostTensor> reference, Map<String, HostTensor> found) {
    LabelScores scores = criteria.scores().get(result.name());
    if (scores == null || result.verdict().isEquivalent() || result.comparison().isEmpty()) {
      return result;
    }
    HostTensor expected = reference.get(scores.name());
    HostTensor other = found.get(scores.name());
    HostTensor labels = reference.get(result.name());
    HostTensor foundLabels = found.get(result.name());
    if (expected == null || other == null || labels == null || foundLabels == null) {
      return result;
    }
    OptionalLong differing = scores.explained(labels, foundLabels, expected, other);
    if (differing.isEmpty()) {
      return result;
    }
    String note =
        "%d of %d labels differ, all where the two best of the scores '%s' are closer than both are off"
            .formatted(differing.getAsLong(), labels.size(), scores.name());
    return new OutputResult(
        result.name(), result.comparison(), new Verdict.Equivalent(List.of(note)));
  }

  /** The candidate's results under the reference's names, if other names are allowed. */
  Map<String, HostTensor> matched(List<String> names, Map<String, HostTensor> candidate) {
    if (!criteria.allows(Allowance.NAMES)
        || candidate.size() != names.size()
        || candidate.keySet().containsAll(names)) {
      return candidate;
    }
    Map<String, HostTensor> matched = new LinkedHashMap<>();
    candidate.values().forEach(tensor -> matched.put(names.get(matched.size()), tensor));
    return matched;
  }

  private static OutputResult inAnotherPlace(OutputResult result, int place, int found) {
    List<String> reasons = new ArrayList<>();
    reasons.add(
        "it is number %d of the outputs of the reference and number %d of those of the candidate, counted from 0"
            .formatted(place, found));
    if (result.verdict() instanceof Verdict.Different different) {
      reasons.addAll(different.reasons());
    }
    return new OutputResult(result.name(), result.comparison(), new Verdict.Different(reasons));
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
