package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.bench.BenchReport;
import io.repfold.bench.Distribution;
import io.repfold.bench.Timing;
import java.util.ArrayList;
import java.util.List;

/** A benchmark's result, for people and programs. */
final class BenchTable {
  /** Of {@link #rows}. */
  static final List<String> HEADINGS =
      List.of("model", ">median ms", ">p90", ">p99", ">fastest", "speed-up (quartiles)");

  private BenchTable() {}

  static JsonNode json(BenchReport report, InputShapes shapes) {
    ObjectNode root = Json.object();
    root.set("machine", Json.of(report.machine()));
    root.set("inputs", Json.of(shapes.sizes()));
    root.put("warmup", report.options().warmup());
    root.set("timings", Json.of(report.timings()));
    return root;
  }

  static String text(BenchReport report, InputShapes shapes) {
    return Text.table(HEADINGS, rows(report)) + "\n" + circumstances(report, shapes);
  }

  static List<List<String>> rows(BenchReport report) {
    List<List<String>> rows = new ArrayList<>();
    for (Timing timing : report.timings()) {
      rows.add(row(timing, rows.isEmpty()));
    }
    return rows;
  }

  /** How it was measured. */
  static String circumstances(BenchReport report, InputShapes shapes) {
    Timing first = report.timings().get(0);
    return "%s, optimizer %s, %s; %s, %s, %s\n%s of each, in turn, after %d to warm up; inputs: %s%s"
        .formatted(
            first.backend(),
            first.optimized() ? "on" : "off",
            Text.plural(first.threads(), "thread"),
            report.machine().cpu(),
            Text.plural(report.machine().cores(), "core"),
            report.machine().os(),
            Text.plural(first.milliseconds().count(), "run"),
            report.options().warmup(),
            shapes.text(),
            shapes.chosen() ? " (sizes chosen here; --shape sets others)" : "");
  }

  private static List<String> row(Timing timing, boolean isFirst) {
    Distribution ms = timing.milliseconds();
    Distribution ratio = timing.speedup();
    return List.of(
        timing.label(),
        milliseconds(ms.median()),
        milliseconds(ms.p90()),
        milliseconds(ms.p99()),
        milliseconds(ms.min()),
        isFirst
            ? "1 (the others are compared with it)"
            : "%s (%s to %s)"
                .formatted(
                    Text.fixed(ratio.median(), 3),
                    Text.fixed(ratio.lowerQuartile(), 3),
                    Text.fixed(ratio.upperQuartile(), 3)));
  }

  private static String milliseconds(double value) {
    return Text.fixed(value, value < 10 ? 3 : value < 100 ? 2 : 1);
  }
}
