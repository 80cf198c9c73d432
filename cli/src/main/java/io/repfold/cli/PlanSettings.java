package io.repfold.cli;

import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.files.StagedFile;
import io.repfold.tensorrt.PlanOptions;
import io.repfold.tensorrt.Profile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to compile a plan, on the command line. */
final class PlanSettings {
  private static final int MEBIBYTE = 20;

  @Option(
      names = "--profile",
      paramLabel = "INPUT=MIN:OPT:MAX",
      description =
          "The shapes that an input of open size may have, and the one to tune for; once for each"
              + " such input. Naming an input again begins another profile.")
  private final List<String> profiles = new ArrayList<>();

  @Option(
      names = "--timing-cache",
      paramLabel = "FILE",
      description = "Measured times of kernels: read if it is there, and written.")
  private @Nullable Path timingCache;

  @Option(
      names = "--workspace",
      paramLabel = "MIB",
      defaultValue = "0",
      description = "Device memory that one layer may use beside its tensors (default: no limit).")
  private long workspace;

  @Option(
      names = "--sparsity",
      description = "Allow kernels that skip zeros, where two in each four weights are zero.")
  private boolean sparse;

  @Option(
      names = "--version-compatible",
      description = "Compile for later versions of this TensorRT's major version too; slower.")
  private boolean versionCompatible;

  @Option(
      names = "--aux-streams",
      paramLabel = "N",
      description = "On how many more streams the plan may compute (default: TensorRT's choice).")
  private @Nullable Integer auxiliaryStreams;

  @Option(
      names = "--hardware-compatible",
      description = "Compile for all GPUs from Ampere on, not only for this one; slower.")
  private boolean hardwareCompatible;

  @Option(
      names = "--tf32",
      description = "Allow products of float32 to be computed with the 10 bits of TF32.")
  private boolean tf32;

  @Option(
      names = "--plugin",
      paramLabel = "LIBRARY",
      description =
          "A library with operators that TensorRT does not know (.so); running the plan needs it"
              + " too. Repeatable.")
  private final List<Path> plugins = new ArrayList<>();

  @Option(
      names = "--level",
      paramLabel = "0..5",
      defaultValue = "3",
      description = "How much time to spend on the search for kernels (default: 3).")
  private int level;

  @Option(
      names = "--time-limit",
      paramLabel = "MINUTES",
      defaultValue = "60",
      description = "When to give up (default: 60).")
  private double minutes;

  /** Options that say how to compile, and so say nothing of a plan that is compiled already. */
  static final List<String> ONLY_FOR_MODELS =
      List.of(
          "--profile",
          "--timing-cache",
          "--workspace",
          "--sparsity",
          "--aux-streams",
          "--hardware-compatible",
          "--tf32",
          "--level");

  /**
   * The options for a plan of others.
   *
   * @throws UsageException if the time limit is none
   */
  PlanOptions forAdopted() {
    return options(List.of());
  }

  /**
   * The options for a model.
   *
   * @throws UsageException if one is out of its range, or a profile names no input of the model
   */
  PlanOptions options(ModelFile model) {
    List<Profile> parsed;
    try {
      parsed = Profile.parse(profiles);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
    parsed.forEach(profile -> profile.inputs().keySet().forEach(name -> check(name, model)));
    return options(parsed);
  }

  private PlanOptions options(List<Profile> parsed) {
    try {
      PlanOptions.Builder options =
          new PlanOptions.Builder()
              .profiles(parsed)
              .workspaceBytes(Math.multiplyExact(workspace, 1L << MEBIBYTE))
              .sparse(sparse)
              .versionCompatible(versionCompatible)
              .hardwareCompatible(hardwareCompatible)
              .tf32(tf32)
              .optimizationLevel(level)
              .plugins(plugins)
              .timeLimit(Duration.ofMillis(Math.round(minutes * 60_000)));
      if (timingCache != null) {
        StagedFile.check(timingCache);
        options.timingCache(timingCache);
      }
      if (auxiliaryStreams != null) {
        options.auxiliaryStreams(auxiliaryStreams);
      }
      return options.build();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void check(String input, ModelFile model) {
    if (!model.inputs().contains(input)) {
      throw new UsageException(
          "--profile: %s has no input '%s'; its inputs are %s"
              .formatted(model.path(), input, model.inputs()));
    }
  }
}
