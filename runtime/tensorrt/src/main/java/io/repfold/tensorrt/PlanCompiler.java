package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Compiles plans into a cache and loads them from there.
 *
 * @param options those for every plan
 * @param device which GPU, counted from 0
 */
record PlanCompiler(PlanBuilder builder, PlanCache cache, PlanOptions options, int device) {
  /** What a message begins with that was made for a file of another name. */
  private static final Pattern PREFIX = Pattern.compile("^Cannot (compile|read|load) '.*?': ");

  /**
   * Compiles a model for one profile, if the cache has no such plan.
   *
   * @param name for messages
   * @param profile without inputs for a model that fixes all shapes
   */
  PlanResult compile(String name, Path model, Profile profile) {
    List<Profile> profiles = profile.inputs().isEmpty() ? List.of() : List.of(profile);
    return compile(name, model, options.withProfiles(profiles));
  }

  /** Compiles a model with all profiles of the options, and loads it. */
  PlanInMemory load(String name, Path model) {
    return load(name, compile(name, model, options));
  }

  private PlanResult compile(String name, Path model, PlanOptions all) {
    try {
      return builder.buildInto(cache, model, all, step -> {});
    } catch (EngineException e) {
      throw failed(name, words(e), e);
    }
  }

  /** Loads what was compiled. */
  PlanInMemory load(String name, PlanResult plan) {
    try {
      return PlanInMemory.load(
          name, device, PlanFile.read(plan.plan(), builder.device(), options.plugins()));
    } catch (EngineException e) {
      throw failed(name, words(e), e);
    } catch (NativeException e) {
      throw failed(name, String.valueOf(e.getMessage()), e);
    }
  }

  private static EngineException failed(String name, String words, RuntimeException cause) {
    return new EngineException("Cannot load '%s': %s".formatted(name, words), cause);
  }

  /** Its message without the name that it gives the model. */
  static String words(EngineException e) {
    return PREFIX.matcher(String.valueOf(e.getMessage())).replaceFirst("");
  }
}
