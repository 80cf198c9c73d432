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
 * Scales and statistics of the normalisations of a new block.
 *
 * <p>No data is seen, so that statistics are those of an input whose channels are independent and
 * have mean 0 and variance 1: behind weights w, the variance is the sum of their squares. With
 * those of a new network, mean 0 and variance 1, the batch statistics of training would blow up
 * branches whose weights are small.
 *
 * <p>At that variance, a branch that ends in a normalisation has the deviation gamma. It starts as
 * a fraction of the deviation of the whole convolution: not 0, which would keep the branch's
 * weights from learning, and not 1, because the remainder would then be mostly what the branches
 * must be rid of.
 */
final class BranchStatistics {
  private final Graph block;
  private final Node own;

  /**
   * @param own the normalisation of the block's own kernel
   */
  BranchStatistics(Graph block, Node own) {
    this.block = block;
    this.own = own;
  }

  /** New values of parameters of all normalisations but the own kernel's. */
  Map<String, double[]> ofBranches(DenseKernel whole, double scale) {
    double[] deviation = deviations(whole);
    Map<String, double[]> values = new LinkedHashMap<>();
    for (Node node : block.nodes()) {
      if (node.op() instanceof Op.BatchNormalization && !node.output().equals(own.output())) {
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
      double square = squares[c] == 0 ? 1 : squares[c];
      mean[c] *= Math.sqrt(square);
      variance[c] *= square;
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
