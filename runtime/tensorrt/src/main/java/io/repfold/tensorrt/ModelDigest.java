package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import io.repfold.runtime.ExternalWeights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;

/** One number for a model with all its weights. */
final class ModelDigest {
  private ModelDigest() {}

  /**
   * SHA-256 of the file; if it names files with weights, of a list with its own SHA-256 and theirs.
   *
   * @throws EngineException if a file cannot be read, is no ONNX file or lies outside the model's
   *     folder
   */
  static String of(Path model) {
    SortedMap<String, Path> weights = ExternalWeights.of(model);
    try {
      String own = Sha256.of(model);
      if (weights.isEmpty()) {
        return own;
      }
      StringBuilder list = new StringBuilder(own).append('\n');
      for (Map.Entry<String, Path> file : weights.entrySet()) {
        list.append(Sha256.of(file.getValue())).append("  ").append(file.getKey()).append('\n');
      }
      return Sha256.of(list.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new EngineException("Cannot read '%s': %s".formatted(model, e.getMessage()), e);
    }
  }
}
