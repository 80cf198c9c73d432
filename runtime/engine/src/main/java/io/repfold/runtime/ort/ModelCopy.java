package io.repfold.runtime.ort;

import io.repfold.runtime.EngineException;
import io.repfold.runtime.ExternalWeights;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * A model with external weights, in a folder that nobody else writes to, for as long as a session
 * is opened. ONNX Runtime maps these weights and reads them while it runs; where somebody truncates
 * a mapped file, Unix ends the process. What is mapped stays when the folder goes.
 */
final class ModelCopy implements AutoCloseable {
  private final Path original;
  private final Path folder;

  private ModelCopy(Path original, Path folder) {
    this.original = original;
    this.folder = folder;
  }

  /**
   * Copies a model; empty if all of it is in one file, which is read at once, if the system does
   * not let mapped files be truncated, or if it is for ONNX Runtime to say what is wrong with it.
   *
   * @throws EngineException if there is no room for a copy
   */
  static Optional<ModelCopy> of(Path model) {
    Optional<SortedMap<String, Path>> weights =
        File.separatorChar == '/' ? weights(model) : Optional.empty();
    return weights.map(files -> of(model, files));
  }

  private static Optional<SortedMap<String, Path>> weights(Path model) {
    try {
      SortedMap<String, Path> files = ExternalWeights.of(model);
      Path folder = model.toRealPath().getParent();
      for (Path file : files.values()) {
        if (!file.toRealPath().startsWith(folder)) {
          return Optional.empty();
        }
      }
      return files.isEmpty() ? Optional.empty() : Optional.of(files);
    } catch (EngineException | IOException e) {
      return Optional.empty();
    }
  }

  private static ModelCopy of(Path model, SortedMap<String, Path> weights) {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    ModelCopy copy = null;
    try {
      copy = new ModelCopy(model, Files.createTempDirectory(temporary, "repfold").toRealPath());
      Files.copy(model, copy.model());
      for (Map.Entry<String, Path> file : weights.entrySet()) {
        Path target = copy.folder.resolve(file.getKey()).normalize();
        Files.createDirectories(target.getParent());
        Files.copy(file.getValue(), target, StandardCopyOption.REPLACE_EXISTING);
      }
      return copy;
    } catch (IOException e) {
      if (copy != null) {
        copy.close();
      }
      throw new EngineException(
          "Cannot load '%s': its weights of %.1f MB are loaded from a copy, so that nobody can truncate them, and '%s' takes none (%s); name a folder with more room by -Djava.io.tmpdir"
              .formatted(model, megabytes(weights.values()), temporary, e.getMessage()),
          e);
    }
  }

  private static double megabytes(Collection<Path> files) {
    return files.stream().mapToLong(file -> file.toFile().length()).sum() / 1e6;
  }

  /** The file to load. */
  Path model() {
    return folder.resolve(original.getFileName());
  }

  /** The same text with the original's path wherever it speaks of the copy. */
  String ofOriginal(String text) {
    Path beside = original.toAbsolutePath().getParent();
    return text.replace(model().toString(), original.toString())
        .replace(folder.toString(), String.valueOf(beside));
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> inner = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : inner) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // It is a temporary folder: whoever empties those finds it.
    }
  }
}
