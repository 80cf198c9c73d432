package io.repfold.pipeline.compare;

import io.repfold.fold.Folder;
import io.repfold.pipeline.ModelFile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What makes a comparison of models prove little, such as BatchNormalizations without training. */
public final class ModelWarnings {
  private ModelWarnings() {}

  /** Those of each file, which they name; none of a file that is no ONNX model. */
  public static List<String> of(Path... models) {
    return Stream.of(models).distinct().flatMap(ModelWarnings::of).toList();
  }

  private static Stream<String> of(Path model) {
    return ModelFile.readIfOnnx(model).stream()
        .flatMap(file -> Folder.warnings(file.graph()).stream())
        .map(warning -> "%s: %s".formatted(model, warning));
  }
}
