package io.repfold.precision;

import io.repfold.fold.FoldOptions;
import io.repfold.fold.Folder;
import io.repfold.graph.DeadCode;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The branches of blocks, each folded by itself. */
final class RiskBranches {
  private final Graph graph;
  private final Map<String, List<String>> values = new LinkedHashMap<>();
  private Graph folded;

  private RiskBranches(Graph graph) {
    this.graph = graph;
    this.folded = graph;
  }

  /**
   * A branch.
   *
   * @param kernel empty if it is no single convolution
   * @param lostBits how many bits cancel in its normalizations
   */
  record Found(FoldRisk.Branch described, Optional<RiskKernel> kernel, double lostBits) {}

  static RiskBranches of(Graph graph, List<String> targets, FoldOptions options) {
    RiskBranches branches = new RiskBranches(graph);
    Set<String> all = new LinkedHashSet<>();
    for (String target : targets) {
      List<String> ends = new ArrayList<>();
      branches.collect(target, ends);
      branches.values.put(target, ends);
      all.addAll(ends);
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
  private void collect(String value, List<String> ends) {
    Optional<Node> producer = graph.producer(value);
    if (producer.isEmpty()) {
      if (graph.constant(value).isEmpty()) {
        ends.add(value);
      }
      return;
    }
    Op op = producer.get().op();
    boolean sums = IntegerRole.isAdd(op) || op.equals(new Op.Variadic(Op.Variadic.Function.SUM));
    if (sums) {
      producer.get().inputs().forEach(input -> collect(input, ends));
    } else if (op instanceof Op.BatchNormalization && isSum(producer.get().input(0))) {
      collect(producer.get().input(0), ends);
    } else if (graph.constant(value).isEmpty()) {
      ends.add(value);
    }
  }

  private boolean isSum(String value) {
    return graph
        .producer(value)
        .filter(
            n ->
                IntegerRole.isAdd(n.op())
                    || n.op().equals(new Op.Variadic(Op.Variadic.Function.SUM)))
        .isPresent();
  }

  List<Found> of(String target) {
    return values.getOrDefault(target, List.of()).stream().map(this::find).toList();
  }

  private Found find(String value) {
    double[] ratios = {0, Double.NaN};
    graph.producer(value).ifPresent(node -> follow(node, ratios, 0));
    Optional<Node> became = folded.producer(value);
    String kernelName = "other";
    Optional<RiskKernel> kernel = Optional.empty();
    if (became.isPresent() && became.get().op() instanceof Op.Conv) {
      Optional<Tensor> weight = folded.constant(became.get().input(1));
      kernel = weight.map(RiskKernel::of);
      kernelName = weight.map(RiskBranches::shape).orElse("other");
    } else if (became.isPresent() && became.get().op() instanceof Op.BatchNormalization norm) {
      kernel = scales(became.get(), norm).map(RiskKernel::diagonal);
      kernelName = "identity";
    }
    return new Found(
        new FoldRisk.Branch(
            value,
            kernelName,
            kernel.map(RiskKernel::largest).orElse(Double.NaN),
            kernel.map(RiskKernel::outlier).orElse(Double.NaN),
            ratios[1]),
        kernel,
        Math.log1p(ratios[0]) / Math.log(2));
  }

  private static String shape(Tensor weight) {
    List<String> sizes = new ArrayList<>();
    for (int i = 2; i < weight.rank(); i++) {
      sizes.add(Long.toString(weight.dim(i)));
    }
    return String.join("x", sizes);
  }

  private Optional<double[]> scales(Node node, Op.BatchNormalization norm) {
    Optional<Tensor> gamma = folded.constant(node.input(1));
    Optional<Tensor> variance = folded.constant(node.input(4));
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
      Optional<Tensor> means = graph.constant(node.input(3));
      Optional<Tensor> variances = graph.constant(node.input(4));
      if (means.isPresent() && variances.isPresent()) {
        look(norm, means.get(), variances.get(), ratios);
      }
    }
    graph.producer(node.input(0)).ifPresent(before -> follow(before, ratios, depth + 1));
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
