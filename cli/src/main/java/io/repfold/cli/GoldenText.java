package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.compare.GoldenComparer;
import io.repfold.pipeline.golden.GoldenOutputs;
import java.nio.file.Path;
import java.util.List;

/** Recordings as a sentence and as JSON. */
final class GoldenText {
  private GoldenText() {}

  static String summary(GoldenComparer.Recorded recorded, Path folder) {
    GoldenOutputs outputs = recorded.outputs();
    GoldenOutputs.Origin origin = outputs.origin();
    return "Recorded in %s: %s of %s in %s, %s bytes%s; %s%s"
        .formatted(
            folder,
            Phrases.plural(outputs.samples().size(), "sample"),
            origin.model().map(GoldenOutputs.Model::file).orElse("a model"),
            origin.engine(),
            Phrases.count(recorded.bytes()),
            outputs.hasNoise() ? "" : ", without what rounding explains",
            origin.inputs().orElse(""),
            Text.chosenSizes(recorded.chosen()));
  }

  static JsonNode json(GoldenComparer.Recorded recorded, Path folder, List<String> warnings) {
    GoldenOutputs outputs = recorded.outputs();
    ObjectNode root = Json.object();
    root.put("folder", folder.toString());
    root.put("bytes", recorded.bytes());
    root.put("samples", outputs.samples().size());
    root.put("noise", outputs.hasNoise());
    root.set("origin", Json.of(outputs.origin()));
    root.set("warnings", Json.of(warnings));
    return root;
  }
}
