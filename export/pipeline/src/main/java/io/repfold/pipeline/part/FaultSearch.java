package io.repfold.pipeline.part;

import io.repfold.check.Judge;
import io.repfold.check.OutputResult;
import io.repfold.check.Verdict;
import io.repfold.graph.Subgraph;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for the smallest part in which two models differ on one sample.
 *
 * <p>First, by halving, for the earliest tensor that differs when both models run from their
 * inputs; the part is what lies between it and the last common tensors before it. The part is to
 * blame if it differs when it is fed the reference's values, and if the reference, fed with what it
 * gives, has other outputs. Otherwise what differs is noise that many layers added up, or does not
 * matter. Then the reference's values are fed to the candidate at later and later tensors, by
 * halving, until its outputs are right: the fault is what lies before.
 */
final class FaultSearch {
  /** So many tensors are shown at once, and kept in memory. */
  private static final int AT_ONCE = 8;

  private final PartRunner reference;
  private final PartRunner candidate;
  private final CommonTensors common;
  private final Judge judge;
  private final Map<String, HostTensor> sample;
  private final List<String> outputs;
  private Map<String, HostTensor> lastValues = Map.of();

  /**
   * @param sample inputs of both models
   * @param outputs of both models
   */
  FaultSearch(
      PartRunner reference,
      PartRunner candidate,
      CommonTensors common,
      Judge judge,
      Map<String, HostTensor> sample,
      List<String> outputs) {
    this.reference = reference;
    this.candidate = candidate;
    this.common = common;
    this.judge = judge;
    this.sample = sample;
    this.outputs = List.copyOf(outputs);
  }

  /** Whether a comparison found two tensors that differ; NaN everywhere on both sides does not. */
  static boolean differs(OutputResult result) {
    return !result.verdict().isEquivalent()
        && result.comparison().map(c -> c.unmatched() > 0 || c.compared() > 0).orElse(true);
  }

  /**
   * The smallest part that differs by itself; empty if none does.
   *
   * @param differing outputs that differ, at least one
   */
  Optional<Cut> find(Collection<String> differing) {
    Cut first = cut(first(sample, earliest(differing)));
    boolean alone = differsAlone(first);
    if (alone && matters(first)) {
      return Optional.of(first);
    }
    Optional<Cut> found = byFeeding();
    return found.isEmpty() && alone ? Optional.of(first) : found;
  }

  /**
   * Whether the outputs still differ when the candidate has the reference's values behind a part.
   */
  boolean restDiffers(Cut cut) {
    return restDiffers(upTo(cut.to()));
  }

  private String earliest(Collection<String> names) {
    return names.stream().min(Comparator.comparingInt(common::place)).orElseThrow();
  }

  private Cut cut(String to) {
    Set<String> allowed = new LinkedHashSet<>(common.cuts());
    allowed.remove(to);
    return new Cut(common.front(List.of(to), allowed), to);
  }

  /** Where the models can be cut up to a tensor, with it. */
  private Set<String> upTo(String tensor) {
    Set<String> allowed = new LinkedHashSet<>(common.cuts());
    allowed.removeIf(name -> common.place(name) > common.place(tensor));
    allowed.add(tensor);
    return allowed;
  }

  /**
   * The earliest tensor that differs, among those that lead to another: all common tensors right
   * before it agree.
   *
   * @param given the values from which both models compute
   * @param end differs
   */
  private String first(Map<String, HostTensor> given, String end) {
    Map<String, Boolean> known = new HashMap<>();
    String bad = end;
    List<String> open = common.leadingTo(bad, given.keySet());
    while (true) {
      while (!open.isEmpty()) {
        List<String> probes = spread(open);
        compare(given, probes, known);
        Optional<String> found =
            probes.stream().filter(p -> known.getOrDefault(p, false)).findFirst();
        int agreed =
            probes.stream()
                .filter(p -> found.isEmpty() || common.place(p) < common.place(found.get()))
                .mapToInt(common::place)
                .max()
                .orElse(-1);
        Set<String> before = new LinkedHashSet<>(open);
        if (found.isPresent()) {
          bad = found.get();
          before.retainAll(common.leadingTo(bad, given.keySet()));
        }
        before.removeIf(name -> common.place(name) <= agreed);
        open = List.copyOf(before);
      }
      Optional<String> earlier = differingBefore(bad, given, known);
      if (earlier.isEmpty()) {
        return bad;
      }
      bad = earlier.get();
      open =
          common.leadingTo(bad, given.keySet()).stream()
              .filter(name -> !known.containsKey(name))
              .toList();
    }
  }

  /** Some that divide the others into parts of equal size. */
  private static List<String> spread(List<String> names) {
    int count = Math.min(AT_ONCE, names.size());
    List<String> spread = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      spread.add(names.get((int) ((long) i * names.size() / (count + 1))));
    }
    return spread;
  }

  /** The first of the common tensors right before another that differs. */
  private Optional<String> differingBefore(
      String tensor, Map<String, HostTensor> given, Map<String, Boolean> known) {
    Set<String> allowed = new LinkedHashSet<>(common.cuts());
    allowed.addAll(given.keySet());
    allowed.remove(tensor);
    List<String> front =
        common.front(List.of(tensor), allowed).stream()
            .filter(name -> common.contains(name) && !given.containsKey(name))
            .filter(name -> common.place(name) < common.place(tensor))
            .toList();
    compare(given, front, known);
    return front.stream().filter(name -> known.getOrDefault(name, false)).findFirst();
  }

  /** Adds whether tensors differ that are not known yet. */
  private void compare(
      Map<String, HostTensor> given, List<String> names, Map<String, Boolean> known) {
    List<String> open = new ArrayList<>();
    for (String name : names) {
      boolean follows =
          Subgraph.between(candidate.graph(), given.keySet(), List.of(name)).missing().isEmpty();
      if (!follows) {
        known.put(name, false);
      } else if (!known.containsKey(name)) {
        open.add(name);
      }
    }
    for (int i = 0; i < open.size(); i += AT_ONCE) {
      List<String> part = open.subList(i, Math.min(open.size(), i + AT_ONCE));
      compared(reference.run(given, part), given, part)
          .forEach(result -> known.put(result.name(), differs(result)));
    }
  }

  /**
   * What the candidate computes beside what the reference does. If it does not run, it differs: its
   * shapes are others.
   */
  private List<OutputResult> compared(
      Map<String, HostTensor> expected, Map<String, HostTensor> given, Collection<String> names) {
    Map<String, HostTensor> found;
    try {
      found = candidate.run(given, names);
    } catch (EngineException e) {
      String reason = "the candidate does not run on the reference's values: " + e.getMessage();
      Verdict different = new Verdict.Different(List.of(reason));
      return names.stream()
          .map(name -> new OutputResult(name, Optional.empty(), different))
          .toList();
    }
    return judge.compare(only(expected, names), found);
  }

  /** The reference's values at some tensors; those asked for last are kept. */
  Map<String, HostTensor> values(Collection<String> names) {
    if (!lastValues.keySet().containsAll(names)) {
      lastValues = reference.run(sample, names);
    }
    return only(lastValues, names);
  }

  /** Whether a part differs when both models are fed the reference's values. */
  private boolean differsAlone(Cut cut) {
    return !differing(cut.from(), List.of(cut.to())).isEmpty();
  }

  /** Those of some tensors that differ when the candidate has the reference's values at others. */
  private List<String> differing(Collection<String> from, Collection<String> to) {
    Map<String, HostTensor> expected = values(union(from, to));
    return compared(expected, only(expected, from), to).stream()
        .filter(FaultSearch::differs)
        .map(OutputResult::name)
        .toList();
  }

  private static Set<String> union(Collection<String> some, Collection<String> others) {
    Set<String> all = new LinkedHashSet<>(some);
    all.addAll(others);
    return all;
  }

  private static Map<String, HostTensor> only(
      Map<String, HostTensor> values, Collection<String> names) {
    Map<String, HostTensor> some = new LinkedHashMap<>(values);
    some.keySet().retainAll(names);
    return some;
  }

  /** Whether the reference has other outputs where it has the candidate's value behind a part. */
  private boolean matters(Cut cut) {
    if (outputs.contains(cut.to())) {
      return true;
    }
    Set<String> allowed = upTo(cut.to());
    List<String> ends = outputs.stream().filter(name -> !allowed.contains(name)).toList();
    List<String> from = common.front(ends, allowed);
    if (!from.contains(cut.to())) {
      return false;
    }
    Map<String, HostTensor> expected = values(union(union(cut.from(), from), ends));
    Map<String, HostTensor> mixed = only(expected, from);
    try {
      mixed.putAll(candidate.run(only(expected, cut.from()), List.of(cut.to())));
      Map<String, HostTensor> found = reference.run(mixed, ends);
      return judge.compare(only(expected, ends), found).stream().anyMatch(FaultSearch::differs);
    } catch (EngineException e) {
      // A value of another shape.
      return true;
    }
  }

  private boolean restDiffers(Collection<String> allowed) {
    List<String> ends = outputs.stream().filter(name -> !allowed.contains(name)).toList();
    return !ends.isEmpty() && !differing(common.front(ends, allowed), ends).isEmpty();
  }

  /** What the reference's values make right, fed at one tensor and not at the one before. */
  private Optional<Cut> byFeeding() {
    List<String> cuts = common.cuts();
    int wrong = 0;
    int right = cuts.size() + 1;
    while (right - wrong > 1) {
      int middle = (wrong + right) >>> 1;
      if (restDiffers(cuts.subList(0, middle))) {
        wrong = middle;
      } else {
        right = middle;
      }
    }
    if (wrong < cuts.size()) {
      Cut next = cut(cuts.get(wrong));
      if (differsAlone(next)) {
        return Optional.of(next);
      }
    }
    List<String> allowed = cuts.subList(0, wrong);
    List<String> ends = outputs.stream().filter(name -> !allowed.contains(name)).toList();
    List<String> from = common.front(ends, allowed);
    List<String> differing = differing(from, ends);
    if (differing.isEmpty()) {
      return Optional.empty();
    }
    String to = first(values(from), earliest(differing));
    Cut found = new Cut(common.front(List.of(to), from), to);
    return differsAlone(found) ? Optional.of(found) : Optional.empty();
  }
}
