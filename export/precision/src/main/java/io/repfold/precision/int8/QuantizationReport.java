package io.repfold.precision.int8;

import io.repfold.precision.Finding;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What {@link Int8Conversion} did.
 *
 * @param layers all nodes with weights, in the graph's order
 * @param balanced where the ranges of channels were balanced; nowhere if that did not help
 * @param biasesCorrected whether biases take back mean errors, which they do if that helps
 * @param samples how many samples were run
 * @param agreement the least share of decisions that stay the same, from 0 to 1
 * @param decibels the worst output's energy against that of its error; NaN if no output holds real
 *     numbers
 * @param trials what was measured on the way to the target, in order
 */
public record QuantizationReport(
    QuantizationOptions options,
    List<Layer> layers,
    List<RangeEqualizer.Balanced> balanced,
    boolean biasesCorrected,
    int samples,
    double agreement,
    double decibels,
    List<Trial> trials) {
  /** A layer whose error is nearly as large as its result, in dB. */
  private static final double DEAD = 3;

  public QuantizationReport {
    layers = List.copyOf(layers);
    balanced = List.copyOf(balanced);
    trials = List.copyOf(trials);
  }

  /**
   * A node with weights.
   *
   * @param name its output
   * @param type its op
   * @param quantized whether it computes in integers
   * @param because why it does not; empty if it does
   * @param scale of its input; NaN if it is not quantized
   * @param zeroPoint of its input
   * @param decibels of its own result, with exact inputs: the energy against that of the error,
   *     before biases were corrected; NaN if it was not measured
   * @param alone the same at the graph's outputs if only this layer is quantized; NaN if it was not
   *     measured, or no output holds real numbers
   * @param aloneAgreement agreement of the outputs if only this layer is quantized; NaN likewise
   */
  public record Layer(
      String name,
      String type,
      boolean quantized,
      String because,
      double scale,
      int zeroPoint,
      double decibels,
      double alone,
      double aloneAgreement) {}

  /**
   * A try.
   *
   * @param excluded how many layers stayed float32
   * @param agreement the least share of decisions that stay the same
   * @param worst what is worst beside its target; empty if nothing is judged
   */
  public record Trial(int excluded, double agreement, Optional<Finding> worst) {
    /** What is wrong by what may be. */
    double loss() {
      return worst.map(Finding::loss).orElse(0.0);
    }
  }

  /** The try that did best, with the fewest layers in float32; empty if there was none. */
  public Optional<Trial> best() {
    return trials.stream()
        .min(Comparator.comparingDouble(Trial::loss).thenComparing(Trial::excluded));
  }

  /** How many layers there was no time to try alone, where a search for some was needed. */
  public long untried() {
    boolean searched = trials.size() > 1;
    return layers.stream()
        .filter(layer -> searched && !Double.isNaN(layer.decibels()))
        .filter(layer -> Double.isNaN(layer.aloneAgreement()))
        .count();
  }

  /** Layers of whose own result hardly anything is left in integers. */
  public List<Layer> dead() {
    return layers.stream().filter(l -> l.quantized() && l.decibels() < DEAD).toList();
  }

  /** How many layers compute in integers. */
  public long quantizedLayers() {
    return layers.stream().filter(Layer::quantized).count();
  }
}
