package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.Phrases;
import io.repfold.precision.half.HalfOptions;
import io.repfold.precision.half.HalfPrecision;
import io.repfold.precision.half.HalfReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A model in float16 or bfloat16.
 *
 * @param ranges how many tensors have a range; 0 without samples
 * @param infinite values that hold infinities in float32 too
 */
record HalfConversion(Graph graph, HalfReport report, int ranges, Set<String> infinite)
    implements Conversion {
  private static final int SHOWN = 12;

  static HalfConversion of(ConversionSource source, HalfOptions precision) {
    HalfOptions options =
        precision
            .withBoundary(source.options().keepsBoundary())
            .withFloat32(KeptNodes.of(source.graph(), source.options().keep()));
    RangeTable table = new RangeTable();
    if (!source.samples().isEmpty()) {
      OnnxModel model = source.file().model().withGraph(source.graph());
      try (Calibration calibration = Calibration.of(model, source.samples())) {
        calibration.run(table);
        options = options.withTypes(calibration.types()).withRanges(table.ranges());
      }
    }
    HalfPrecision.Result result = HalfPrecision.convert(source.graph(), options);
    return new HalfConversion(
        result.graph(), result.report(), table.ranges().size(), table.infinite());
  }

  @Override
  public boolean runsOnCpu() {
    return report.type() == ElementType.FLOAT16;
  }

  @Override
  public List<String> remarks() {
    return report.halfNodes() > 0
        ? List.of()
        : List.of("No node computes in %s: the table above says why.".formatted(type()));
  }

  private String type() {
    return report.type().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String summary() {
    return "%s, %d nodes of %d in float32"
        .formatted(type(), report.islands().size(), report.islands().size() + report.halfNodes());
  }

  @Override
  public JsonNode json() {
    ObjectNode root = (ObjectNode) Json.of(report);
    root.put("ranges", ranges);
    return root;
  }

  @Override
  public String text(boolean verbose) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s in %s, %d in float32; %s; weights %s -> %s; opset %d\n"
            .formatted(
                Phrases.plural(report.halfNodes(), "node"),
                type(),
                report.islands().size(),
                Phrases.plural(report.casts(), "Cast"),
                Inspection.bytes(report.weightBytes()),
                Inspection.bytes(report.halfWeightBytes()),
                report.opset()));
    text.append(overflow());
    if (!report.islands().isEmpty()) {
      text.append('\n').append(islands(verbose));
    }
    return text.toString();
  }

  private String overflow() {
    if (ranges == 0) {
      return "Whether values overflow is not known: --data FOLDER tells their ranges\n";
    }
    if (report.exceeding().isEmpty()) {
      return "No overflow is predicted, by the ranges of %s\n"
          .formatted(Phrases.plural(ranges, "tensor"));
    }
    StringBuilder text = new StringBuilder();
    for (HalfReport.Exceeding value : report.exceeding()) {
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
    for (HalfReport.Island island : report.islands()) {
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
