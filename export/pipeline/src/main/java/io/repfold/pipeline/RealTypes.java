package io.repfold.pipeline;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The floating types in which a model computes. */
public final class RealTypes {
  private RealTypes() {}

  /** Those of a file's inputs, constants and Casts; none if it is no model that is read here. */
  public static Set<ElementType> in(Path model) {
    return ModelFile.readIfOnnx(model)
        .map(file -> in(file.graph()))
        .orElse(EnumSet.noneOf(ElementType.class));
  }

  public static Set<ElementType> in(Graph graph) {
    EnumSet<ElementType> types = EnumSet.noneOf(ElementType.class);
    graph.initializers().values().forEach(tensor -> types.add(tensor.type()));
    graph.inputs().forEach(input -> input.type().ifPresent(types::add));
    graph
        .nodes()
        .forEach(
            node -> {
              if (node.op() instanceof Op.Cast cast) {
                types.add(cast.to());
              }
            });
    types.removeIf(type -> !type.isFloat());
    return types;
  }

  /**
   * Those of the values that nodes compute: weights that are stored in float16 and made float32 by
   * a Cast are not among them.
   */
  public static Set<ElementType> computed(Graph graph) {
    EnumSet<ElementType> types = EnumSet.noneOf(ElementType.class);
    Set<String> constants = new HashSet<>(graph.initializers().keySet());
    Map<String, Value> values = ShapeInference.infer(graph);
    for (Node node : graph.nodes()) {
      boolean constant = constants.containsAll(node.inputs());
      for (String output : node.outputs()) {
        if (constant) {
          constants.add(output);
        } else if (values.containsKey(output)) {
          values.get(output).type().ifPresent(types::add);
        }
      }
    }
    types.removeIf(type -> !type.isFloat());
    return types;
  }
}
