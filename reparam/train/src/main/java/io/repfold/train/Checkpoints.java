package io.repfold.train;

import io.repfold.onnx.AtomicFile;
import io.repfold.onnx.OnnxModel;
import io.repfold.onnx.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The last weights of a run, {@code last.onnx}, and what belongs to them, {@code last.state}.
 *
 * <p>A save makes both new files, then moves the weights into place and the state after them. A
 * process that dies between the two moves leaves new weights, the old state, and the new state
 * under its name with {@code .next}; the SHA-256 in the states tells which one belongs to the
 * weights. So there is a pair at every moment.
 */
final class Checkpoints {
  private final Path weights;
  private final Path state;

  Checkpoints(Path folder) {
    this.weights = folder.resolve(RunFolder.LAST);
    this.state = folder.resolve(RunFolder.STATE);
  }

  /** Weights and state that belong together. */
  record Pair(OnnxModel model, TrainingState state) {}

  void save(OnnxModel model, TrainingState content) {
    Path nextWeights = next(weights);
    Path nextState = next(state);
    try {
      model.write(nextWeights);
      StateFile.write(nextState, new StateFile.Content(content, Sha256.of(nextWeights)));
    } catch (UncheckedIOException e) {
      removeNext();
      throw e;
    }
    AtomicFile.move(nextWeights, weights);
    AtomicFile.move(nextState, state);
  }

  /** Whether nothing was saved yet, not even in part. */
  boolean areMissing() {
    return !Files.exists(weights) && !Files.exists(state);
  }

  /**
   * The pair that was saved last.
   *
   * @throws RunException if there is none, or one of its files was damaged or exchanged
   */
  Pair load() {
    if (!Files.exists(weights)) {
      throw new RunException(
          "%s: there is no such file: the run has saved nothing yet. Begin it anew", weights);
    }
    String sha256 = Sha256.of(weights);
    if (Files.exists(next(state))) {
      finishMove(sha256);
    }
    if (!Files.exists(state)) {
      throw new RunException(
          "%s: there is no such file, and without it the run cannot go on as it was; '%s' can be"
              + " trained further with start_from",
          state, weights);
    }
    StateFile.Content content = StateFile.read(state);
    if (!content.weights().equals(sha256)) {
      throw new RunException(
          "%s: does not belong to %s: it names SHA-256 %s, and the file has %s. Put the file back"
              + " that was saved with it",
          state, weights, content.weights(), sha256);
    }
    return new Pair(OnnxModel.read(weights), content.state());
  }

  private void finishMove(String sha256) {
    try {
      if (StateFile.read(next(state)).weights().equals(sha256)) {
        AtomicFile.move(next(state), state);
      }
    } catch (RunException e) {
      removeNext();
    }
  }

  /** Removes what a save that was cut off left behind. */
  void removeNext() {
    try {
      Files.deleteIfExists(next(weights));
      Files.deleteIfExists(next(state));
    } catch (IOException e) {
      throw AtomicFile.failed(weights, e);
    }
  }

  private static Path next(Path file) {
    return file.resolveSibling(file.getFileName() + ".next");
  }
}
