package io.repfold.tensorrt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the process that compiles is asked to do.
 *
 * @param plan where to write
 * @param device which GPU, counted from 0
 * @param adopt whether the model is a plan already, of which only what is in it shall be told
 */
record BuildRequest(Path model, Path plan, int device, PlanOptions options, boolean adopt) {
  /** To compile a model. */
  BuildRequest(Path model, Path plan, int device, PlanOptions options) {
    this(model, plan, device, options, false);
  }

  /** What messages of a failure begin with. */
  String cannot() {
    return "Cannot %s '%s'".formatted(adopt ? "take over" : "compile", model);
  }

  /** What {@link #parse} reads. */
  String json() {
    ObjectNode root = Json.object();
    root.put("model", model.toAbsolutePath().toString());
    root.put("plan", plan.toAbsolutePath().toString());
    root.put("device", device);
    root.put("adopt", adopt);
    ArrayNode profiles = root.putArray("profiles");
    for (Profile profile : options.profiles()) {
      ArrayNode texts = profiles.addArray();
      profile.texts().forEach(texts::add);
    }
    String cache = options.timingCache().map(f -> f.toAbsolutePath().toString()).orElse("");
    root.put("timingCache", cache);
    root.put("workspaceBytes", options.workspaceBytes());
    root.put("sparse", options.sparse());
    root.put("versionCompatible", options.versionCompatible());
    root.put("hardwareCompatible", options.hardwareCompatible());
    root.put("tf32", options.tf32());
    root.put("auxiliaryStreams", options.auxiliaryStreams().orElse(-1));
    root.put("optimizationLevel", options.optimizationLevel());
    ArrayNode plugins = root.putArray("plugins");
    options.plugins().forEach(file -> plugins.add(file.toAbsolutePath().toString()));
    root.put("timeLimitMillis", options.timeLimit().toMillis());
    return root.toString();
  }

  static BuildRequest parse(String json) {
    JsonNode root = Json.parse(json);
    List<Profile> profiles = BuildMessage.profiles(Json.member(root, "profiles"));
    List<Path> plugins = new ArrayList<>();
    Json.member(root, "plugins").forEach(file -> plugins.add(Path.of(file.textValue())));
    String cache = Json.string(root, "timingCache");
    PlanOptions.Builder options =
        new PlanOptions.Builder()
            .profiles(profiles)
            .workspaceBytes(Json.number(root, "workspaceBytes"))
            .sparse(Json.truth(root, "sparse"))
            .versionCompatible(Json.truth(root, "versionCompatible"))
            .hardwareCompatible(Json.truth(root, "hardwareCompatible"))
            .tf32(Json.truth(root, "tf32"))
            .optimizationLevel((int) Json.number(root, "optimizationLevel"))
            .plugins(plugins)
            .timeLimit(Duration.ofMillis(Json.number(root, "timeLimitMillis")));
    if (!cache.isEmpty()) {
      options.timingCache(Path.of(cache));
    }
    int streams = (int) Json.number(root, "auxiliaryStreams");
    if (streams >= 0) {
      options.auxiliaryStreams(streams);
    }
    return new BuildRequest(
        Path.of(Json.string(root, "model")),
        Path.of(Json.string(root, "plan")),
        (int) Json.number(root, "device"),
        options.build(),
        Json.truth(root, "adopt"));
  }
}
