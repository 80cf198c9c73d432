package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;

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
    if (!Files.isRegularFile(model)) {
      String found = Files.exists(model) ? "it is not a file" : "no such file";
      throw new EngineException("Cannot read '%s': %s".formatted(model, found));
    }
    try {
      String own = Sha256.of(model);
      Set<String> locations = locations(model);
      if (locations.isEmpty()) {
        return own;
      }
      StringBuilder list = new StringBuilder(own).append('\n');
      for (String location : locations) {
        list.append(Sha256.of(beside(model, location))).append("  ").append(location).append('\n');
      }
      return Sha256.of(list.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new EngineException("Cannot read '%s': %s".formatted(model, e.getMessage()), e);
    }
  }

  private static Set<String> locations(Path model) throws IOException {
    try (FileChannel channel = FileChannel.open(model)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new EngineException(
            "Cannot read '%s': it has %d bytes, and an ONNX file less than 2 GiB; keep its weights in a file beside it"
                .formatted(model, channel.size()));
      }
      ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      return ExternalWeights.of(bytes);
    } catch (IllegalArgumentException e) {
      throw new EngineException(
          "Cannot read '%s': it is no ONNX file: %s".formatted(model, e.getMessage()), e);
    }
  }

  private static Path beside(Path model, String location) {
    Path folder = model.toAbsolutePath().normalize().getParent();
    try {
      Path file = folder == null ? null : folder.resolve(location).normalize();
      if (file != null && file.startsWith(folder) && Files.isRegularFile(file)) {
        return file;
      }
    } catch (InvalidPathException e) {
      throw new EngineException(outside(model, location), e);
    }
    throw new EngineException(outside(model, location));
  }

  private static String outside(Path model, String location) {
    return "Cannot read '%s': its weights are said to be in '%s', and there is no such file in its folder"
        .formatted(model, location);
  }
}
