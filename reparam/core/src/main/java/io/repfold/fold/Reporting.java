package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts the report together. */
final class Reporting {
  private final Graph original;
  private final Analysis analysis;
  private final FoldedGraphWriter writer;
  private final List<FoldReport.Folded> transposed;
  private final OpenSizes sizes;

  Reporting(
      Graph original,
      Analysis analysis,
      FoldedGraphWriter writer,
      List<FoldReport.Folded> transposed) {
    this.original = original;
    this.analysis = analysis;
    this.writer = writer;
    this.transposed = transposed;
    this.sizes = new OpenSizes(original, analysis.facts());
  }

  /**
   * @param numbers by output of the planned convolution; empty for a plan
   * @param folded the result, or null for a plan
   */
  FoldReport report(Map<String, RoundedWeights> numbers, @Nullable Graph folded) {
    Map<String, List<FoldedGraphWriter.Planned>> byTarget = new HashMap<>();
    for (FoldedGraphWriter.Planned planned : writer.planned()) {
      byTarget.computeIfAbsent(planned.target(), k -> new ArrayList<>()).add(planned);
    }
    Map<String, FoldReport.Folded> regions = new HashMap<>();
    transposed.forEach(region -> regions.put(region.target(), region));
    for (String target : writer.targets()) {
      regions.put(target, region(target, byTarget.getOrDefault(target, List.of()), numbers));
    }
    List<FoldReport.Folded> inOrder =
        analysis.graph().nodes().stream()
            .flatMap(node -> node.outputs().stream())
            .flatMap(value -> Optional.ofNullable(regions.get(value)).stream())
            .toList();
    List<FoldReport.LeftAlone> left = new ArrayList<>();
    Set<Node> kept = new HashSet<>(writer.kept());
    for (Node node : analysis.graph().nodes()) {
      List<String> reasons = reasons(node, kept);
      if (!reasons.isEmpty()) {
        left.add(new FoldReport.LeftAlone(node.describe(), node.output(), reasons));
      }
    }
    FoldReport.Totals after = folded == null ? planned() : totals(folded);
    return new FoldReport(
        inOrder, left, fused(), NormWarnings.of(original), totals(original), after);
  }

  /** What the original made by a node of another op. */
  private List<FoldReport.Fused> fused() {
    return analysis.graph().nodes().stream()
        .filter(node -> FusedOps.since(node.op()).isPresent())
        .filter(
            node ->
                original
                    .producer(node.output())
                    .filter(was -> !was.op().type().equals(node.op().type()))
                    .isPresent())
        .map(node -> new FoldReport.Fused(node.output(), node.op().type()))
        .toList();
  }

  private List<String> reasons(Node node, Set<Node> kept) {
    if (node.outputs().isEmpty()) {
      return List.of();
    }
    String value = node.output();
    if (!writer.replacement(value).isEmpty()) {
      return analysis.refusals().of(value, analysis.foldedForm(value).orElseThrow());
    }
    return kept.contains(node) ? analysis.refusals().of(value) : List.of();
  }

  private FoldReport.Folded region(
      String target, List<FoldedGraphWriter.Planned> planned, Map<String, RoundedWeights> numbers) {
    HeldNodes held = HeldNodes.of(analysis, writer, target);
    Form form = analysis.foldedForm(target).orElseThrow();
    int channels = form.terms().get(0).map().weights().out();
    double multiplyAdds = Cost.ofSum(form.terms().size(), channels).multiplyAdds();
    long parameters = 0;
    double largest = numbers.isEmpty() ? Double.NaN : 0;
    double[] bounds = new double[channels];
    List<String> became = new ArrayList<>();
    Set<String> sized = new HashSet<>();
    for (FoldedGraphWriter.Planned p : planned) {
      long weights = elements(p.map().weights());
      multiplyAdds += (double) weights;
      parameters += weights + (p.bias().isPresent() ? channels : 0);
      became.add(describe(p.map(), p.carrier()));
      sized.addAll(p.map().sized());
      RoundedWeights n = numbers.get(p.output());
      if (n != null) {
        largest = Math.max(largest, n.largestWeight());
        Arrays.setAll(bounds, channel -> bounds[channel] + n.errorBounds()[channel]);
      }
    }
    return new FoldReport.Folded(
        target,
        held.descriptions(),
        became,
        held.multiplyAdds(),
        multiplyAdds,
        held.parameters(),
        parameters,
        largest,
        numbers.isEmpty() ? Double.NaN : Arrays.stream(bounds).max().orElse(0),
        sizes.of(sized));
  }

  private static long elements(Weights weights) {
    return weights.taps().kernelSize() * weights.columns() * weights.out();
  }

  static String describe(Affine map, Carrier carrier) {
    Weights weights = map.weights();
    if (carrier != Carrier.CONV) {
      return "%s %d -> %d"
          .formatted(carrier == Carrier.GEMM ? "Gemm" : "MatMul", weights.in(), weights.out());
    }
    String stride =
        Arrays.stream(map.stride()).allMatch(s -> s == 1)
            ? ""
            : ", stride "
                + Arrays.stream(map.stride())
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining("x"));
    String groups = weights.groups() == 1 ? "" : ", %d groups".formatted(weights.groups());
    return "Conv %d -> %d, %s%s%s"
        .formatted(weights.in(), weights.out(), Kernels.describe(map), stride, groups);
  }

  /** As {@link #totals} of the graph that a fold would give. */
  private FoldReport.Totals planned() {
    Graph graph = analysis.graph();
    List<Node> nodes = new ArrayList<>(writer.kept());
    writer.targets().forEach(t -> nodes.addAll(writer.replacement(t)));
    Set<String> read = new HashSet<>();
    graph.outputs().forEach(output -> read.add(output.name()));
    for (Node node : nodes) {
      read.addAll(node.inputs());
      if (node.op() instanceof Op.Opaque opaque) {
        read.addAll(opaque.captures());
      }
    }
    long parameters =
        graph.initializers().entrySet().stream()
            .filter(e -> read.contains(e.getKey()) || graph.isInput(e.getKey()))
            .mapToLong(e -> realElements(e.getValue()))
            .sum();
    for (FoldedGraphWriter.Planned p : writer.planned()) {
      Weights weights = p.map().weights();
      parameters += elements(weights) + (p.bias().isPresent() ? weights.out() : 0);
    }
    return totals(nodes, parameters);
  }

  static FoldReport.Totals totals(Graph graph) {
    return totals(
        graph.nodes(),
        graph.initializers().values().stream().mapToLong(Reporting::realElements).sum());
  }

  /** How many numbers a tensor adds to the parameters: none if they are integers. */
  static long realElements(Tensor tensor) {
    return tensor.type().isFloat() ? tensor.size() : 0;
  }

  /**
   * @param initializers how many parameters are initializers; those of Constant nodes are added
   */
  private static FoldReport.Totals totals(List<Node> nodes, long initializers) {
    int convolutions = 0;
    int norms = 0;
    int additions = 0;
    int computing = 0;
    long parameters = initializers;
    for (Node node : nodes) {
      if (node.op() instanceof Op.Constant constant) {
        parameters += realElements(constant.value());
        continue;
      }
      computing++;
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
