package io.repfold.pipeline.convert;

import io.repfold.graph.Graph;
import io.repfold.pipeline.PipelineException;
import io.repfold.precision.Finding;
import io.repfold.precision.int8.Int8Conversion;
import io.repfold.precision.int8.QuantizationOptions;
import io.repfold.precision.int8.QuantizationReport;
import io.repfold.precision.int8.QuantizationTarget;
import io.repfold.precision.int8.TensorRtQuantizationCheck;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model in 8-bit integers.
 *
 * @param breaches of TensorRT's rules; looked for only if the model is written for it
 * @param times empty if they were not asked for
 */
public record IntegerConversion(
    Graph graph,
    QuantizationReport report,
    List<TensorRtQuantizationCheck.Breach> breaches,
    Optional<IntegerTimes> times)
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
        Int8Conversion.Goal.of(source.file().graph(), source.targets())
            .withMeanings(source.meanings())
            .withSeconds(request.speed().searchSeconds());
    Optional<PayingLayers> paying = paying(source, precision);
    if (paying.isPresent()) {
      goal = goal.withChoice(paying.get());
    }
    OnnxRuntimeSamples samples = OnnxRuntimeSamples.of(source.file().model(), source.samples());
    Int8Conversion.Result result = Int8Conversion.convert(source.graph(), samples, precision, goal);
    boolean tensorRt = precision.target() == QuantizationTarget.TENSORRT;
    return new IntegerConversion(
        result.graph(),
        result.report(),
        tensorRt ? TensorRtQuantizationCheck.check(result.graph()) : List.of(),
        paying.flatMap(PayingLayers::times));
  }

  private static Optional<PayingLayers> paying(
      ConversionSource source, QuantizationOptions precision) {
    if (!source.request().speed().measured()) {
      return Optional.empty();
    }
    if (precision.target() != QuantizationTarget.CPU) {
      throw PipelineException.request(
          "withMeasuredSpeed times ONNX Runtime's CPU, and the model is to be written for %s: leave one of them out"
              .formatted(precision.target()));
    }
    return Optional.of(
        new PayingLayers(source.file().model(), source.graph(), source.samples().get(0)));
  }

  @Override
  public IntegerConversion withGraph(Graph same) {
    return new IntegerConversion(same, report, breaches, times);
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
    if (report.quantizedLayers() == 0) {
      return report.best().map(this::refusal);
    }
    return times
        .filter(measured -> !measured.pays())
        .map(
            measured ->
                "INTEGERS DO NOT PAY HERE: the fastest of %d tries takes %.2f of the time of float32, with %d layers in float32"
                    .formatted(
                        measured.trials().size(),
                        measured.best().ratio(),
                        measured.best().float32()));
  }

  private String refusal(QuantizationReport.Trial best) {
    QuantizationReport.Trial all = report.trials().get(0);
    String text =
        "THE TARGET WAS MISSED WITH EVERY TRY: with all layers in integers, " + worst(all);
    return best.excluded() == 0
        ? text
        : text
            + "; the best, with %d of %d layers in float32: %s"
                .formatted(best.excluded(), report.layers().size(), worst(best));
  }

  private static String worst(QuantizationReport.Trial trial) {
    return trial.worst().map(IntegerConversion::text).orElse("nothing is judged");
  }

  /** What is worst, and what would accept it. */
  private static String text(Finding finding) {
    return finding.worstText()
        + finding.worst().flatMap(IntegerConversion::accepted).map(": "::concat).orElse("");
  }

  private static Optional<String> accepted(Finding.Check check) {
    return switch (check.measure()) {
      case AGREEMENT ->
          Optional.of(
              "withTargetAgreement %s or less would accept it"
                  .formatted(rounded(check.found(), RoundingMode.FLOOR)));
      case ERROR ->
          Optional.of(
              "withTargetError %s or more would accept it"
                  .formatted(rounded(check.found(), RoundingMode.CEILING)));
      default -> Optional.empty();
    };
  }

  /** Rounded such that it can be reached. */
  private static String rounded(double value, RoundingMode mode) {
    return new BigDecimal(value).setScale(4, mode).toPlainString();
  }

  @Override
  public List<String> remarks() {
    QuantizationOptions options = report.options();
    boolean saturates = options.target() == QuantizationTarget.CPU && options.weightBits() == 8;
    List<String> remarks = new ArrayList<>();
    for (QuantizationReport.Layer layer : report.dead()) {
      remarks.add(
          "Layer '%s' keeps hardly anything of its result in integers (%.1f dB): withKept leaves it in float32."
              .formatted(layer.name(), layer.decibels()));
    }
    long untried = report.untried();
    if (untried > 0) {
      remarks.add(
          "%d layers were not tried alone in the time that was given: they came last, by their own errors. withSearchSeconds gives more."
              .formatted(untried));
    }
    if (saturates) {
      remarks.add(IntegerSums.ofThisMachine().remark());
    }
    return remarks;
  }

  @Override
  public String summary() {
    return "int8, %d layers of %d in float32"
        .formatted(report.layers().size() - report.quantizedLayers(), report.layers().size());
  }
}
