package io.repfold.pipeline;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import java.nio.file.Path;
import java.util.EnumSet;
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
}
