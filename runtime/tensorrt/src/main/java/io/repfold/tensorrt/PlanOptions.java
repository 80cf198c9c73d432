package io.repfold.tensorrt;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How to compile a plan. The precision is none of the options: networks are strongly typed, so each
 * tensor has the type that the ONNX file gives it.
 *
 * @param profiles for inputs of which the model leaves a size open; may be empty if none does
 * @param timingCache a file with measured kernel times: read if it is there, and written. It makes
 *     compiling again faster, and its choices more alike
 * @param workspaceBytes device memory that one kernel may use beside its tensors; 0 for no limit
 * @param sparse whether kernels may be chosen that skip zeros, where a weight holds at least two in
 *     each four
 * @param versionCompatible whether later versions of TensorRT 10 or 11 shall run the plan too; such
 *     plans are slower, and may run code that they hold
 * @param hardwareCompatible whether the plan shall run on all GPUs from Ampere (8.0) on; such plans
 *     are slower
 * @param tf32 whether the factors of float32 products may be rounded to the 10 bits of TF32
 * @param auxiliaryStreams on how many more streams the plan may compute at once, which takes more
 *     memory; empty for TensorRT's own choice
 * @param optimizationLevel how much time to spend on the search for kernels, 0 to 5; 3 is
 *     TensorRT's own default
 * @param plugins libraries with operators that TensorRT does not know, to be loaded before the
 *     model is read
 * @param timeLimit after which compiling is given up
 */
public record PlanOptions(
    List<Profile> profiles,
    Optional<Path> timingCache,
    long workspaceBytes,
    boolean sparse,
    boolean versionCompatible,
    boolean hardwareCompatible,
    boolean tf32,
    OptionalInt auxiliaryStreams,
    int optimizationLevel,
    List<Path> plugins,
    Duration timeLimit) {
  private static final int HIGHEST_LEVEL = 5;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a number is out of its range
   */
  public PlanOptions {
    profiles = List.copyOf(profiles);
    plugins = List.copyOf(plugins);
    if (optimizationLevel < 0 || optimizationLevel > HIGHEST_LEVEL) {
      throw new IllegalArgumentException(
          "The optimization level is a number from 0 to %d, not %d"
              .formatted(HIGHEST_LEVEL, optimizationLevel));
    }
    if (workspaceBytes < 0) {
      throw new IllegalArgumentException(
          "The workspace must be 0, for no limit, or a number of bytes, not " + workspaceBytes);
    }
    if (auxiliaryStreams.isPresent() && auxiliaryStreams.getAsInt() < 0) {
      throw new IllegalArgumentException(
          "There cannot be %d auxiliary streams".formatted(auxiliaryStreams.getAsInt()));
    }
    if (timeLimit.isNegative() || timeLimit.isZero()) {
      throw new IllegalArgumentException("The time limit must be positive, not " + timeLimit);
    }
  }

  /** No profiles, no TF32, level 3, an hour. */
  public static PlanOptions defaults() {
    return new Builder().build();
  }

  /** A builder that holds these options. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.profiles = profiles;
    builder.timingCache = timingCache;
    builder.workspaceBytes = workspaceBytes;
    builder.sparse = sparse;
    builder.versionCompatible = versionCompatible;
    builder.hardwareCompatible = hardwareCompatible;
    builder.tf32 = tf32;
    builder.auxiliaryStreams = auxiliaryStreams;
    builder.optimizationLevel = optimizationLevel;
    builder.plugins = plugins;
    builder.timeLimit = timeLimit;
    return builder;
  }

  /** The same with these profiles. */
  public PlanOptions withProfiles(List<Profile> other) {
    return toBuilder().profiles(other).build();
  }

  /** The same with TF32 allowed or not. */
  public PlanOptions withTf32(boolean allowed) {
    return toBuilder().tf32(allowed).build();
  }

  /** The same with other libraries of plug-ins. */
  public PlanOptions withPlugins(List<Path> files) {
    return toBuilder().plugins(files).build();
  }

  /** The same with another optimization level, 0 to 5. */
  public PlanOptions withOptimizationLevel(int level) {
    return toBuilder().optimizationLevel(level).build();
  }

  /** The same with another time limit. */
  public PlanOptions withTimeLimit(Duration limit) {
    return toBuilder().timeLimit(limit).build();
  }

  /** Collects options; what is not set is as in {@link #defaults}. */
  public static final class Builder {
    private List<Profile> profiles = List.of();
    private Optional<Path> timingCache = Optional.empty();
    private long workspaceBytes;
    private boolean sparse;
    private boolean versionCompatible;
    private boolean hardwareCompatible;
    private boolean tf32;
    private OptionalInt auxiliaryStreams = OptionalInt.empty();
    private int optimizationLevel = 3;
    private List<Path> plugins = List.of();
    private Duration timeLimit = Duration.ofHours(1);

    public Builder profiles(List<Profile> value) {
      profiles = value;
      return this;
    }

    public Builder timingCache(Path file) {
      timingCache = Optional.of(file);
      return this;
    }

    public Builder workspaceBytes(long value) {
      workspaceBytes = value;
      return this;
    }

    public Builder sparse(boolean value) {
      sparse = value;
      return this;
    }

    public Builder versionCompatible(boolean value) {
      versionCompatible = value;
      return this;
    }

    public Builder hardwareCompatible(boolean value) {
      hardwareCompatible = value;
      return this;
    }

    public Builder tf32(boolean value) {
      tf32 = value;
      return this;
    }

    public Builder auxiliaryStreams(int value) {
      auxiliaryStreams = OptionalInt.of(value);
      return this;
    }

    public Builder optimizationLevel(int value) {
      optimizationLevel = value;
      return this;
    }

    public Builder plugins(List<Path> files) {
      plugins = files;
      return this;
    }

    public Builder timeLimit(Duration value) {
      timeLimit = value;
      return this;
    }

    /**
     * @throws IllegalArgumentException if a number is out of its range
     */
    public PlanOptions build() {
      return new PlanOptions(
          profiles,
          timingCache,
          workspaceBytes,
          sparse,
          versionCompatible,
          hardwareCompatible,
          tf32,
          auxiliaryStreams,
          optimizationLevel,
          plugins,
          timeLimit);
    }
  }

  /**
   * What of the options makes one plan differ from another, as a {@link PlanKey} holds it: neither
   * the timing cache nor the time limit, which change only how the plan is found. Plug-ins are told
   * by what their files hold.
   *
   * @throws io.repfold.runtime.EngineException if the file of a plug-in cannot be read
   */
  String keyText() {
    String text =
        "workspace=%s sparse=%s versionCompatible=%s hardwareCompatible=%s tf32=%s auxiliaryStreams=%s level=%d"
            .formatted(
                workspaceBytes == 0 ? "unlimited" : workspaceBytes,
                sparse,
                versionCompatible,
                hardwareCompatible,
                tf32,
                auxiliaryStreams.isPresent() ? auxiliaryStreams.getAsInt() : "automatic",
                optimizationLevel);
    return PluginFiles.described(plugins).stream()
        .map(plugin -> " plugin=%s:%s".formatted(plugin.name(), plugin.sha256()))
        .collect(joining("", text, ""));
  }

  /** The profiles as a {@link PlanKey} holds them. */
  String profilesText() {
    return text(profiles);
  }

  static String text(List<Profile> profiles) {
    return profiles.stream().map(Profile::toString).collect(joining(" | "));
  }
}
