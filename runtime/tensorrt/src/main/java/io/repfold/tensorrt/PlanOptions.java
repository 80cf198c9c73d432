package io.repfold.tensorrt;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How to compile a plan. The precision is none of the options: networks are strongly typed, so each
 * tensor has the type that the ONNX file gives it.
 *
 * @param profiles for inputs of which the model leaves a size open; may be empty if none does
 * @param timingCache a file with measured kernel times: read if it is there, and written. It makes
 *     compiling again faster, and its choices more alike
 * @param workspaceBytes device memory that one kernel may use beside its tensors; 0 for no limit
 * @param refit whether the weights may be exchanged later; such plans are slower
 * @param hardwareCompatible whether the plan shall run on all GPUs from Ampere (8.0) on; such plans
 *     are slower
 * @param tf32 whether the factors of float32 products may be rounded to the 10 bits of TF32
 * @param optimizationLevel how much time to spend on the search for kernels, 0 to 5; 3 is
 *     TensorRT's own default
 * @param timeLimit after which compiling is given up
 */
public record PlanOptions(
    List<Profile> profiles,
    Optional<Path> timingCache,
    long workspaceBytes,
    boolean refit,
    boolean hardwareCompatible,
    boolean tf32,
    int optimizationLevel,
    Duration timeLimit) {
  private static final int HIGHEST_LEVEL = 5;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a number is out of its range
   */
  public PlanOptions {
    profiles = List.copyOf(profiles);
    if (optimizationLevel < 0 || optimizationLevel > HIGHEST_LEVEL) {
      throw new IllegalArgumentException(
          "The optimization level is a number from 0 to %d, not %d"
              .formatted(HIGHEST_LEVEL, optimizationLevel));
    }
    if (workspaceBytes < 0) {
      throw new IllegalArgumentException(
          "The workspace must be 0, for no limit, or a number of bytes, not " + workspaceBytes);
    }
    if (timeLimit.isNegative() || timeLimit.isZero()) {
      throw new IllegalArgumentException("The time limit must be positive, not " + timeLimit);
    }
  }

  /** No profiles, no TF32, level 3, an hour. */
  public static PlanOptions defaults() {
    return new PlanOptions(
        List.of(), Optional.empty(), 0, false, false, false, 3, Duration.ofHours(1));
  }

  /** The same with these profiles. */
  public PlanOptions withProfiles(List<Profile> other) {
    return new PlanOptions(
        other,
        timingCache,
        workspaceBytes,
        refit,
        hardwareCompatible,
        tf32,
        optimizationLevel,
        timeLimit);
  }

  /** The same with TF32 allowed or not. */
  public PlanOptions withTf32(boolean allowed) {
    return new PlanOptions(
        profiles,
        timingCache,
        workspaceBytes,
        refit,
        hardwareCompatible,
        allowed,
        optimizationLevel,
        timeLimit);
  }

  /** The same with another optimization level, 0 to 5. */
  public PlanOptions withOptimizationLevel(int level) {
    return new PlanOptions(
        profiles, timingCache, workspaceBytes, refit, hardwareCompatible, tf32, level, timeLimit);
  }

  /** The same with another time limit. */
  public PlanOptions withTimeLimit(Duration limit) {
    return new PlanOptions(
        profiles,
        timingCache,
        workspaceBytes,
        refit,
        hardwareCompatible,
        tf32,
        optimizationLevel,
        limit);
  }

  /**
   * What of the options makes one plan differ from another, as a {@link PlanKey} holds it: neither
   * the timing cache nor the time limit, which change only how the plan is found.
   */
  String keyText() {
    return "workspace=%s refit=%s hardwareCompatible=%s tf32=%s level=%d"
        .formatted(
            workspaceBytes == 0 ? "unlimited" : workspaceBytes,
            refit,
            hardwareCompatible,
            tf32,
            optimizationLevel);
  }

  /** The profiles as a {@link PlanKey} holds them. */
  String profilesText() {
    return profiles.stream().map(Profile::toString).collect(joining(" | "));
  }
}
