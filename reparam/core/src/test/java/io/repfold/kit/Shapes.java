package io.repfold.kit;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shapes that are open. */
public final class Shapes {
  private Shapes() {}

  /** [N, channels, H, W] for any N, H and W. */
  public static Shape anyImages(long channels) {
    return new Shape(
        List.of(new Dim.Symbol("N"), Dim.of(channels), new Dim.Symbol("H"), new Dim.Symbol("W")));
  }

  /** A graph whose inputs are images, for any number of them of any size. */
  public static Graph ofAnyImages(Graph graph) {
    List<Value> inputs = new ArrayList<>();
    for (Value input : graph.inputs()) {
      Dim channels = input.shape().orElseThrow().dim(1);
      Shape open = anyImages(((Dim.Known) channels).size());
      inputs.add(new Value(input.name(), input.type(), Optional.of(open)));
    }
    return withoutDeclaredShapes(graph).toBuilder().replaceInputs(inputs).build();
  }

  /** A graph that says nothing of the shapes of its outputs and of the values between. */
  public static Graph withoutDeclaredShapes(Graph graph) {
    List<Value> outputs =
        graph.outputs().stream().map(o -> new Value(o.name(), o.type(), Optional.empty())).toList();
    return graph.toBuilder().replaceOutputs(outputs).replaceDeclared(Map.of()).build();
  }
}
