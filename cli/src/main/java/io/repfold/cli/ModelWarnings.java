package io.repfold.cli;

import io.repfold.fold.Folder;
import io.repfold.graph.InvalidGraphException;
import io.repfold.onnx.OnnxFormatException;
import io.repfold.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What folding a model would warn of, for commands that compare models. */
final class ModelWarnings {
  private ModelWarnings() {}

  /** Those of each file, which they name; none of a file that is no ONNX model. */
  static List<String> of(Path... models) {
    return Stream.of(models).distinct().flatMap(ModelWarnings::of).toList();
  }

  private static Stream<String> of(Path model) {
    try {
      return Folder.warnings(OnnxModel.read(model).graph()).stream()
          .map(warning -> "%s: %s".formatted(model, warning));
    } catch (OnnxFormatException | InvalidGraphException e) {
      return Stream.empty();
    }
  }

  /** A line of a command's output. */
  static String line(String warning) {
    return "Warning: " + warning;
  }
}
