package io.repfold.precision.int8;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What {@link Int8Conversion} did.
 *
 * @param layers all nodes with weights, in the graph's order
 * @param balanced where the ranges of channels were balanced
 * @param samples how many samples were run
 * @param agreement of the result with the float32 graph, from 0 to 1
 * @param decibels the outputs' energy against that of their error; NaN if no output holds real
 *     numbers
 * @param trials what was measured on the way to the target, in order
 */
public record QuantizationReport(
    QuantizationOptions options,
    List<Layer> layers,
    List<RangeEqualizer.Balanced> balanced,
    int samples,
    double agreement,
    double decibels,
    List<Trial> trials) {
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
   * @param agreement what came of it
   */
  public record Trial(int excluded, double agreement) {}

  /** The try that agreed best, with the fewest layers in float32; empty if there was none. */
  public Optional<Trial> best() {
    return trials.stream()
        .max(Comparator.comparingDouble(Trial::agreement).thenComparing(t -> -t.excluded()));
  }

  /** How many layers compute in integers. */
  public long quantizedLayers() {
    return layers.stream().filter(Layer::quantized).count();
  }
}
