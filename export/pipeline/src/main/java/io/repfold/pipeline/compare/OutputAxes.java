package io.repfold.pipeline.compare;

import io.repfold.check.ChannelAxes;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.pipeline.ModelFile;
import io.repfold.precision.ClassAxes;
import java.nio.file.Path;

/** On which axes the outputs of a model have their classes, by its graph. */
public final class OutputAxes {
  private OutputAxes() {}

  /** Axis 1 for a file that is no ONNX model, or none that is read here. */
  public static ChannelAxes of(Path model) {
    return ModelFile.readIfOnnx(model).map(file -> of(file.graph())).orElse(ChannelAxes.USUAL);
  }

  /** Axis 1 for a graph whose shapes contradict each other. */
  static ChannelAxes of(Graph graph) {
    try {
      return new ChannelAxes(ClassAxes.of(graph).found());
    } catch (InvalidGraphException e) {
      return ChannelAxes.USUAL;
    }
  }
}
