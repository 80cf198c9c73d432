package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.convert.IntegerConversion;
import io.repfold.pipeline.convert.IntegerTimes;
import io.repfold.precision.Finding;
import io.repfold.precision.int8.QuantizationOptions;
import io.repfold.precision.int8.QuantizationReport;
import io.repfold.precision.int8.QuantizationTarget;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A model in 8-bit integers, as text and JSON. */
record IntegerText(IntegerConversion conversion) {
  private static final int SHOWN = 12;

  ObjectNode json() {
    ObjectNode root = (ObjectNode) Json.of(conversion.report());
    root.set("breaches", Json.of(conversion.breaches()));
    root.set("times", conversion.times().map(Json::of).orElse(null));
    return root;
  }

  String text(boolean verbose) {
    StringBuilder text = new StringBuilder();
    QuantizationOptions options = conversion.report().options();
    text.append(
        "int8 for %s: %s of %d compute in integers; ranges by %s; %s balanced; biases %s; opset %d\n"
            .formatted(
                options.target() == QuantizationTarget.CPU ? "ONNX Runtime on a CPU" : "TensorRT",
                Phrases.plural(conversion.report().quantizedLayers(), "layer"),
                conversion.report().layers().size(),
                options.method().name().toLowerCase(Locale.ROOT),
                Phrases.plural(conversion.report().balanced().size(), "tensor"),
                conversion.report().biasesCorrected() ? "corrected" : "as they were",
                conversion.graph().opset()));
    text.append("Error at the outputs: ").append(error()).append("\n\n");
    conversion.times().ifPresent(times -> text.append(times(times)).append('\n'));
    text.append(layers(verbose));
    if (conversion.report().trials().size() > 1) {
      text.append('\n').append(trials());
    }
    conversion
        .breaches()
        .forEach(b -> text.append("Against TensorRT's rules: ").append(b).append('\n'));
    return text.toString();
  }

  /** What was measured on this machine. */
  private static String times(IntegerTimes times) {
    Stream<List<String>> rows =
        times.trials().stream()
            .map(
                trial ->
                    List.of(
                        Integer.toString(trial.float32()),
                        Phrases.fixed(trial.ratio(), 2),
                        trial.equals(times.best()) ? "taken" : ""));
    return Text.table(List.of(">layers in float32", ">time of float32's", ""), rows.toList());
  }

  private String error() {
    if (Double.isNaN(conversion.report().decibels())) {
      return "not measured, because no output holds real numbers";
    }
    String decibels = decibels(conversion.report().decibels());
    return Double.isFinite(conversion.report().decibels()) ? decibels + " dB below them" : decibels;
  }

  /** Those that stay float32 first, then those with the largest error. */
  private String layers(boolean verbose) {
    List<QuantizationReport.Layer> layers = new ArrayList<>(conversion.report().layers());
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
        conversion.report().trials().stream()
            .sorted(Comparator.comparingInt(QuantizationReport.Trial::excluded))
            .map(
                t ->
                    List.of(
                        Integer.toString(t.excluded()),
                        Phrases.fixed(100 * t.agreement(), 4) + " %",
                        t.worst().map(Finding::worstText).orElse("-")));
    return Text.table(List.of(">layers in float32", ">agreement", "at worst"), rows.toList());
  }
}
