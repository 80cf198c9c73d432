package io.repfold.precision.risk;

import io.repfold.fold.FoldOptions;
import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.graph.ElementType;
import io.repfold.graph.FloatFormat;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.precision.half.HalfConstants;
import io.repfold.precision.half.HalfFormat;
import io.repfold.precision.half.HalfOptions;
import io.repfold.precision.half.HalfPrecision;
import io.repfold.precision.int8.Int8Conversion;
import io.repfold.precision.int8.QuantizationReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What narrow numbers will do to the blocks of a graph in training form once they are folded.
 *
 * <p>{@link #forecast} looks at weights and statistics alone. Its errors are those of rounding
 * weights: it knows neither what rounding activations adds nor what an error in a block does to the
 * graph's outputs, so it does not rank blocks by what they cost. {@link #measured} adds what {@link
 * Int8Conversion#measure} found on samples.
 */
public final class FoldRisk {
  /** The largest float16 number. */
  private static final double LARGEST_HALF = FloatFormat.of(ElementType.FLOAT16).largest();

  private FoldRisk() {}

  /** What may help a block. */
  public enum Remedy {
    /** Balance the ranges of channels with the layer before: the conversion to int8 does it. */
    BALANCE,
    /** Leave the block in float32 when the model becomes float16. */
    KEEP_IN_FP16,
    /**
     * Measure what int8 costs: by the forecast the block is hard to quantize, which does not tell
     * whether it is worth keeping in float32.
     */
    MEASURE,
    /** Leave the block in float32 when the model becomes int8: only a measurement says so. */
    KEEP_IN_INT8,
    /**
     * Train blocks of the kind {@code qarepvgg}: no normalization on the 1x1 and identity branches,
     * and one behind the sum.
     */
    TRAIN_QAREPVGG;

    /** The name that people read, such as {@code keep-in-int8}. */
    public String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * One of the branches that are added up.
   *
   * @param value that it computes
   * @param kernel such as {@code 3x3}; {@code identity}; {@code other} if it is no single
   *     convolution
   * @param largest magnitude of its weights, with all normalizations multiplied in
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
   * @param halfProblem why the folded weight or bias does not fit float16, so that {@link
   *     HalfPrecision} leaves the block in float32; empty if they fit
   * @param branchDecibels what int8 weights of each branch by itself would keep; NaN if a branch is
   *     no single convolution
   * @param foldedDecibels what int8 weights of the folded convolution keep
   * @param equalizedDecibels the same with the ranges of its input channels balanced
   * @param measured what int8 does to it on samples; empty in a forecast
   * @param remedies that follow from the measurement where there is one, or else from the forecast
   */
  public record Block(
      String target,
      List<Branch> branches,
      double largest,
      double outlier,
      double cancellation,
      double lostBits,
      boolean overflows,
      Optional<String> halfProblem,
      double branchDecibels,
      double foldedDecibels,
      double equalizedDecibels,
      Optional<Measured> measured,
      List<Remedy> remedies) {
    public Block {
      branches = List.copyOf(branches);
      remedies = List.copyOf(remedies);
    }
  }

  /**
   * What int8 does to a block on samples, weights and activations rounded; NaN where the block
   * stays float32 in any case.
   *
   * @param own its own result's energy against that of its error, in dB, its inputs being exact
   * @param alone the same at the graph's outputs, if this block alone computes in integers
   * @param agreement which share of the outputs' decisions stay the same then, from 0 to 1
   * @param share of the error energies that all layers make alone, from 0 to 1
   * @param costly whether its share is more than a layer's average, and the decisions that the
   *     layers change alone are more in sum than the conversion may change
   */
  public record Measured(double own, double alone, double agreement, double share, boolean costly) {
    static final Measured NOTHING =
        new Measured(Double.NaN, Double.NaN, Double.NaN, Double.NaN, false);
  }

  /** The blocks that a fold would make single convolutions of, in the graph's order. */
  public static List<Block> forecast(Graph graph, FoldOptions options) {
    Folder.Result folded = Folder.fold(graph, options);
    List<String> targets =
        folded.report().folded().stream().map(FoldReport.Folded::target).toList();
    RiskBranches branches = RiskBranches.of(graph, targets, options);
    List<Block> blocks = new ArrayList<>();
    for (String target : targets) {
      Optional<Node> became =
          folded.graph().producer(target).filter(n -> n.op() instanceof Op.Conv);
      Optional<Tensor> weight = became.flatMap(n -> folded.graph().constant(n.input(1)));
      if (weight.isPresent()) {
        int channels = Math.toIntExact(weight.get().dim(0));
        blocks.add(
            block(
                folded.graph(),
                became.get(),
                RiskKernel.of(weight.get()),
                branches.of(target, became.get().input(0), channels)));
      }
    }
    return blocks;
  }

  /**
   * The same blocks with what was measured of the layers that they become, and the remedies that
   * follow from it.
   *
   * @param layers as {@link Int8Conversion#measure} gives them
   * @param target the agreement that a conversion is to reach, from 0 to 1, such as 0.99
   */
  public static List<Block> measured(
      List<Block> blocks, List<QuantizationReport.Layer> layers, double target) {
    List<QuantizationReport.Layer> integers =
        layers.stream().filter(QuantizationReport.Layer::quantized).toList();
    double errors = integers.stream().mapToDouble(FoldRisk::error).sum();
    double changes = integers.stream().mapToDouble(layer -> 1 - layer.aloneAgreement()).sum();
    Map<String, Measured> byTarget = new HashMap<>();
    for (QuantizationReport.Layer layer : integers) {
      double share = errors == 0 ? 0 : error(layer) / errors;
      boolean costly = changes > 1 - target && share * integers.size() > 1;
      byTarget.put(
          layer.name(),
          new Measured(layer.decibels(), layer.alone(), layer.aloneAgreement(), share, costly));
    }
    return blocks.stream()
        .map(
            block ->
                Remedies.into(
                    new Block(
                        block.target,
                        block.branches,
                        block.largest,
                        block.outlier,
                        block.cancellation,
                        block.lostBits,
                        block.overflows,
                        block.halfProblem,
                        block.branchDecibels,
                        block.foldedDecibels,
                        block.equalizedDecibels,
                        Optional.of(byTarget.getOrDefault(block.target, Measured.NOTHING)),
                        List.of())))
        .toList();
  }

  /** The energy of the error at the outputs, that of the outputs being 1. */
  private static double error(QuantizationReport.Layer layer) {
    return Math.pow(10, -layer.alone() / 10);
  }

  private static Block block(
      Graph graph, Node conv, RiskKernel folded, List<RiskBranches.Found> found) {
    Optional<Tensor> bias = graph.constant(conv.input(2));
    double largest = folded.largest();
    if (bias.isPresent()) {
      for (double value : bias.get().toDoubles()) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    List<RiskKernel> kernels = found.stream().flatMap(b -> b.kernel().stream()).toList();
    boolean known = !kernels.isEmpty() && kernels.size() == found.size();
    return Remedies.into(
        new Block(
            conv.output(),
            found.stream().map(RiskBranches.Found::described).toList(),
            largest,
            folded.outlier(),
            known ? folded.cancellation(kernels) : Double.NaN,
            found.stream().mapToDouble(RiskBranches.Found::lostBits).max().orElse(0),
            largest > LARGEST_HALF,
            halfProblem(graph, conv),
            known ? folded.decibelsOf(kernels) : Double.NaN,
            folded.decibels(),
            folded.equalizedDecibels(),
            Optional.empty(),
            List.of()));
  }

  private static Optional<String> halfProblem(Graph graph, Node conv) {
    HalfConstants weights =
        new HalfConstants(HalfFormat.of(ElementType.FLOAT16), HalfOptions.FLOAT16.underflow());
    String weight = conv.input(1);
    String bias = conv.input(2);
    Optional<String> problem =
        graph.constant(weight).flatMap(tensor -> weights.problem(weight, tensor));
    return problem.or(() -> graph.constant(bias).flatMap(t -> weights.overflow(bias, t)));
  }
}
