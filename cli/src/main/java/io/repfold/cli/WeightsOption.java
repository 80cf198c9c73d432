package io.repfold.cli;

import io.repfold.onnx.ReadOptions;
import io.repfold.pipeline.ModelFile;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --constant-weights}, for the commands that read a model. */
final class WeightsOption {
  @Option(
      names = "--constant-weights",
      description =
          "Take weights that the model lists as inputs too, so that callers may override them, as"
              + " constants, and remove them from the inputs.")
  private boolean constant;

  boolean isGiven() {
    return constant;
  }

  ReadOptions options() {
    return new ReadOptions(constant);
  }

  ModelFile read(Path model) {
    return ModelFile.read(model, options());
  }

  /** A line that callers may override weights of a model, or no text. */
  static String line(ModelFile model) {
    return model.overridableWeights().map(line -> OptionNames.in(line) + "\n").orElse("");
  }
}
