package io.repfold.precision.int8;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Balances the ranges of channels between a convolution and those that read it, so that one scale
 * for the tensor between them suits all its channels (Nagel et al., Data-Free Quantization, 2019).
 *
 * <pre>
 *   Given:   %2 = Conv(%1, W1, b1);  %3 = Relu(%2);     %4 = Conv(%3, W2, b2)
 *   Result:  %2 = Conv(%1, W1/s, b1/s);  %3 = Relu(%2);  %4 = Conv(%3, W2*s, b2)
 * </pre>
 *
 * <p>The factors s are powers of two, so that the graph computes the same to the bit, unless
 * numbers come near the ends of float32. Where the expected error would not fall, nothing is
 * changed: what integer kernels round between both layers is what must gain, the first layer's own
 * result too where another function than Relu stands behind it (a PRelu's slopes differ by channel,
 * so its results may gain what its inputs lose).
 */
public final class RangeEqualizer {
  private final Graph graph;
  private final Map<String, ChannelStatistics> statistics;
  private final Map<String, double[]> weights = new LinkedHashMap<>();
  private final List<Balanced> balanced = new ArrayList<>();

  private RangeEqualizer(Graph graph, Map<String, ChannelStatistics> statistics) {
    this.graph = graph;
    this.statistics = statistics;
  }

  /**
   * Channels that were balanced.
   *
   * @param value the tensor between the layers
   * @param spreadBefore the largest channel's range divided by the median's
   * @param spreadAfter the same afterwards
   */
  public record Balanced(String value, double spreadBefore, double spreadAfter) {}

  /** A graph, and where channels were balanced. */
  record Result(Graph graph, List<Balanced> balanced) {}

  /** The values between layers whose channels can be balanced, and what those layers make. */
  static Set<String> values(Graph graph) {
    Set<String> values = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      EqualizablePair.find(graph, node)
          .ifPresent(
              pair -> {
                values.add(pair.value());
                pair.own().ifPresent(values::add);
              });
    }
    return values;
  }

  /**
   * Balances.
   *
   * @param statistics of {@link #values}, over samples
   */
  static Result equalize(Graph graph, Map<String, ChannelStatistics> statistics) {
    return new RangeEqualizer(graph, statistics).run();
  }

  private Result run() {
    for (Node node : graph.nodes()) {
      EqualizablePair.find(graph, node).ifPresent(this::balance);
    }
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    weights.forEach(
        (name, values) -> initializers.computeIfPresent(name, (k, old) -> like(old, values)));
    List<Node> nodes = graph.nodes().stream().map(this::withWeights).toList();
    Graph result = graph.toBuilder().replaceInitializers(initializers).replaceNodes(nodes).build();
    return new Result(result, List.copyOf(balanced));
  }

  private static Tensor like(Tensor old, double... values) {
    return Tensor.ofDoubles(old.type(), values, old.dims());
  }

  private Node withWeights(Node node) {
    double[] values = node.op() instanceof Op.Constant ? weights.get(node.output()) : null;
    return values == null
        ? node
        : new Node(
            node.name(),
            new Op.Constant(like(((Op.Constant) node.op()).value(), values)),
            node.inputs(),
            node.outputs());
  }

  private void balance(EqualizablePair pair) {
    ChannelStatistics seen = statistics.get(pair.value());
    if (seen == null || seen.channels() != pair.channels()) {
      return;
    }
    double[] ranges = new double[pair.channels()];
    double[] powers = new double[pair.channels()];
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] = seen.largest(i);
      powers[i] = seen.meanSquare(i);
    }
    double[] factors = factors(pair, ranges);
    double before = noise(pair, ranges, powers, ones(factors.length));
    if (!(noise(pair, ranges, powers, factors) < before)) {
      return;
    }
    apply(pair, factors);
    double[] after = new double[ranges.length];
    for (int i = 0; i < after.length; i++) {
      after[i] = ranges[i] / factors[i];
    }
    balanced.add(new Balanced(pair.value(), spread(ranges), spread(after)));
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static double spread(double... ranges) {
    double[] sorted = ranges.clone();
    Arrays.sort(sorted);
    double median = sorted[sorted.length / 2];
    return median == 0 ? Double.NaN : sorted[sorted.length - 1] / median;
  }

  private double[] weight(QuantizableLayer layer) {
    return weights.computeIfAbsent(layer.weightName(), k -> layer.weight().toDoubles());
  }

  /** The root of the range of a channel by that of the weights that read it; a power of two. */
  private double[] factors(EqualizablePair pair, double... ranges) {
    double[] factors = new double[ranges.length];
    double[] logs = new double[ranges.length];
    double[] reads = new double[ranges.length];
    for (EqualizablePair.Reader reader : pair.readers()) {
      double[] largest = reader.largest(weight(reader.layer()));
      for (int i = 0; i < reads.length; i++) {
        reads[i] = Math.max(reads[i], largest[i]);
      }
    }
    double sum = 0;
    int alive = 0;
    for (int i = 0; i < ranges.length; i++) {
      boolean lives = ranges[i] > 0 && reads[i] > 0;
      double ratio = pair.isDepthwise() ? ranges[i] : Math.sqrt(ranges[i] / reads[i]);
      logs[i] = lives ? Math.log(ratio) / Math.log(2) : Double.NaN;
      sum += lives ? logs[i] : 0;
      alive += lives ? 1 : 0;
    }
    double middle = alive == 0 ? 0 : sum / alive;
    for (int i = 0; i < factors.length; i++) {
      double exponent = Double.isNaN(logs[i]) ? 0 : Math.rint(logs[i] - middle);
      factors[i] = Math.scalb(1.0, (int) Math.max(-8, Math.min(8, exponent)));
    }
    return factors;
  }

  /** The squared error that rounding is expected to make in the readers' results. */
  private double noise(EqualizablePair pair, double[] ranges, double[] powers, double[] factors) {
    double largest = largest(ranges, factors);
    double before =
        pair.own().map(statistics::get).map(own -> largest(largest(own), factors)).orElse(0.0);
    double noise = 0;
    for (EqualizablePair.Reader reader : pair.readers()) {
      double[] weight = weight(reader.layer());
      noise += reader.noise(weight, largest, powers, factors);
      noise += reader.noiseBefore(weight, before, factors);
    }
    return noise;
  }

  private static double[] largest(ChannelStatistics seen) {
    double[] largest = new double[seen.channels()];
    Arrays.setAll(largest, seen::largest);
    return largest;
  }

  private static double largest(double[] ranges, double[] factors) {
    double largest = 0;
    for (int i = 0; i < ranges.length; i++) {
      largest = Math.max(largest, ranges[i] / factors[i]);
    }
    return largest;
  }

  private void apply(EqualizablePair pair, double... factors) {
    double[] first = weight(pair.first());
    int inner = first.length / factors.length;
    for (int i = 0; i < first.length; i++) {
      first[i] /= factors[i / inner];
    }
    Optional<Tensor> bias = pair.first().bias();
    bias.ifPresent(
        tensor -> {
          double[] values =
              weights.computeIfAbsent(pair.first().node().input(2), k -> tensor.toDoubles());
          for (int i = 0; i < values.length; i++) {
            values[i] /= factors[i];
          }
        });
    for (EqualizablePair.Reader reader : pair.readers()) {
      reader.scale(weight(reader.layer()), factors);
    }
  }
}
