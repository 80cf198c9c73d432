package io.repfold.precision;

import io.repfold.fold.FoldOptions;
import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What narrow numbers will do to the blocks of a graph in training form once they are folded, from
 * their weights and statistics alone. Errors are those of rounding weights; what activations add is
 * known only from samples.
 */
public final class FoldRisk {
  /** The largest float16 number. */
  private static final double LARGEST_HALF = 65504;

  /** Below, a block is called hard to quantize. */
  private static final double FEW_DECIBELS = 30;

  /** float16 has 11 bits; a block that loses more than so many is at risk. */
  private static final double MANY_BITS = 5;

  private static final double WORTH_DECIBELS = 3;

  /** One and a half bits: more should not be lost by folding. */
  private static final double HIGH_PRICE = 9;

  private FoldRisk() {}

  /** What may help a block. */
  public enum Remedy {
    /** Balance the ranges of channels with the layer before; quantizing to int8 does it. */
    EQUALIZE,
    /** Leave the block in float32 when the model becomes float16. */
    KEEP_FLOAT32,
    /** Leave the block in float16 or float32 when the model becomes int8. */
    KEEP_HALF,
    /**
     * Train the QARepVGG form: no normalization on the 1x1 and identity branches, and one behind
     * the sum (Chu et al., Make RepVGG Greater Again, 2022).
     */
    TRAIN_QAREPVGG
  }

  /**
   * One of the branches that are added up.
   *
   * @param value that it computes
   * @param kernel such as {@code 3x3}; {@code identity}; {@code other} if it is no single
   *     convolution
   * @param largest magnitude of its weights, its normalization multiplied in
   * @param outlier the largest magnitude of a channel by the root mean square, for the median
   *     channel
   * @param variances the largest running variance of its last normalization by the smallest; NaN
   *     without one
   */
  public record Branch(
      String value, String kernel, double largest, double outlier, double variances) {}

  /**
   * A block.
   *
   * @param target the value that it computes
   * @param largest magnitude of the folded weights and biases
   * @param outlier as of a branch
   * @param cancellation the branches' weights by the folded ones, in the Euclidean norm, for the
   *     worst channel: beyond 1, branches cancel each other
   * @param lostBits how many leading bits cancel between weights and bias in the worst channel: the
   *     logarithm of a normalization's mean by its deviation
   * @param overflows whether a folded weight or bias is beyond float16
   * @param branchDecibels what int8 weights of each branch by itself would keep; NaN if a branch is
   *     no single convolution
   * @param foldedDecibels what int8 weights of the folded convolution keep
   * @param equalizedDecibels the same with the ranges of its input channels balanced
   */
  public record Block(
      String target,
      List<Branch> branches,
      double largest,
      double outlier,
      double cancellation,
      double lostBits,
      boolean overflows,
      double branchDecibels,
      double foldedDecibels,
      double equalizedDecibels,
      List<Remedy> remedies) {
    public Block {
      branches = List.copyOf(branches);
      remedies = List.copyOf(remedies);
    }
  }

  /** The blocks that a fold would make single convolutions of, in the graph's order. */
  public static List<Block> forecast(Graph graph, FoldOptions options) {
    Folder.Result folded = Folder.fold(graph, options);
    List<FoldReport.Folded> regions = folded.report().folded();
    RiskBranches branches =
        RiskBranches.of(graph, regions.stream().map(FoldReport.Folded::target).toList(), options);
    List<Block> blocks = new ArrayList<>();
    for (FoldReport.Folded region : regions) {
      Optional<Node> became =
          folded.graph().producer(region.target()).filter(n -> n.op() instanceof Op.Conv);
      Optional<Tensor> weight = became.flatMap(n -> folded.graph().constant(n.input(1)));
      if (weight.isPresent()) {
        Optional<Tensor> bias = folded.graph().constant(became.get().input(2));
        RiskKernel kernel = RiskKernel.of(weight.get());
        blocks.add(block(region.target(), kernel, bias, branches));
      }
    }
    return blocks;
  }

  private static Block block(
      String target, RiskKernel folded, Optional<Tensor> bias, RiskBranches branches) {
    List<RiskBranches.Found> found = branches.of(target);
    double largest = folded.largest();
    if (bias.isPresent()) {
      for (double value : bias.get().toDoubles()) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    List<RiskKernel> kernels = found.stream().flatMap(b -> b.kernel().stream()).toList();
    boolean known = !kernels.isEmpty() && kernels.size() == found.size();
    double lostBits = found.stream().mapToDouble(RiskBranches.Found::lostBits).max().orElse(0);
    double kept = folded.decibels();
    double equalized = folded.equalizedDecibels();
    double apart = known ? folded.decibelsOf(kernels) : Double.NaN;
    boolean overflows = largest > LARGEST_HALF;
    return new Block(
        target,
        found.stream().map(RiskBranches.Found::described).toList(),
        largest,
        folded.outlier(),
        known ? folded.cancellation(kernels) : Double.NaN,
        lostBits,
        overflows,
        apart,
        kept,
        equalized,
        remedies(overflows || lostBits > MANY_BITS, kept, equalized, apart, found.size()));
  }

  private static List<Remedy> remedies(
      boolean half, double kept, double equalized, double apart, int branches) {
    List<Remedy> remedies = new ArrayList<>();
    if (half) {
      remedies.add(Remedy.KEEP_FLOAT32);
    }
    boolean lossy = kept < FEW_DECIBELS;
    double drop = Double.isNaN(apart) || Double.isInfinite(kept) ? 0 : apart - kept;
    if ((lossy || drop > HIGH_PRICE) && equalized > kept + WORTH_DECIBELS) {
      remedies.add(Remedy.EQUALIZE);
    }
    if (lossy && equalized < FEW_DECIBELS || drop > 2 * HIGH_PRICE) {
      remedies.add(Remedy.KEEP_HALF);
    }
    if (branches > 1 && drop > HIGH_PRICE) {
      remedies.add(Remedy.TRAIN_QAREPVGG);
    }
    return remedies;
  }
}
