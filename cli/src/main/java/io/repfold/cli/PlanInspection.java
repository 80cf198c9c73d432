package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.runtime.TensorInfo;
import io.repfold.tensorrt.PlanLayer;
import io.repfold.tensorrt.PlanManifest;
import io.repfold.tensorrt.PlanPlugin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What {@code repfold inspect} knows of a TensorRT plan, by its manifest; it needs no GPU.
 *
 * @param damage what is wrong with the plan's file, if anything is
 */
record PlanInspection(Path plan, PlanManifest manifest, Optional<String> damage) {
  /**
   * Reads the manifest, and holds the plan against it.
   *
   * @throws WorkFailedException if there is no such file
   * @throws io.repfold.runtime.EngineException if there is no manifest, or the plan cannot be read
   */
  static PlanInspection of(Path plan) {
    if (!Files.isRegularFile(plan)) {
      throw new WorkFailedException(
          "%s: %s".formatted(plan, Files.exists(plan) ? "is not a file" : "there is no such file"));
    }
    PlanManifest manifest = PlanManifest.read(plan);
    return new PlanInspection(plan, manifest, manifest.damage(plan));
  }

  String text(boolean layers) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("plan", plan + ", " + Inspection.bytes(manifest.bytes())));
    rows.add(List.of("file", damage.orElse("whole: it has the size and SHA-256 of its manifest")));
    rows.add(
        manifest.key().isAdopted()
            ? List.of(
                "taken over",
                "from %s; the model that it was compiled from, and most of the options, are not known"
                    .formatted(manifest.model()))
            : List.of(
                "compiled from",
                "%s, SHA-256 %s".formatted(manifest.model(), manifest.key().model())));
    rows.add(List.of("for", manifest.key().device().toString()));
    rows.add(List.of("options", manifest.key().options()));
    if (!manifest.key().profiles().isEmpty()) {
      rows.add(List.of("profiles", manifest.key().profiles()));
    }
    for (PlanPlugin plugin : manifest.plugins()) {
      rows.add(List.of("plug-in", "%s, SHA-256 %s".formatted(plugin.name(), plugin.sha256())));
    }
    for (TensorInfo input : manifest.inputs()) {
      rows.add(List.of("input", input.toString()));
    }
    for (TensorInfo output : manifest.outputs()) {
      rows.add(List.of("output", output.toString()));
    }
    rows.add(List.of("layers", kinds()));
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> text.append("%-14s %s\n".formatted(row.get(0), row.get(1))));
    return layers ? text + "\n" + CompileReport.table(manifest.layers()) : text.toString();
  }

  private String kinds() {
    Map<String, Long> counts =
        manifest.layers().stream()
            .collect(Collectors.groupingBy(PlanLayer::type, TreeMap::new, Collectors.counting()));
    String kinds =
        counts.entrySet().stream()
            .map(e -> "%d %s".formatted(e.getValue(), e.getKey().isEmpty() ? "other" : e.getKey()))
            .collect(Collectors.joining(", "));
    return manifest.layers().isEmpty() ? "not told by TensorRT" : kinds;
  }

  JsonNode json() {
    ObjectNode root = Json.object();
    root.put("plan", plan.toString());
    root.put("whole", damage.isEmpty());
    root.put("damage", damage.orElse(null));
    root.put("adopted", manifest.key().isAdopted());
    root.set("manifest", Json.parse(manifest.json()));
    return root;
  }
}
