package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.bench.BenchReport;
import io.repfold.bench.Distribution;
import io.repfold.bench.Pace;
import io.repfold.bench.Throughput;
import io.repfold.bench.Timing;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.inputs.InputShapes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A benchmark's result, for people and programs.
 *
 * @param shapes of the inputs
 * @param throughputs with several runs at once, by the number of streams and then by contender
 */
record BenchTable(BenchReport report, InputShapes shapes, List<Throughput> throughputs) {
  private static final double MILLISECONDS = 1000;
  private static final List<String> STREAMS =
      List.of("model", ">streams", ">runs a second", ">samples a second", ">median ms");

  BenchTable {
    throughputs = List.copyOf(throughputs);
  }

  /** With one run at a time only. */
  BenchTable(BenchReport report, InputShapes shapes) {
    this(report, shapes, List.of());
  }

  /** Several benchmarks on one machine. */
  static ObjectNode json(List<BenchTable> tables) {
    BenchReport first = tables.get(0).report();
    ObjectNode root = Json.object();
    root.set("machine", Json.of(first.machine()));
    root.put("warmup", first.options().warmup());
    ArrayNode all = root.putArray("benchmarks");
    for (BenchTable table : tables) {
      ObjectNode node = all.addObject();
      node.set("inputs", Json.of(table.shapes().sizes()));
      ArrayNode timings = node.putArray("timings");
      for (Timing timing : table.report().timings()) {
        ObjectNode one = (ObjectNode) Json.of(timing);
        one.put("samplesPerSecond", table.perSecond(timing));
        one.put("pace", timings.isEmpty() ? null : timing.pace().toString());
        timings.add(one);
      }
      ArrayNode throughput = node.putArray("throughput");
      for (Throughput measured : table.throughputs()) {
        ObjectNode one = (ObjectNode) Json.of(measured);
        one.put("samplesPerSecond", table.batch() * measured.runsPerSecond());
        throughput.add(one);
      }
    }
    return root;
  }

  String text() {
    String latency = Text.table(headings(), rows()) + "\n" + circumstances();
    return throughputs.isEmpty() ? latency : latency + "\n\n" + Text.table(STREAMS, streams());
  }

  /** As sections of a page. */
  void addTo(ReportPage page) {
    page.table("Time of one run", circumstances().lines().toList(), headings(), rows());
    if (!throughputs.isEmpty()) {
      page.table("Several runs at once", List.of(), STREAMS, streams());
    }
  }

  private List<List<String>> streams() {
    List<List<String>> rows = new ArrayList<>();
    for (Throughput measured : throughputs) {
      rows.add(
          List.of(
              measured.label(),
              Integer.toString(measured.streams()),
              Phrases.fixed(measured.runsPerSecond(), 1),
              Phrases.fixed(batch() * measured.runsPerSecond(), 1),
              milliseconds(measured.milliseconds().median())));
    }
    return rows;
  }

  List<String> headings() {
    List<String> headings = new ArrayList<>();
    headings.add("model");
    if (hasStages()) {
      headings.addAll(List.of(">to device ms", ">compute ms", ">from device ms"));
    }
    headings.addAll(
        List.of(">median ms", ">p90", ">p99", ">fastest", ">a second", "speed-up (quartiles)"));
    return headings;
  }

  List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    for (Timing timing : report.timings()) {
      rows.add(row(timing, rows.isEmpty()));
    }
    return rows;
  }

  /** How it was measured. */
  String circumstances() {
    Timing first = report.timings().get(0);
    return "%s, optimizer %s, %s; %s, %s, %s\n%s of each, in turn, after %d to warm up; inputs: %s%s"
        .formatted(
            String.join(", ", report.timings().stream().map(Timing::backend).distinct().toList()),
            (first.optimized() ? "on" : "off") + (first.tf32() ? ", TF32 allowed" : ""),
            Phrases.plural(first.threads(), "thread"),
            report.machine().cpu(),
            Phrases.plural(report.machine().cores(), "core"),
            report.machine().os(),
            Phrases.plural(first.milliseconds().count(), "run"),
            report.options().warmup(),
            shapes.text(),
            Text.chosenSizes(shapes.chosen()));
  }

  private boolean hasStages() {
    return report.timings().stream().anyMatch(timing -> timing.stages().isPresent());
  }

  private List<String> row(Timing timing, boolean isFirst) {
    Distribution ms = timing.milliseconds();
    List<String> row = new ArrayList<>();
    row.add(timing.label());
    if (hasStages()) {
      row.add(median(timing.stages().map(Timing.Stages::toDevice)));
      row.add(median(timing.stages().map(Timing.Stages::compute)));
      row.add(median(timing.stages().map(Timing.Stages::fromDevice)));
    }
    row.add(milliseconds(ms.median()));
    row.add(milliseconds(ms.p90()));
    row.add(milliseconds(ms.p99()));
    row.add(milliseconds(ms.min()));
    row.add(Phrases.fixed(perSecond(timing), 1));
    row.add(isFirst ? "1 (the others are compared with it)" : speedup(timing));
    return row;
  }

  private double perSecond(Timing timing) {
    return batch() * MILLISECONDS / timing.milliseconds().median();
  }

  /** The first dimension of the first input: how many samples one run takes. */
  private long batch() {
    return shapes.sizes().values().stream()
        .findFirst()
        .filter(shape -> shape.length > 0)
        .map(shape -> shape[0])
        .orElse(1L);
  }

  /** Figures alone would be read as a difference where there may be none. */
  private static String speedup(Timing timing) {
    Distribution ratio = timing.speedup();
    return "%s%s (%s to %s)"
        .formatted(
            timing.pace() == Pace.NO_DIFFERENCE ? "no difference can be told: " : "",
            Phrases.fixed(ratio.median(), 3),
            Phrases.fixed(ratio.lowerQuartile(), 3),
            Phrases.fixed(ratio.upperQuartile(), 3));
  }

  private static String median(Optional<Distribution> stage) {
    return stage.map(d -> milliseconds(d.median())).orElse("-");
  }

  private static String milliseconds(double value) {
    return Phrases.fixed(value, value < 10 ? 3 : value < 100 ? 2 : 1);
  }
}
