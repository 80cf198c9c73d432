package io.repfold.pipeline.compare;

import io.repfold.check.ChannelAxes;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.pipeline.ModelFile;
import io.repfold.precision.ClassAxes;
import io.repfold.precision.OutputKind;
import io.repfold.precision.OutputMeanings;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** On which axes the outputs of a model have their classes, by its graph. */
public final class OutputAxes {
  private OutputAxes() {}

  /** Axis 1 for a file that is no ONNX model, or none that is read here. */
  public static ChannelAxes of(Path model) {
    return ModelFile.readIfOnnx(model).map(file -> of(file.graph())).orElse(ChannelAxes.USUAL);
  }

  /** Axis 1 for a graph whose shapes contradict each other. */
  static ChannelAxes of(Graph graph) {
    return of(graph, OutputMeanings.of(graph));
  }

  /** The same by what the outputs were found to mean. */
  static ChannelAxes of(Graph graph, OutputMeanings meanings) {
    try {
      return new ChannelAxes(ClassAxes.of(graph).found(), withoutClasses(meanings));
    } catch (InvalidGraphException e) {
      return ChannelAxes.USUAL;
    }
  }

  /** Outputs that are not classes as a whole. */
  private static Set<String> withoutClasses(OutputMeanings meanings) {
    Set<String> outputs = new HashSet<>();
    meanings
        .byOutput()
        .forEach(
            (output, pieces) -> {
              if (pieces.size() != 1 || pieces.get(0).kind() != OutputKind.CLASSES) {
                outputs.add(output);
              }
            });
    return outputs;
  }
}
