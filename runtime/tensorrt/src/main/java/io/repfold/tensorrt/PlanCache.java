package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import io.repfold.runtime.UserCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder with plans, each under a name made of its {@link PlanKey}. Nothing is ever removed from
 * it: delete what is not wanted any more, or the whole folder.
 */
public final class PlanCache {
  private static final String ENDING = ".plan";
  private static final int DIGITS = 32;

  private final Path folder;

  private PlanCache(Path folder) {
    this.folder = folder;
  }

  /** The cache in a folder, which need not be there yet. */
  public static PlanCache in(Path folder) {
    return new PlanCache(folder);
  }

  /** The cache in {@link UserCache#folder}. */
  public static PlanCache ofUser() {
    return new PlanCache(UserCache.folder());
  }

  /** Where the plan with this key lies, or will lie. */
  public Path place(PlanKey key) {
    return folder.resolve(key.digest().substring(0, DIGITS) + ENDING);
  }

  /** The plan with this key, if the cache has it as it was compiled. Reads the whole plan. */
  public Optional<Path> find(PlanKey key) {
    Path plan = place(key);
    return manifest(plan).filter(manifest -> isWhole(plan, manifest, key)).map(manifest -> plan);
  }

  private static boolean isWhole(Path plan, PlanManifest manifest, PlanKey key) {
    try {
      return manifest.key().equals(key)
          && Files.size(plan) == manifest.bytes()
          && Sha256.of(plan).equals(manifest.sha256());
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Why the cache has this plan or not: if not, in which fields of the key the nearest plan
   * differs.
   *
   * @return one line or more
   */
  public List<String> explain(PlanKey key) {
    if (find(key).isPresent()) {
      return List.of("The cache has the plan: " + place(key));
    }
    List<Path> plans = plans();
    if (plans.isEmpty()) {
      return List.of("The cache has no plan yet: " + folder);
    }
    Path nearest = plans.stream().min(nearness(key)).orElseThrow();
    List<String> differences = differences(key, nearest);
    List<String> lines = new ArrayList<>();
    if (differences.isEmpty()) {
      lines.add(
          "The cache has the manifest of this plan, but not the whole plan as it was compiled: "
              + nearest);
    } else {
      lines.add(
          "The cache has no such plan. The nearest of its %d is %s; it differs in:"
              .formatted(plans.size(), nearest));
      differences.forEach(difference -> lines.add("  " + difference));
    }
    return lines;
  }

  /** A plan of the same model is nearer than any of another; then, the fewer differences. */
  private static Comparator<Path> nearness(PlanKey key) {
    return Comparator.comparing(
            (Path plan) ->
                manifest(plan).map(m -> !m.key().model().equals(key.model())).orElse(true))
        .thenComparing(plan -> differences(key, plan).size())
        .thenComparing(Path::toString);
  }

  private static List<String> differences(PlanKey key, Path plan) {
    return manifest(plan).map(manifest -> key.differences(manifest.key())).orElse(List.of());
  }

  /** All with a manifest that can be read. */
  private List<Path> plans() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    String ending = ENDING + ".json";
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(ending))
          .map(name -> folder.resolve(name.substring(0, name.length() - ".json".length())))
          .filter(plan -> manifest(plan).isPresent())
          .toList();
    } catch (IOException e) {
      throw new EngineException(
          "Cannot read the plan cache '%s': %s".formatted(folder, e.getMessage()), e);
    }
  }

  /** A manifest that cannot be read is as good as none: its plan is compiled again. */
  private static Optional<PlanManifest> manifest(Path plan) {
    try {
      return Files.exists(PlanManifest.beside(plan))
          ? Optional.of(PlanManifest.read(plan))
          : Optional.empty();
    } catch (EngineException e) {
      return Optional.empty();
    }
  }
}
