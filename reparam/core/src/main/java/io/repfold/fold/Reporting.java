package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts the report together. */
final class Reporting {
  private final Graph original;
  private final Analysis analysis;
  private final Emission emission;
  private final List<FoldReport.Folded> transposed;

  Reporting(
      Graph original, Analysis analysis, Emission emission, List<FoldReport.Folded> transposed) {
    this.original = original;
    this.analysis = analysis;
    this.emission = emission;
    this.transposed = transposed;
  }

  /**
   * @param numbers by output of the planned convolution; empty for a plan
   * @param folded the result, or null for a plan
   */
  FoldReport report(Map<String, Numbers> numbers, @Nullable Graph folded) {
    Map<String, List<Emission.Planned>> byTarget = new HashMap<>();
    for (Emission.Planned planned : emission.planned()) {
      byTarget.computeIfAbsent(planned.target(), k -> new ArrayList<>()).add(planned);
    }
    List<FoldReport.Folded> regions = new ArrayList<>(transposed);
    for (String target : emission.targets()) {
      regions.add(region(target, byTarget.getOrDefault(target, List.of()), numbers));
    }
    List<FoldReport.LeftAlone> left = new ArrayList<>();
    Set<Node> kept = new HashSet<>(emission.kept());
    for (Node node : analysis.graph().nodes()) {
      List<String> reasons = reasons(node, kept);
      if (!reasons.isEmpty()) {
        left.add(new FoldReport.LeftAlone(node.describe(), node.output(), reasons));
      }
    }
    FoldReport.Totals after = folded == null ? planned() : totals(folded);
    return new FoldReport(regions, left, NormWarnings.of(original), totals(original), after);
  }

  private List<String> reasons(Node node, Set<Node> kept) {
    if (node.outputs().isEmpty()) {
      return List.of();
    }
    String value = node.output();
    if (!emission.replacement(value).isEmpty()) {
      return analysis.refusals().of(value, analysis.foldedForm(value).orElseThrow());
    }
    return kept.contains(node) ? analysis.refusals().of(value) : List.of();
  }

  private FoldReport.Folded region(
      String target, List<Emission.Planned> planned, Map<String, Numbers> numbers) {
    Form form = analysis.foldedForm(target).orElseThrow();
    Graph graph = analysis.graph();
    List<String> held = new ArrayList<>();
    Set<String> constants = new HashSet<>();
    Set<String> replacedElsewhere = new HashSet<>();
    form.terms()
        .forEach(t -> t.origin().filter(o -> !o.equals(target)).ifPresent(replacedElsewhere::add));
    for (Node node : graph.nodes()) {
      if (!node.outputs().isEmpty()
          && form.covered().contains(node.output())
          && !replacedElsewhere.contains(node.output())) {
        held.add(node.describe());
        node.inputs().stream().filter(i -> graph.constant(i).isPresent()).forEach(constants::add);
      }
    }
    long before =
        constants.stream()
            .map(graph::constant)
            .flatMap(Optional::stream)
            .mapToLong(Tensor::size)
            .sum();
    long after = 0;
    double largest = numbers.isEmpty() ? Double.NaN : 0;
    double bound = numbers.isEmpty() ? Double.NaN : 0;
    List<String> became = new ArrayList<>();
    for (Emission.Planned p : planned) {
      Weights weights = p.map().weights();
      after += weights.taps().kernelSize() * weights.columns() * weights.out();
      after += p.bias().isPresent() ? weights.out() : 0;
      became.add(describe(p.map()));
      Numbers n = numbers.get(p.output());
      if (n != null) {
        largest = Math.max(largest, n.largestWeight());
        bound += n.errorBound();
      }
    }
    return new FoldReport.Folded(
        target,
        held,
        became,
        analysis.costNow(target).multiplyAdds(),
        analysis.costFolded(target).multiplyAdds(),
        before,
        after,
        largest,
        bound);
  }

  static String describe(Affine map) {
    Weights weights = map.weights();
    String stride =
        java.util.Arrays.stream(map.stride()).allMatch(s -> s == 1)
            ? ""
            : ", stride "
                + java.util.Arrays.stream(map.stride())
                    .mapToObj(Integer::toString)
                    .collect(java.util.stream.Collectors.joining("x"));
    String groups = weights.groups() == 1 ? "" : ", %d groups".formatted(weights.groups());
    return "Conv %d -> %d, %s%s%s"
        .formatted(weights.in(), weights.out(), Kernels.describe(map), stride, groups);
  }

  private FoldReport.Totals planned() {
    List<Node> nodes = new ArrayList<>(emission.kept());
    emission.targets().forEach(t -> nodes.addAll(emission.replacement(t)));
    Set<String> read = new HashSet<>();
    nodes.forEach(n -> read.addAll(n.inputs()));
    long parameters =
        read.stream()
            .map(analysis.graph()::constant)
            .flatMap(Optional::stream)
            .filter(t -> t.type().isFloat())
            .mapToLong(Tensor::size)
            .sum();
    for (Emission.Planned p : emission.planned()) {
      Weights w = p.map().weights();
      parameters +=
          w.taps().kernelSize() * w.columns() * w.out() + (p.bias().isPresent() ? w.out() : 0);
    }
    return totals(nodes, parameters);
  }

  static FoldReport.Totals totals(Graph graph) {
    long parameters = 0;
    for (Tensor tensor : graph.initializers().values()) {
      parameters += tensor.type().isFloat() ? tensor.size() : 0;
    }
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Constant constant && constant.value().type().isFloat()) {
        parameters += constant.value().size();
      }
    }
    return totals(graph.nodes(), parameters);
  }

  private static FoldReport.Totals totals(List<Node> nodes, long parameters) {
    int convolutions = 0;
    int norms = 0;
    int additions = 0;
    int computing = 0;
    for (Node node : nodes) {
      computing += node.op() instanceof Op.Constant ? 0 : 1;
      convolutions += node.op() instanceof Op.Conv ? 1 : 0;
      norms += node.op() instanceof Op.BatchNormalization ? 1 : 0;
      boolean adds =
          node.op() instanceof Op.Binary binary && binary.function() == Op.Binary.Function.ADD
              || node.op() instanceof Op.Variadic sum && sum.function() == Op.Variadic.Function.SUM;
      additions += adds ? 1 : 0;
    }
    return new FoldReport.Totals(computing, convolutions, norms, additions, parameters);
  }
}
