package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import io.repfold.runtime.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A plan on its way: in a folder of its own beside its target, so that it can be moved into place
 * as a whole, and is gone if it is not.
 */
final class PlanOutput implements AutoCloseable {
  private final Path target;
  private final Path folder;

  private PlanOutput(Path target, Path folder) {
    this.target = target;
    this.folder = folder;
  }

  /** Also makes the target's folder. */
  static PlanOutput of(Path target) {
    Path absolute = target.toAbsolutePath();
    Path parent = absolute.getParent();
    if (parent == null) {
      throw new EngineException("Cannot write '%s': it is a folder".formatted(target));
    }
    refuseObstacle(absolute);
    refuseObstacle(PlanManifest.beside(absolute));
    try {
      Files.createDirectories(parent);
      return new PlanOutput(absolute, Files.createTempDirectory(parent, ".compiling"));
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  private static void refuseObstacle(Path file) {
    WholeFile.obstacle(file)
        .ifPresent(
            obstacle -> {
              throw new EngineException("Cannot write '%s': it %s".formatted(file, obstacle));
            });
  }

  /** Goes, with all that is in it, when this is closed. */
  Path folder() {
    return folder;
  }

  /** Where to write the plan. */
  Path plan() {
    return folder.resolve("plan");
  }

  /** A file that goes when this is closed. */
  Path scratch(String name) {
    return folder.resolve(name);
  }

  /**
   * Moves the plan and its manifest into place. A crash between the two leaves a manifest that does
   * not fit, which is noticed when the plan is loaded.
   */
  void commit(PlanManifest manifest) {
    try {
      Path json = Files.writeString(scratch("manifest"), manifest.json());
      WholeFile.move(json, PlanManifest.beside(target));
      WholeFile.move(plan(), target);
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  private static EngineException failed(Path target, IOException e) {
    return new EngineException("Cannot write '%s': %s".formatted(target, e.getMessage()), e);
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw failed(target, e);
    }
  }
}
