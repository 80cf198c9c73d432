package io.repfold.precision.risk;

import io.repfold.fold.FoldOptions;
import io.repfold.fold.Folder;
import io.repfold.graph.DeadCode;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.precision.int8.IntegerRole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The branches of blocks, each folded by itself. */
final class RiskBranches {
  private final Graph graph;
  private final Map<String, List<End>> values = new LinkedHashMap<>();
  private Graph folded;

  private RiskBranches(Graph graph) {
    this.graph = graph;
    this.folded = graph;
  }

  /**
   * Where a branch ends.
   *
   * @param scales of a normalization of the sum, one for each channel; empty for none
   * @param ratio the largest mean of such a normalization by its deviation
   */
  private record End(String value, double[] scales, double ratio) {
    Optional<RiskKernel> scaled(Optional<RiskKernel> kernel) {
      return scales.length == 0 ? kernel : kernel.map(k -> k.scaled(scales));
    }
  }

  /**
   * A branch.
   *
   * @param kernel empty if it is no single convolution
   * @param lostBits how many bits cancel in its normalizations
   */
  record Found(FoldRisk.Branch described, Optional<RiskKernel> kernel, double lostBits) {}

  static RiskBranches of(Graph graph, Iterable<String> targets, FoldOptions options) {
    RiskBranches branches = new RiskBranches(graph);
    Set<String> all = new LinkedHashSet<>();
    for (String target : targets) {
      List<End> ends = new ArrayList<>();
      branches.collect(new End(target, new double[0], 0), ends);
      branches.values.put(target, ends);
      ends.forEach(end -> all.add(end.value()));
    }
    List<Value> outputs =
        all.stream()
            .map(name -> new Value(name, Optional.of(ElementType.FLOAT), Optional.empty()))
            .toList();
    Graph cut = DeadCode.withoutUnread(graph.toBuilder().replaceOutputs(outputs));
    branches.folded = Folder.fold(cut, options).graph();
    return branches;
  }

  /** The values that are added up, through a normalization of the sum. */
  private void collect(End end, List<End> ends) {
    Optional<Node> producer = graph.producer(end.value());
    if (graph.constant(end.value()).isPresent()) {
      return;
    }
    if (producer.filter(RiskBranches::adds).isPresent()) {
      producer
          .get()
          .inputs()
          .forEach(input -> collect(new End(input, end.scales(), end.ratio()), ends));
      return;
    }
    Optional<End> sum = producer.filter(n -> isSum(n.input(0))).flatMap(n -> before(n, end));
    if (sum.isPresent()) {
      collect(sum.get(), ends);
    } else {
      ends.add(end);
    }
  }

  /** What a normalization of a sum does to what is added up. */
  private Optional<End> before(Node node, End end) {
    if (!(node.op() instanceof Op.BatchNormalization norm)) {
      return Optional.empty();
    }
    double[] ratios = {end.ratio(), Double.NaN};
    look(norm, node, ratios);
    return scales(graph, node, norm)
        .map(
            scales -> {
              for (int i = 0; i < end.scales().length; i++) {
                scales[i] *= end.scales()[i];
              }
              return new End(node.input(0), scales, ratios[0]);
            });
  }

  private static boolean adds(Node node) {
    return IntegerRole.isAdd(node.op())
        || node.op().equals(new Op.Variadic(Op.Variadic.Function.SUM));
  }

  private boolean isSum(String value) {
    return graph.producer(value).filter(RiskBranches::adds).isPresent();
  }

  /**
   * The branches of a block.
   *
   * @param source what the folded block reads
   * @param channels of the block's result
   */
  List<Found> of(String target, String source, int channels) {
    return values.getOrDefault(target, List.of()).stream()
        .map(end -> end.value().equals(source) ? identity(end, channels) : find(end))
        .toList();
  }

  /** A branch that is the block's input itself. */
  private static Found identity(End end, int channels) {
    double[] ones = new double[channels];
    Arrays.fill(ones, 1);
    return found(end, "identity", Optional.of(RiskKernel.diagonal(ones)), end.ratio(), Double.NaN);
  }

  private Found find(End end) {
    double[] ratios = {end.ratio(), Double.NaN};
    graph.producer(end.value()).ifPresent(node -> follow(node, ratios, 0));
    Optional<Node> became = folded.producer(end.value());
    String kernelName = "other";
    Optional<RiskKernel> kernel = Optional.empty();
    if (became.isPresent() && became.get().op() instanceof Op.Conv) {
      Optional<Tensor> weight = folded.constant(became.get().input(1));
      kernel = weight.map(RiskKernel::of);
      kernelName = weight.map(RiskBranches::shape).orElse("other");
    } else if (became.isPresent() && became.get().op() instanceof Op.BatchNormalization norm) {
      kernel = scales(folded, became.get(), norm).map(RiskKernel::diagonal);
      kernelName = "identity";
    }
    return found(end, kernelName, kernel, ratios[0], ratios[1]);
  }

  private static Found found(
      End end, String name, Optional<RiskKernel> own, double ratio, double variances) {
    Optional<RiskKernel> kernel = end.scaled(own);
    return new Found(
        new FoldRisk.Branch(
            end.value(),
            name,
            kernel.map(RiskKernel::largest).orElse(Double.NaN),
            kernel.map(RiskKernel::outlier).orElse(Double.NaN),
            variances),
        kernel,
        Math.log1p(ratio) / Math.log(2));
  }

  private static String shape(Tensor weight) {
    List<String> sizes = new ArrayList<>();
    for (int i = 2; i < weight.rank(); i++) {
      sizes.add(Long.toString(weight.dim(i)));
    }
    return String.join("x", sizes);
  }

  private static Optional<double[]> scales(Graph graph, Node node, Op.BatchNormalization norm) {
    Optional<Tensor> gamma = graph.constant(node.input(1));
    Optional<Tensor> variance = graph.constant(node.input(4));
    if (gamma.isEmpty() || variance.isEmpty()) {
      return Optional.empty();
    }
    double[] scales = gamma.get().toDoubles();
    for (int i = 0; i < scales.length; i++) {
      scales[i] /= Math.sqrt(variance.get().doubleAt(i) + norm.epsilon());
    }
    return Optional.of(scales);
  }

  /**
   * Looks at the normalizations of a branch, from its end.
   *
   * @param ratios the largest mean by its deviation; the last norm's largest variance by its
   *     smallest
   */
  private void follow(Node node, double[] ratios, int depth) {
    boolean linear =
        node.op() instanceof Op.Conv
            || node.op() instanceof Op.BatchNormalization
            || node.op() instanceof Op.AveragePool
            || node.op() instanceof Op.Pad;
    if (!linear || depth > 8) {
      return;
    }
    if (node.op() instanceof Op.BatchNormalization norm) {
      look(norm, node, ratios);
    }
    graph.producer(node.input(0)).ifPresent(before -> follow(before, ratios, depth + 1));
  }

  private void look(Op.BatchNormalization norm, Node node, double... ratios) {
    Optional<Tensor> means = graph.constant(node.input(3));
    Optional<Tensor> variances = graph.constant(node.input(4));
    if (means.isPresent() && variances.isPresent()) {
      look(norm, means.get(), variances.get(), ratios);
    }
  }

  private static void look(
      Op.BatchNormalization norm, Tensor means, Tensor variances, double... ratios) {
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (int i = 0; i < means.size(); i++) {
      double variance = variances.doubleAt(i) + norm.epsilon();
      least = Math.min(least, variance);
      most = Math.max(most, variance);
      ratios[0] = Math.max(ratios[0], Math.abs(means.doubleAt(i)) / Math.sqrt(variance));
    }
    if (Double.isNaN(ratios[1])) {
      ratios[1] = most / least;
    }
  }
}
