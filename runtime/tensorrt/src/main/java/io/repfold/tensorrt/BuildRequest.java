package io.repfold.tensorrt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the process that compiles is asked to do.
 *
 * @param plan where to write
 * @param device which GPU, counted from 0
 */
record BuildRequest(Path model, Path plan, int device, PlanOptions options) {
  /** What {@link #parse} reads. */
  String json() {
    ObjectNode root = Json.object();
    root.put("model", model.toAbsolutePath().toString());
    root.put("plan", plan.toAbsolutePath().toString());
    root.put("device", device);
    ArrayNode profiles = root.putArray("profiles");
    for (Profile profile : options.profiles()) {
      ArrayNode texts = profiles.addArray();
      profile.texts().forEach(texts::add);
    }
    String cache = options.timingCache().map(f -> f.toAbsolutePath().toString()).orElse("");
    root.put("timingCache", cache);
    root.put("workspaceBytes", options.workspaceBytes());
    root.put("refit", options.refit());
    root.put("hardwareCompatible", options.hardwareCompatible());
    root.put("tf32", options.tf32());
    root.put("optimizationLevel", options.optimizationLevel());
    root.put("timeLimitMillis", options.timeLimit().toMillis());
    return root.toString();
  }

  static BuildRequest parse(String json) {
    JsonNode root = Json.parse(json);
    List<Profile> profiles = new ArrayList<>();
    for (JsonNode texts : Json.member(root, "profiles")) {
      List<String> profile = new ArrayList<>();
      texts.forEach(text -> profile.add(text.textValue()));
      profiles.addAll(Profile.parse(profile));
    }
    String cache = Json.string(root, "timingCache");
    PlanOptions options =
        new PlanOptions(
            profiles,
            cache.isEmpty() ? Optional.empty() : Optional.of(Path.of(cache)),
            Json.number(root, "workspaceBytes"),
            Json.truth(root, "refit"),
            Json.truth(root, "hardwareCompatible"),
            Json.truth(root, "tf32"),
            (int) Json.number(root, "optimizationLevel"),
            Duration.ofMillis(Json.number(root, "timeLimitMillis")));
    return new BuildRequest(
        Path.of(Json.string(root, "model")),
        Path.of(Json.string(root, "plan")),
        (int) Json.number(root, "device"),
        options);
  }
}
