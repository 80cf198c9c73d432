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

/** A model in 8-bit integers, as text and JSON. */
record IntegerText(IntegerConversion conversion) {
  private static final int SHOWN = 12;
  private static final int SHORT = 40;
  private static final List<String> TIMES = List.of(">layers in float32", ">time of float32's", "");
  private static final List<String> TRIALS =
      List.of(">layers in float32", ">agreement", "at worst");
  private static final List<String> LAYERS =
      List.of("layer", "op", ">own dB", ">alone dB", ">scale", ">zero", "float32 because");

  ObjectNode json() {
    ObjectNode root = (ObjectNode) Json.of(conversion.report());
    root.set("breaches", Json.of(conversion.breaches()));
    root.set("times", conversion.times().map(Json::of).orElse(null));
    return root;
  }

  String text(boolean verbose) {
    StringBuilder text = new StringBuilder();
    text.append(summary()).append('\n');
    text.append("Error at the outputs: ").append(error()).append("\n\n");
    conversion
        .times()
        .ifPresent(times -> text.append(Text.table(TIMES, times(times))).append('\n'));
    text.append(layers(verbose));
    if (conversion.report().trials().size() > 1) {
      text.append('\n').append(Text.table(TRIALS, trials()));
    }
    conversion
        .breaches()
        .forEach(b -> text.append("Against TensorRT's rules: ").append(b).append('\n'));
    return text.toString();
  }

  private String summary() {
    QuantizationOptions options = conversion.report().options();
    return "int8 for %s: %s of %d compute in integers; ranges by %s; %s balanced; biases %s; opset %d"
        .formatted(
            options.target() == QuantizationTarget.CPU ? "ONNX Runtime on a CPU" : "TensorRT",
            Phrases.plural(conversion.report().quantizedLayers(), "layer"),
            conversion.report().layers().size(),
            options.method().name().toLowerCase(Locale.ROOT),
            Phrases.plural(conversion.report().balanced().size(), "tensor"),
            conversion.report().biasesCorrected() ? "corrected" : "as they were",
            conversion.graph().opset());
  }

  /** All of it, as sections of a page. */
  void addTo(ReportPage page) {
    page.text("What became of it", List.of(summary(), "Error at the outputs: " + error()));
    conversion
        .times()
        .ifPresent(times -> page.table("Time on this machine", List.of(), TIMES, times(times)));
    page.table("Layers", List.of(), LAYERS, rows(conversion.report().layers(), Integer.MAX_VALUE));
    if (conversion.report().trials().size() > 1) {
      page.table("Tries", List.of(), TRIALS, trials());
    }
    List<String> breaches =
        conversion.breaches().stream().map(breach -> breach.toString()).toList();
    if (!breaches.isEmpty()) {
      page.text("Against TensorRT's rules", breaches);
    }
  }

  /** What was measured on this machine. */
  private static List<List<String>> times(IntegerTimes times) {
    return times.trials().stream()
        .map(
            trial ->
                List.of(
                    Integer.toString(trial.float32()),
                    Phrases.fixed(trial.ratio(), 2),
                    trial.equals(times.best()) ? "taken" : ""))
        .toList();
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
    String table = Text.table(LAYERS, rows(layers.subList(0, most), SHORT));
    return most == layers.size()
        ? table
        : table + "and %s more; --verbose shows all\n".formatted(layers.size() - most);
  }

  private static List<List<String>> rows(List<QuantizationReport.Layer> layers, int longest) {
    return layers.stream()
        .map(
            l ->
                List.of(
                    Phrases.shortened(l.name(), longest),
                    l.type(),
                    decibels(l.decibels()),
                    decibels(l.alone()),
                    Phrases.small(l.scale()),
                    l.quantized() ? Integer.toString(l.zeroPoint()) : "-",
                    l.quantized() ? "" : l.because()))
        .toList();
  }

  static String decibels(double value) {
    return Double.isNaN(value) ? "-" : Double.isInfinite(value) ? "exact" : Phrases.fixed(value, 1);
  }

  private List<List<String>> trials() {
    return conversion.report().trials().stream()
        .sorted(Comparator.comparingInt(QuantizationReport.Trial::excluded))
        .map(
            t ->
                List.of(
                    Integer.toString(t.excluded()),
                    Phrases.fixed(100 * t.agreement(), 4) + " %",
                    t.worst().map(Finding::worstText).orElse("-")))
        .toList();
  }
}
