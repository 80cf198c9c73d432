package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.pipeline.Phrases;
import io.repfold.tensorrt.PlanLayer;
import io.repfold.tensorrt.PlanManifest;
import io.repfold.tensorrt.PlanResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code repfold compile} says of a plan. */
final class CompileReport {
  /** Characters of a column at most. */
  private static final int WIDTH = 60;

  private CompileReport() {}

  static JsonNode json(Path output, PlanResult result, List<String> explanation) {
    ObjectNode root = Json.object();
    root.put("plan", output.toString());
    root.put("seconds", result.seconds());
    root.put("cached", result.seconds() == 0);
    root.set("cache", Json.of(explanation));
    root.set("warnings", Json.of(result.warnings()));
    root.set("manifest", Json.parse(result.manifest().json()));
    return root;
  }

  static String text(Path output, PlanResult result, List<String> explanation, boolean layers) {
    PlanManifest manifest = result.manifest();
    StringBuilder text = new StringBuilder();
    explanation.forEach(line -> text.append(line).append('\n'));
    text.append(
        "%s: %s for %s; %s, %s\n"
            .formatted(
                output,
                result.seconds() == 0
                    ? "was in the cache, compiled"
                    : (manifest.key().isAdopted() ? "taken over in " : "compiled in ")
                        + Phrases.fixed(result.seconds(), 1)
                        + " s",
                manifest.key().device(),
                Inspection.bytes(manifest.bytes()),
                Phrases.plural(manifest.layers().size(), "layer")));
    manifest.inputs().forEach(input -> text.append("input   ").append(input).append('\n'));
    manifest.outputs().forEach(out -> text.append("output  ").append(out).append('\n'));
    manifest.plugins().forEach(p -> text.append("plug-in ").append(p.name()).append('\n'));
    result.warnings().forEach(warning -> text.append("Warning: ").append(warning).append('\n'));
    return layers ? text + "\n" + table(manifest.layers()) : text.toString();
  }

  static String table(List<PlanLayer> layers) {
    List<List<String>> rows = new ArrayList<>();
    for (PlanLayer layer : layers) {
      rows.add(
          List.of(
              layer.type(),
              Phrases.shortened(layer.name(), WIDTH),
              Phrases.shortened(layer.output(), WIDTH),
              Phrases.shortened(layer.tactic(), WIDTH)));
    }
    return Text.table(List.of("layer", "name", "output", "kernel"), rows);
  }
}
