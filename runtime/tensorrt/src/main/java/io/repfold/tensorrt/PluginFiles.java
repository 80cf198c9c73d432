package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Libraries with plug-ins: which are given, and whether they are those that a plan needs. */
final class PluginFiles {
  /** Paths, separated as in a class path, of libraries that plans of this process may need. */
  static final String PROPERTY = "repfold.tensorrt.plugins";

  private PluginFiles() {}

  /** Those that are given, and then those of the system property, each once. */
  static List<Path> withProperty(List<Path> given) {
    String property = System.getProperty(PROPERTY, "");
    return Stream.concat(
            given.stream(),
            Arrays.stream(property.split(File.pathSeparator))
                .filter(path -> !path.isEmpty())
                .map(Path::of))
        .distinct()
        .toList();
  }

  /**
   * What a manifest says of libraries.
   *
   * @throws EngineException if one cannot be read
   */
  static List<PlanPlugin> described(List<Path> files) {
    return files.stream().map(PluginFiles::described).toList();
  }

  private static PlanPlugin described(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new EngineException(
          "Cannot read the plug-in '%s': %s"
              .formatted(file, Files.exists(file) ? "it is not a file" : "no such file"));
    }
    try {
      return new PlanPlugin(String.valueOf(file.getFileName()), Sha256.of(file));
    } catch (IOException e) {
      throw new EngineException(
          "Cannot read the plug-in '%s': %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * The libraries that a plan needs, in its order.
   *
   * @param plan for the message
   * @param given among which they must be; others are not loaded
   * @throws EngineException naming every one that is not given, or is another file of that name
   */
  static List<Path> needed(Path plan, List<PlanPlugin> needed, List<Path> given) {
    if (needed.isEmpty()) {
      return List.of();
    }
    List<PlanPlugin> found = described(given);
    List<Path> files = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (PlanPlugin one : needed) {
      int at = found.indexOf(one);
      if (at >= 0) {
        files.add(given.get(at));
      } else {
        problems.add(problem(one, found, given));
      }
    }
    if (!problems.isEmpty()) {
      throw new EngineException(
          "Cannot load '%s': %s".formatted(plan, String.join("; ", problems)));
    }
    return files;
  }

  private static String problem(PlanPlugin needed, List<PlanPlugin> found, List<Path> given) {
    Optional<Path> sameName =
        given.stream()
            .filter(file -> found.get(given.indexOf(file)).name().equals(needed.name()))
            .findFirst();
    return sameName
        .map(
            file ->
                "it needs the plug-in '%s' with SHA-256 %s, and '%s' has %s; give the library that the plan was compiled with, or compile the model again"
                    .formatted(
                        needed.name(),
                        needed.sha256(),
                        file,
                        found.get(given.indexOf(file)).sha256()))
        .orElseGet(
            () ->
                "it needs the plug-in '%s' with SHA-256 %s, which is not given; name its file with --plugin, or in the system property %s"
                    .formatted(needed.name(), needed.sha256(), PROPERTY));
  }
}
