package io.repfold.pipeline.compare;

import io.repfold.check.Criteria;
import io.repfold.check.Judge;
import io.repfold.check.OutputResult;
import io.repfold.check.TensorByTensor;
import io.repfold.check.Tolerance;
import io.repfold.check.Verdict;
import io.repfold.graph.Graph;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares every tensor that two models both name, on one input and with the optimizer off: where
 * do they part?
 *
 * @param tensors in the order in which the reference computes them
 * @param tolerance what was allowed
 */
public record LayerComparison(TensorByTensor tensors, Tolerance tolerance) {
  /** So many tensors are kept in memory at once. */
  private static final int AT_ONCE = 32;

  /**
   * Compares on the first sample.
   *
   * @param values of inputs, for the models that have them
   * @throws PipelineException if the models have no tensor in common
   * @throws io.repfold.runtime.EngineException if ONNX Runtime does not take a model
   */
  public static LayerComparison run(
      Path reference,
      Path candidate,
      SampleSource inputs,
      InputValues values,
      Tolerance tolerance) {
    OnnxModel first = OnnxModel.read(reference);
    OnnxModel second = OnnxModel.read(candidate);
    List<String> common = common(first.graph(), second.graph());
    if (common.isEmpty()) {
      throw PipelineException.work(
          "%s and %s: no node of the one computes a value that the other names, so there is nothing to compare layer by layer"
              .formatted(reference, candidate));
    }
    EngineOptions options = EngineOptions.defaults().withoutOptimizer();
    try (ExposedModel opened = new ExposedModel(first, options);
        ExposedModel other = new ExposedModel(second, options);
        Engine one = values.in(opened.load(common));
        Engine two = values.in(other.load(common))) {
      Map<String, HostTensor> sample = inputs.of(one).inputs().get(0);
      Tolerance bounds = tolerance.withoutNoise();
      double unit = ReferenceModel.unit(ReferenceModel.types(first.graph()));
      Criteria criteria =
          new Criteria(bounds).withFloors(NaturalScale.floors(first.graph(), common, unit));
      return new LayerComparison(compare(one, two, sample, common, new Judge(criteria)), bounds);
    }
  }

  private static TensorByTensor compare(
      Engine one, Engine two, Map<String, HostTensor> sample, List<String> names, Judge judge) {
    List<OutputResult> results = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    for (int from = 0; from < names.size(); from += AT_ONCE) {
      List<String> part = names.subList(from, Math.min(names.size(), from + AT_ONCE));
      Set<String> wanted = new LinkedHashSet<>(part);
      TensorByTensor found =
          judge.compareInOrder(part, one.run(sample, wanted), two.run(sample, wanted));
      results.addAll(found.results());
      skipped.addAll(found.skipped());
    }
    return new TensorByTensor(results, skipped);
  }

  /** The tensors that nodes of both models compute by name, in the reference's order. */
  public static List<String> common(Graph reference, Graph candidate) {
    Map<String, Boolean> known = new HashMap<>();
    candidate.nodes().forEach(node -> node.outputs().forEach(name -> known.put(name, true)));
    return reference.nodes().stream()
        .filter(ExposedModel::computesTensors)
        .flatMap(node -> node.outputs().stream())
        .filter(name -> !name.isEmpty() && known.containsKey(name))
        .toList();
  }

  public boolean holds() {
    return holds(Set.of());
  }

  /**
   * Whether all tensors are the same.
   *
   * @param excused names of those that may differ
   */
  public boolean holds(Set<String> excused) {
    return tensors.results().stream()
        .allMatch(r -> r.verdict().isEquivalent() || excused.contains(r.name()));
  }

  /** Where the models part, or that they do not. */
  public String summary() {
    String compared = Phrases.plural(tensors.results().size(), "common tensor");
    return tensors
        .firstDifferent()
        .map(
            first ->
                "The first of %s that differs is '%s': %s"
                    .formatted(compared, first.name(), reason(first)))
        .orElseGet(
            () ->
                "All of %s are the same; the largest error is %s"
                    .formatted(
                        compared,
                        Verification.largestError(
                            tensors.results().stream()
                                .flatMap(r -> r.comparison().stream())
                                .toList())));
  }

  private static String reason(OutputResult result) {
    return result.verdict() instanceof Verdict.Different different
        ? different.reasons().get(0)
        : "it is the same";
  }
}
