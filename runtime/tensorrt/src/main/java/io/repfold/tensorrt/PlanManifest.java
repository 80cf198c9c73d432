package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import io.repfold.runtime.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a plan without loading it: the JSON file beside it. TensorRT trusts what it
 * loads, so a plan is checked against its manifest before.
 *
 * @param model the ONNX file that it was compiled from, as it was named then
 * @param sha256 of the plan file
 * @param bytes size of the plan file
 * @param key what it was compiled for
 * @param inputs in the plan's order; a size that a profile leaves open is dynamic
 * @param outputs likewise
 * @param plugins libraries that must be loaded before the plan
 * @param layers what TensorRT made of the model, in the order of their execution
 */
public record PlanManifest(
    String model,
    String sha256,
    long bytes,
    PlanKey key,
    List<TensorInfo> inputs,
    List<TensorInfo> outputs,
    List<PlanPlugin> plugins,
    List<PlanLayer> layers) {
  public PlanManifest {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    plugins = List.copyOf(plugins);
    layers = List.copyOf(layers);
  }

  /** Where the manifest of a plan lies: {@code model.plan} has {@code model.plan.json}. */
  public static Path beside(Path plan) {
    return plan.resolveSibling(plan.getFileName() + ".json");
  }

  /**
   * Reads the manifest of a plan.
   *
   * @throws EngineException if there is none, or it is damaged
   */
  public static PlanManifest read(Path plan) {
    Path file = beside(plan);
    if (!Files.isRegularFile(file)) {
      throw new EngineException(
          "Cannot load '%s': there is no manifest '%s' beside it. TensorRT trusts what it loads, so only plans with one are; compile the model again, or take the plan over with repfold compile --adopt"
              .formatted(plan, file.getFileName()));
    }
    try {
      return ManifestJson.read(Files.readString(file));
    } catch (IOException | IllegalArgumentException e) {
      throw new EngineException(
          "Cannot load '%s': its manifest '%s' is damaged: %s. Compile the model again"
              .formatted(plan, file.getFileName(), e.getMessage()),
          e);
    }
  }

  /**
   * Reads a plan and holds it against this.
   *
   * @return what is wrong with it; empty if it is as it was compiled
   * @throws EngineException if it cannot be read
   */
  public Optional<String> damage(Path plan) {
    try {
      long size = Files.size(plan);
      if (size != bytes) {
        return Optional.of(otherSize(size));
      }
      String found = Sha256.of(plan);
      return found.equals(sha256) ? Optional.empty() : Optional.of(otherBytes(found));
    } catch (IOException e) {
      throw new EngineException("Cannot load '%s': %s".formatted(plan, e.getMessage()), e);
    }
  }

  String otherSize(long found) {
    return "it has %d bytes, and its manifest says %d: it is not whole, or another file. %s"
        .formatted(found, bytes, again());
  }

  String otherBytes(String found) {
    return "it was changed since it was compiled: its SHA-256 is %s, and the manifest says %s. %s"
        .formatted(found, sha256, again());
  }

  private String again() {
    return key.isAdopted()
        ? "Take it over again with repfold compile --adopt"
        : "Compile the model again";
  }

  /** As JSON, which {@link #read} reads. */
  public String json() {
    return ManifestJson.text(this);
  }
}
