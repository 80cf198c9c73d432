package io.repfold.pipeline.convert;

import io.repfold.graph.Graph;
import io.repfold.pipeline.PipelineException;
import io.repfold.precision.int8.Int8Conversion;
import io.repfold.precision.int8.QuantizationOptions;
import io.repfold.precision.int8.QuantizationReport;
import io.repfold.precision.int8.QuantizationTarget;
import io.repfold.precision.int8.TensorRtQuantizationCheck;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;

/**
 * A model in 8-bit integers.
 *
 * @param breaches of TensorRT's rules; looked for only if the model is written for it
 */
public record IntegerConversion(
    Graph graph, QuantizationReport report, List<TensorRtQuantizationCheck.Breach> breaches)
    implements Conversion {
  static IntegerConversion of(ConversionSource source) {
    ConversionRequest request = source.request();
    if (source.samples().isEmpty()) {
      throw PipelineException.request(
          "INT8 takes the ranges of activations from samples: withData names a folder of them");
    }
    QuantizationOptions precision =
        request
            .integers()
            .orElse(QuantizationOptions.of(QuantizationTarget.CPU))
            .withExcluded(KeptNodes.of(source.graph(), request.kept()));
    Int8Conversion.Goal goal =
        new Int8Conversion.Goal(
            source.file().graph(), source.target(), request.samples().threshold());
    OnnxRuntimeSamples samples = OnnxRuntimeSamples.of(source.file().model(), source.samples());
    Int8Conversion.Result result = Int8Conversion.convert(source.graph(), samples, precision, goal);
    boolean tensorRt = precision.target() == QuantizationTarget.TENSORRT;
    return new IntegerConversion(
        result.graph(),
        result.report(),
        tensorRt ? TensorRtQuantizationCheck.check(result.graph()) : List.of());
  }

  @Override
  public IntegerConversion withGraph(Graph same) {
    return new IntegerConversion(same, report, breaches);
  }

  @Override
  public boolean runsOnCpu() {
    return true;
  }

  /** All rounding is written in the graph; the remarks say whether sums may saturate. */
  @Override
  public boolean needsEmulation() {
    return false;
  }

  @Override
  public Optional<String> refusal() {
    return report.quantizedLayers() > 0 ? Optional.empty() : report.best().map(this::refusal);
  }

  private String refusal(QuantizationReport.Trial best) {
    QuantizationReport.Trial all = report.trials().get(0);
    String reached = floor(100 * all.agreement());
    String accepted = floor(all.agreement());
    if (best.excluded() == 0) {
      return "THE TARGET WAS MISSED WITH EVERY TRY: the best, with all layers in integers, reached %s %%: withTargetAgreement %s or less would accept it"
          .formatted(reached, accepted);
    }
    return "THE TARGET WAS MISSED WITH EVERY TRY: all layers in integers reached %s %%; the best, with %d of %d layers in float32, %s %%: withTargetAgreement %s or less would accept the one, %s the other"
        .formatted(
            reached,
            best.excluded(),
            report.layers().size(),
            floor(100 * best.agreement()),
            accepted,
            floor(best.agreement()));
  }

  /** Rounded down, so that it can be reached. */
  private static String floor(double value) {
    return new BigDecimal(value).setScale(4, RoundingMode.FLOOR).toPlainString();
  }

  @Override
  public List<String> remarks() {
    QuantizationOptions options = report.options();
    boolean saturates = options.target() == QuantizationTarget.CPU && options.weightBits() == 8;
    return saturates ? List.of(IntegerSums.ofThisMachine().remark()) : List.of();
  }

  @Override
  public String summary() {
    return "int8, %d layers of %d in float32"
        .formatted(report.layers().size() - report.quantizedLayers(), report.layers().size());
  }
}
