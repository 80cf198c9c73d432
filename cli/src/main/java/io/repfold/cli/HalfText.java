package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.convert.HalfConversion;
import io.repfold.precision.half.HalfReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A model in float16 or bfloat16, as text and JSON. */
record HalfText(HalfConversion conversion) {
  private static final int SHOWN = 12;

  ObjectNode json() {
    ObjectNode root = (ObjectNode) Json.of(conversion.report());
    root.put("ranges", conversion.ranges());
    return root;
  }

  String text(boolean verbose) {
    StringBuilder text = new StringBuilder();
    text.append(summary()).append('\n').append(overflow());
    if (!conversion.report().islands().isEmpty()) {
      text.append('\n').append(islands(verbose));
    }
    return text.toString();
  }

  private String summary() {
    String type = conversion.report().type().name().toLowerCase(Locale.ROOT);
    return "%s in %s, %d in float32; %s; weights %s -> %s; opset %d"
        .formatted(
            Phrases.plural(conversion.report().halfNodes(), "node"),
            type,
            conversion.report().islands().size(),
            Phrases.plural(conversion.report().casts(), "Cast"),
            Inspection.bytes(conversion.report().weightBytes()),
            Inspection.bytes(conversion.report().halfWeightBytes()),
            conversion.report().opset());
  }

  /** All of it, as sections of a page. */
  void addTo(ReportPage page) {
    page.text("What became of it", List.of(summary(), overflow().strip()));
    if (!conversion.report().islands().isEmpty()) {
      page.table(
          "What stays float32",
          List.of(),
          List.of("node", "because"),
          conversion.report().islands().stream()
              .map(island -> List.of(island.node(), island.because()))
              .toList());
    }
  }

  private String overflow() {
    if (conversion.ranges() == 0) {
      return "Whether values overflow is not known: --data FOLDER tells their ranges\n";
    }
    if (conversion.report().exceeding().isEmpty()) {
      return "No overflow is predicted, by the ranges of %s\n"
          .formatted(Phrases.plural(conversion.ranges(), "tensor"));
    }
    StringBuilder text = new StringBuilder();
    for (HalfReport.Exceeding value : conversion.report().exceeding()) {
      text.append(
          "%s '%s', which is in %s; the nodes around it stay float32\n"
              .formatted(
                  value.certain() ? "Predicted overflow of" : "Too close to overflow is",
                  value.value(),
                  value.range()));
    }
    return text.toString();
  }

  /** Nodes with the same reason are one row, unless everything is to be shown. */
  private String islands(boolean verbose) {
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    List<List<String>> rows = new ArrayList<>();
    for (HalfReport.Island island : conversion.report().islands()) {
      byReason.computeIfAbsent(island.because(), k -> new ArrayList<>()).add(island.node());
      rows.add(List.of(island.node(), island.because()));
    }
    if (!verbose) {
      rows.clear();
      byReason.forEach(
          (because, nodes) ->
              rows.add(List.of(Phrases.shortened(Phrases.few(nodes, 1), 60), because)));
    }
    int most = verbose ? rows.size() : Math.min(SHOWN, rows.size());
    String table = Text.table(List.of("stays float32", "because"), rows.subList(0, most));
    return most == rows.size()
        ? table
        : table + "and %s more; --verbose shows all\n".formatted(rows.size() - most);
  }
}
