package io.repfold.pipeline.compare;

import io.repfold.check.ChannelAxes;
import io.repfold.graph.InvalidGraphException;
import io.repfold.onnx.OnnxFormatException;
import io.repfold.onnx.OnnxModel;
import io.repfold.precision.ClassAxes;
import io.repfold.runtime.PlanNames;
import java.nio.file.Path;

/** On which axes the outputs of a model have their classes, by its graph. */
final class OutputAxes {
  private OutputAxes() {}

  /** Axis 1 for a plan, and for a file that is not read here: whoever runs it says why not. */
  static ChannelAxes of(Path model) {
    if (PlanNames.isOne(model)) {
      return ChannelAxes.USUAL;
    }
    try {
      return new ChannelAxes(ClassAxes.of(OnnxModel.read(model).graph()).found());
    } catch (OnnxFormatException | InvalidGraphException | java.io.UncheckedIOException e) {
      return ChannelAxes.USUAL;
    }
  }
}
