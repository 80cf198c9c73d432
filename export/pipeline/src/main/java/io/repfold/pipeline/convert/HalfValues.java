package io.repfold.pipeline.convert;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.pipeline.ModelFile;
import java.nio.file.Path;
import java.util.Optional;

/** Finds models that hold values in float16. */
public final class HalfValues {
  private HalfValues() {}

  /** Whether a file has a float16 input, constant or Cast; no if it is none that is read here. */
  public static boolean isIn(Path model) {
    return ModelFile.readIfOnnx(model).map(file -> isIn(file.graph())).orElse(false);
  }

  private static boolean isIn(Graph graph) {
    return graph.initializers().values().stream().anyMatch(t -> t.type() == ElementType.FLOAT16)
        || graph.inputs().stream().anyMatch(i -> i.type().equals(Optional.of(ElementType.FLOAT16)))
        || graph.nodes().stream()
            .anyMatch(n -> n.op() instanceof Op.Cast cast && cast.to() == ElementType.FLOAT16);
  }
}
