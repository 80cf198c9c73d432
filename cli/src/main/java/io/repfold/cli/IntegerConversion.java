package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.graph.Graph;
import io.repfold.pipeline.Phrases;
import io.repfold.precision.int8.Int8Conversion;
import io.repfold.precision.int8.QuantizationOptions;
import io.repfold.precision.int8.QuantizationReport;
import io.repfold.precision.int8.QuantizationTarget;
import io.repfold.precision.int8.TensorRtQuantizationCheck;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model in 8-bit integers.
 *
 * @param breaches of TensorRT's rules; looked for only if the model is written for it
 */
record IntegerConversion(
    Graph graph, QuantizationReport report, List<TensorRtQuantizationCheck.Breach> breaches)
    implements Conversion {
  private static final int SHOWN = 12;

  static IntegerConversion of(ConversionSource source) {
    ConvertOptions options = source.options();
    if (source.samples().isEmpty()) {
      throw new UsageException(
          "--precision int8 takes the ranges of activations from samples: --data names a folder of"
              + " them");
    }
    if (!options.keepsBoundary()) {
      throw new UsageException("--io half goes with --precision fp16 or bf16, not with int8");
    }
    QuantizationOptions precision =
        options.integers().of(KeptNodes.of(source.graph(), options.keep()));
    Int8Conversion.Goal goal =
        new Int8Conversion.Goal(source.file().graph(), source.target(), options.threshold());
    EngineSamples samples = new EngineSamples(source.file().model(), source.samples());
    Int8Conversion.Result result = Int8Conversion.convert(source.graph(), samples, precision, goal);
    boolean tensorRt = precision.target() == QuantizationTarget.TENSORRT;
    return new IntegerConversion(
        result.graph(),
        result.report(),
        tensorRt ? TensorRtQuantizationCheck.check(result.graph()) : List.of());
  }

  @Override
  public boolean runsOnCpu() {
    return true;
  }

  /** What rounds is written in the graph; of the sums that may saturate, the remarks tell. */
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
      return "THE TARGET WAS MISSED WITH EVERY TRY: the best, with all layers in integers, reached %s %%: --target-agreement %s or less would accept it"
          .formatted(reached, accepted);
    }
    return "THE TARGET WAS MISSED WITH EVERY TRY: all layers in integers reached %s %%; the best, with %d of %d layers in float32, %s %%: --target-agreement %s or less would accept the one, %s the other"
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
    return saturates ? List.of(DotProducts.ofThisMachine().remark()) : List.of();
  }

  @Override
  public String summary() {
    return "int8, %d layers of %d in float32"
        .formatted(report.layers().size() - report.quantizedLayers(), report.layers().size());
  }

  @Override
  public JsonNode json() {
    ObjectNode root = (ObjectNode) Json.of(report);
    root.set("breaches", Json.of(breaches));
    return root;
  }

  @Override
  public String text(boolean verbose) {
    StringBuilder text = new StringBuilder();
    QuantizationOptions options = report.options();
    text.append(
        "int8 for %s: %s of %d compute in integers; ranges by %s; %s balanced; biases %s; opset %d\n"
            .formatted(
                options.target() == QuantizationTarget.CPU ? "ONNX Runtime on a CPU" : "TensorRT",
                Phrases.plural(report.quantizedLayers(), "layer"),
                report.layers().size(),
                options.method().name().toLowerCase(Locale.ROOT),
                Phrases.plural(report.balanced().size(), "tensor"),
                options.biasCorrection() ? "corrected" : "as they were",
                graph.opset()));
    text.append("Error at the outputs: ").append(error()).append("\n\n");
    text.append(layers(verbose));
    if (report.trials().size() > 1) {
      text.append('\n').append(trials());
    }
    breaches.forEach(b -> text.append("Against TensorRT's rules: ").append(b).append('\n'));
    return text.toString();
  }

  private String error() {
    if (Double.isNaN(report.decibels())) {
      return "not measured, because no output holds real numbers";
    }
    String decibels = decibels(report.decibels());
    return Double.isFinite(report.decibels()) ? decibels + " dB below them" : decibels;
  }

  /** Those that stay float32 first, then those with the largest error. */
  private String layers(boolean verbose) {
    List<QuantizationReport.Layer> layers = new ArrayList<>(report.layers());
    if (!verbose) {
      layers.sort(
          Comparator.comparing(QuantizationReport.Layer::quantized)
              .thenComparingDouble(l -> Double.isNaN(l.decibels()) ? -1 : l.decibels()));
    }
    int most = verbose ? layers.size() : Math.min(SHOWN, layers.size());
    List<List<String>> rows =
        layers.subList(0, most).stream()
            .map(
                l ->
                    List.of(
                        Phrases.shortened(l.name(), 40),
                        l.type(),
                        decibels(l.decibels()),
                        decibels(l.alone()),
                        Phrases.small(l.scale()),
                        l.quantized() ? Integer.toString(l.zeroPoint()) : "-",
                        l.quantized() ? "" : l.because()))
            .toList();
    String table =
        Text.table(
            List.of("layer", "op", ">own dB", ">alone dB", ">scale", ">zero", "float32 because"),
            rows);
    return most == layers.size()
        ? table
        : table + "and %s more; --verbose shows all\n".formatted(layers.size() - most);
  }

  private static String decibels(double value) {
    return Double.isNaN(value) ? "-" : Double.isInfinite(value) ? "exact" : Phrases.fixed(value, 1);
  }

  private String trials() {
    Stream<List<String>> rows =
        report.trials().stream()
            .sorted(Comparator.comparingInt(QuantizationReport.Trial::excluded))
            .map(
                t ->
                    List.of(
                        Integer.toString(t.excluded()),
                        Phrases.fixed(100 * t.agreement(), 4) + " %"));
    return Text.table(List.of(">layers in float32", ">agreement"), rows.toList());
  }
}
