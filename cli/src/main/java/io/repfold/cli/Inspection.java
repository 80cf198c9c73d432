package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.fold.FoldReport;
import io.repfold.graph.Graph;
import io.repfold.graph.MultiplyAdds;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.convert.ConvertFile;
import io.repfold.pipeline.fold.Certificate;
import io.repfold.pipeline.fold.FoldPlan;
import io.repfold.runtime.VisibleText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What {@code repfold inspect} knows of a model. */
record Inspection(FoldPlan foldPlan) {
  ModelFile file() {
    return foldPlan.file();
  }

  Graph graph() {
    return foldPlan.graph();
  }

  Map<String, Value> types() {
    return foldPlan.types();
  }

  FoldReport plan() {
    return foldPlan.report();
  }

  String text(boolean nodes, boolean verbose) {
    StringBuilder text = new StringBuilder(WeightsOption.line(file())).append(facts());
    if (nodes) {
      text.append('\n').append(nodeTable());
    }
    text.append('\n');
    if (plan().folded().isEmpty()) {
      text.append(
          file().overridableWeights().isEmpty()
              ? "Nothing is left to fold.\n"
              : "Nothing can be folded while callers may override weights.\n");
    } else {
      text.append(
          "%s can still be folded, into:\n"
              .formatted(Phrases.plural(plan().folded().size(), "region")));
      text.append(FoldTable.plan(plan(), verbose))
          .append(OneSize.text(plan(), file().graph(), verbose))
          .append('\n')
          .append(FoldTable.totals(plan().before(), plan().after()));
    }
    String leftAlone = FoldTable.leftAlone(plan(), verbose);
    text.append(leftAlone.isEmpty() ? "" : "\n" + leftAlone);
    plan().warnings().forEach(w -> text.append(Text.warning(w)).append('\n'));
    return text.toString();
  }

  private String facts() {
    OnnxModel model = file().model();
    MultiplyAdds multiplyAdds = MultiplyAdds.of(graph(), types());
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("file", "%s (%s)".formatted(file().path(), bytes(file().bytes()))));
    rows.add(List.of("producer", (model.producerName() + " " + model.producerVersion()).strip()));
    rows.add(List.of("version", "opset %s, IR %d".formatted(opsets(), model.irVersion())));
    file().inputs().forEach(name -> rows.add(List.of("input", String.valueOf(types().get(name)))));
    graph()
        .outputs()
        .forEach(
            output ->
                rows.add(
                    List.of("output", types().getOrDefault(output.name(), output).toString())));
    rows.add(List.of("ops", ops()));
    rows.add(List.of("parameters", Phrases.count(parameters())));
    rows.add(List.of("multiply-adds", describe(multiplyAdds)));
    describe(Certificate.KEY, "folded by", rows);
    describe(ConvertFile.KEY, "converted by", rows);
    StringBuilder text = new StringBuilder();
    rows.forEach(
        row -> text.append("%-14s %s\n".formatted(row.get(0), VisibleText.line(row.get(1)))));
    return text.toString();
  }

  private void describe(String key, String role, List<List<String>> rows) {
    Optional.ofNullable(file().model().metadata().get(key))
        .ifPresent(text -> rows.add(List.of(role, Phrases.shortened(text, 400))));
  }

  /** Elements of real constants; integers count where they are dequantized, and scales do not. */
  private long parameters() {
    Map<String, Long> changes = new HashMap<>();
    for (Node node : graph().nodes()) {
      boolean real = node.op() instanceof Op.DequantizeLinear;
      if (real) {
        graph().constant(node.input(0)).ifPresent(t -> changes.put(node.input(0), t.size()));
      }
      if (real || node.op() instanceof Op.QuantizeLinear) {
        graph().constant(node.input(1)).ifPresent(t -> changes.put(node.input(1), -t.size()));
      }
    }
    return plan().before().parameters()
        + changes.values().stream().mapToLong(Long::longValue).sum();
  }

  static String bytes(long bytes) {
    return Phrases.amount((double) bytes).replaceFirst("^([\\d.]+)$", "$1 ") + "B";
  }

  private String opsets() {
    return graph().opsets().entrySet().stream()
        .map(e -> e.getKey().isEmpty() ? "" + e.getValue() : e.getKey() + " " + e.getValue())
        .collect(Collectors.joining(", "));
  }

  private Map<String, Long> opCounts() {
    return graph().nodes().stream()
        .collect(
            Collectors.groupingBy(node -> node.op().type(), TreeMap::new, Collectors.counting()));
  }

  private String ops() {
    return opCounts().entrySet().stream()
        .map(e -> "%d %s".formatted(e.getValue(), e.getKey()))
        .collect(Collectors.joining(", "));
  }

  private static String describe(MultiplyAdds multiplyAdds) {
    if (multiplyAdds.unknown().isEmpty()) {
      return Phrases.amount((double) multiplyAdds.total());
    }
    return "depend on the input's size; give it with --shape (unknown for %s)"
        .formatted(Phrases.few(multiplyAdds.unknown(), 2));
  }

  private String nodeTable() {
    MultiplyAdds multiplyAdds = MultiplyAdds.of(graph(), types());
    List<List<String>> rows = new ArrayList<>();
    for (Node node : graph().nodes()) {
      String output = node.outputs().isEmpty() ? "" : node.output();
      Long count = multiplyAdds.byValue().get(output);
      rows.add(
          List.of(
              node.op().type(),
              Phrases.shortened(node.name(), 40),
              Phrases.shortened(
                  types().containsKey(output) ? types().get(output).toString() : output, 70),
              count == null ? "" : Phrases.amount((double) count)));
    }
    return Text.table(List.of("op", "node", "output", ">multiply-adds"), rows);
  }

  JsonNode json(boolean nodes) {
    OnnxModel model = file().model();
    MultiplyAdds multiplyAdds = MultiplyAdds.of(graph(), types());
    ObjectNode root = Json.object();
    root.put("file", file().path().toString());
    root.put("bytes", file().bytes());
    root.put("producer", model.producerName());
    root.put("producerVersion", model.producerVersion());
    root.put("irVersion", model.irVersion());
    root.set("opsets", Json.of(graph().opsets()));
    root.set("inputs", values(file().inputs()));
    root.set("outputs", values(graph().outputs().stream().map(Value::name).toList()));
    root.set("ops", Json.of(opCounts()));
    root.put("parameters", parameters());
    root.put("multiplyAdds", multiplyAdds.unknown().isEmpty() ? (Long) multiplyAdds.total() : null);
    root.set("metadata", Json.of(model.metadata()));
    root.put("overridableWeights", graph().optionalInputs().size());
    root.set("fold", Json.of(plan()));
    if (nodes) {
      ArrayNode all = root.putArray("nodes");
      for (Node node : graph().nodes()) {
        ObjectNode entry = all.addObject();
        entry.put("op", node.op().type());
        entry.put("name", node.name());
        entry.set("inputs", Json.of(node.inputs()));
        entry.set("outputs", values(node.outputs()));
        if (!node.outputs().isEmpty()) {
          entry.put("multiplyAdds", multiplyAdds.byValue().get(node.output()));
        }
      }
    }
    return root;
  }

  private ArrayNode values(List<String> names) {
    ArrayNode all = (ArrayNode) Json.of(List.of());
    for (String name : names) {
      ObjectNode entry = all.addObject();
      entry.put("name", name);
      Value value = types().get(name);
      if (value != null) {
        entry.put("type", value.type().map(Enum::name).orElse(null));
        entry.put("shape", value.shape().map(Object::toString).orElse(null));
      }
    }
    return all;
  }
}
