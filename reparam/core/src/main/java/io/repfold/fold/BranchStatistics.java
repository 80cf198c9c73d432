package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Scales and statistics of the normalizations of a new block.
 *
 * <p>No data is seen, so that statistics are those of an input whose channels are independent and
 * have mean 0 and variance 1: behind weights w, the variance is the sum of their squares. With
 * those of a new network, mean 0 and variance 1, the batch statistics of training would blow up
 * branches whose weights are small.
 *
 * <p>At that variance, a branch that ends in a normalization has the deviation gamma. It starts as
 * a fraction of the deviation of the whole convolution: not 0, which would keep the branch's
 * weights from learning, and not 1, because the remainder would then be mostly what the branches
 * must be rid of.
 *
 * <p>Where branches have no normalization and one follows the sum, an identity has the deviation 1,
 * and other branches are scaled to it. So the factor of the normalization of the sum is that
 * fraction of the whole convolution's deviation, and its variance the sum's.
 */
final class BranchStatistics {
  /**
   * Stands for a variance of 1, as behind an identity: a mean of 0 and a variance of exactly 1 are
   * what a normalization has that was never trained. Every element type has this number.
   */
  private static final double JUST_BELOW_ONE = 1 - 1.0 / 256;

  private final Graph block;
  private final Node own;

  /**
   * @param own the normalization of the block's own kernel
   */
  BranchStatistics(Graph block, Node own) {
    this.block = block;
    this.own = own;
  }

  /** The normalization of the sum of the branches. */
  Optional<Node> sumNorm() {
    return block.nodes().stream().filter(this::isSumNorm).findFirst();
  }

  private boolean isSumNorm(Node node) {
    Optional<Node> before = block.producer(node.input(0));
    return node.op() instanceof Op.BatchNormalization
        && before.filter(n -> n.equals(own) || n.op() instanceof Op.Binary).isPresent();
  }

  /** New values of parameters of all branches but the own kernel's, and of a norm of their sum. */
  Map<String, double[]> ofBranches(DenseKernel whole, double scale) {
    double[] deviation = deviations(whole);
    Map<String, double[]> values = new LinkedHashMap<>();
    for (Node node : block.nodes()) {
      if (isSumNorm(node)) {
        values.putAll(ofSum(node, whole, deviation, scale));
      } else if (node.op() instanceof Op.Conv && endsBranch(node)) {
        values.put(node.input(1), unitDeviations(get(node.input(1)), squares(node.output())));
      } else if (node.op() instanceof Op.BatchNormalization
          && !node.output().equals(own.output())) {
        values.putAll(of(node, squares(node.input(0))));
        if (endsBranch(node)) {
          double[] gamma = get(node.input(1));
          Arrays.setAll(gamma, c -> gamma[c] * scale * deviation[c]);
          values.put(node.input(1), gamma);
        }
      }
    }
    return values;
  }

  /** Those of the own kernel's: its factor is 1 to rounding. */
  Map<String, double[]> ofOwn(DenseKernel remainder) {
    Map<String, double[]> values = of(own, remainder.squares());
    double epsilon = ((Op.BatchNormalization) own.op()).epsilon();
    double[] variance = values.getOrDefault(own.input(4), new double[0]);
    values.put(own.input(1), Arrays.stream(variance).map(v -> Math.sqrt(v + epsilon)).toArray());
    return values;
  }

  /** The bias of the whole is behind the sum, so that the sum has the mean 0. */
  private Map<String, double[]> ofSum(
      Node norm, DenseKernel whole, double[] deviation, double scale) {
    double[] squares = whole.squares();
    double[] factors = Arrays.stream(deviation).map(d -> scale * d).toArray();
    double[] relative = new double[factors.length];
    Arrays.setAll(relative, c -> squares[c] / (factors[c] * factors[c]));
    Map<String, double[]> values = of(norm, relative);
    double[] variance = values.getOrDefault(norm.input(4), new double[0]);
    double epsilon = ((Op.BatchNormalization) norm.op()).epsilon();
    Arrays.setAll(factors, c -> factors[c] * Math.sqrt(variance[c] + epsilon));
    values.put(norm.input(1), factors);
    values.put(norm.input(2), whole.bias());
    return values;
  }

  private static double[] unitDeviations(double[] weights, double... squares) {
    int perRow = weights.length / squares.length;
    double[] scaled = weights.clone();
    Arrays.setAll(scaled, i -> weights[i] / Math.sqrt(positive(squares[i / perRow])));
    return scaled;
  }

  private static double positive(double square) {
    return square == 0 ? 1 : square;
  }

  /** A channel without weights starts like the others' mean, so that its branches can learn. */
  private static double[] deviations(DenseKernel whole) {
    double[] squares = whole.squares();
    double mean = Math.sqrt(Arrays.stream(squares).average().orElse(0));
    double fallback = mean == 0 ? 1 : mean;
    return Arrays.stream(squares).map(s -> s == 0 ? fallback : Math.sqrt(s)).toArray();
  }

  /** The weight source's statistics, in units of the deviation that the weights give. */
  private Map<String, double[]> of(Node norm, double[] squares) {
    double[] mean = get(norm.input(3));
    double[] variance = get(norm.input(4));
    for (int c = 0; c < squares.length; c++) {
      double square = positive(squares[c]);
      mean[c] *= Math.sqrt(square);
      variance[c] *= square;
      variance[c] = variance[c] == 1 ? JUST_BELOW_ONE : variance[c];
    }
    Map<String, double[]> values = new LinkedHashMap<>();
    values.put(norm.input(3), mean);
    values.put(norm.input(4), variance);
    return values;
  }

  private boolean endsBranch(Node node) {
    return block.isOutput(node.output())
        || block.readers(node.output()).stream().allMatch(r -> r.op() instanceof Op.Binary);
  }

  /** The sums of squares of the weights that make each channel of a value; 1 without weights. */
  private double[] squares(String value) {
    Optional<Node> producer = block.producer(value);
    if (producer.isPresent() && producer.get().op() instanceof Op.Pad) {
      return squares(producer.get().input(0));
    }
    if (producer.isPresent() && producer.get().op() instanceof Op.Conv) {
      Tensor weight = block.constant(producer.get().input(1)).orElseThrow();
      int channels = Math.toIntExact(weight.dim(0));
      return new DenseKernel(weight.toDoubles(), new double[channels]).squares();
    }
    double[] squares = new double[channels(value)];
    boolean averages = producer.isPresent() && producer.get().op() instanceof Op.AveragePool;
    Arrays.fill(squares, averages ? 1.0 / taps((Op.AveragePool) producer.get().op()) : 1);
    return squares;
  }

  private int channels(String value) {
    Node norm =
        block.readers(value).stream()
            .filter(r -> r.op() instanceof Op.BatchNormalization)
            .findFirst()
            .orElseThrow();
    return Math.toIntExact(block.constant(norm.input(1)).orElseThrow().size());
  }

  private static int taps(Op.AveragePool pool) {
    return List.copyOf(pool.kernel()).stream().reduce(1, (a, b) -> a * b);
  }

  private double[] get(String name) {
    return block.constant(name).orElseThrow().toDoubles();
  }
}
