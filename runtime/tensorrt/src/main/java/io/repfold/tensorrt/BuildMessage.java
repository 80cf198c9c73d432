package io.repfold.tensorrt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.runtime.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the process that compiles says of its work: one line of its standard output, behind a mark
 * that tells it from what native code prints.
 */
sealed interface BuildMessage {
  /** Where it is. */
  record Step(String text) implements BuildMessage {}

  /** What the user should know; the work goes on. */
  record Warning(String text) implements BuildMessage {}

  /** All that is wrong; no plan was written. */
  record Failed(List<String> problems) implements BuildMessage {
    public Failed {
      problems = List.copyOf(problems);
    }
  }

  /**
   * The plan is written, and this is what it says when it is loaded.
   *
   * @param profiles with all inputs but those that shapes are computed from
   * @param hardwareCompatible whether it was compiled for all GPUs from Ampere on
   */
  record Done(
      String sha256,
      long bytes,
      List<TensorInfo> inputs,
      List<TensorInfo> outputs,
      List<Profile> profiles,
      boolean hardwareCompatible,
      List<PlanLayer> layers)
      implements BuildMessage {
    public Done {
      profiles = List.copyOf(profiles);
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
      layers = List.copyOf(layers);
    }
  }

  /** What every message begins with. */
  String MARK = "@repfold ";

  /** The line without its end. */
  default String line() {
    ObjectNode root = Json.object();
    if (this instanceof Step step) {
      root.put("step", step.text());
    } else if (this instanceof Warning warning) {
      root.put("warning", warning.text());
    } else if (this instanceof Failed failed) {
      failed.problems().forEach(root.putArray("problems")::add);
    } else if (this instanceof Done done) {
      root.put("sha256", done.sha256());
      root.put("bytes", done.bytes());
      root.set("inputs", ManifestJson.tensors(done.inputs()));
      root.set("outputs", ManifestJson.tensors(done.outputs()));
      ArrayNode profiles = root.putArray("profiles");
      for (Profile profile : done.profiles()) {
        profile.texts().forEach(profiles.addArray()::add);
      }
      root.put("hardwareCompatible", done.hardwareCompatible());
      root.set("layers", ManifestJson.layers(done.layers()));
    }
    return MARK + root;
  }

  /** The message of a line; empty if the line is none of ours. */
  static Optional<BuildMessage> parse(String line) {
    int start = line.indexOf(MARK);
    if (start < 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(Json.parse(line.substring(start + MARK.length()))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static BuildMessage read(JsonNode root) {
    if (root.has("step")) {
      return new Step(Json.string(root, "step"));
    }
    if (root.has("warning")) {
      return new Warning(Json.string(root, "warning"));
    }
    if (root.has("problems")) {
      List<String> problems = new ArrayList<>();
      root.get("problems").forEach(problem -> problems.add(problem.asText()));
      return new Failed(problems);
    }
    return new Done(
        Json.string(root, "sha256"),
        Json.number(root, "bytes"),
        ManifestJson.tensors(Json.member(root, "inputs")),
        ManifestJson.tensors(Json.member(root, "outputs")),
        profiles(Json.member(root, "profiles")),
        Json.truth(root, "hardwareCompatible"),
        ManifestJson.layers(Json.member(root, "layers")));
  }

  /** Each is a list of what {@link Profile#texts} gives. */
  static List<Profile> profiles(JsonNode array) {
    List<Profile> profiles = new ArrayList<>();
    for (JsonNode texts : array) {
      List<String> profile = new ArrayList<>();
      texts.forEach(text -> profile.add(text.textValue()));
      profiles.addAll(Profile.parse(profile));
    }
    return profiles;
  }
}
