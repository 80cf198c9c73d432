package io.repfold.cli;

import io.repfold.train.RunFolder;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which weights of a run. */
final class CheckpointOption {
  /** The two that every run has. */
  enum Checkpoint {
    BEST,
    LAST
  }

  @Option(
      names = "--checkpoint",
      paramLabel = "WHICH",
      defaultValue = "best",
      description = "Which weights of a run: best or last (default: ${DEFAULT-VALUE}).")
  private Checkpoint checkpoint;

  /** The file of a run's weights; an ONNX file stands for itself. */
  Path model(Path path) {
    return RunFolder.isRun(path)
        ? RunFolder.open(path).weights(checkpoint == Checkpoint.BEST)
        : path;
  }
}
