package io.repfold.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Replaces inputs by values that are the same at every run, such as a sampling rate. */
public final class FixedInputs {
  private FixedInputs() {}

  /**
   * The graph without these inputs, for the given values of them: it computes what the graph does
   * when it is fed with them, and what follows from them alone can be folded.
   *
   * @param values by input name
   * @throws InvalidGraphException if there is no such input, or its type or shape is another one
   */
  public static Graph fix(Graph graph, Map<String, Tensor> values) {
    List<Value> left = new ArrayList<>(graph.inputs());
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    values.forEach(
        (name, tensor) -> {
          Value input =
              graph.inputs().stream()
                  .filter(v -> v.name().equals(name))
                  .findFirst()
                  .orElseThrow(
                      () ->
                          new InvalidGraphException(
                              "There is no input '%s' to give a value; the inputs are %s"
                                  .formatted(name, graph.inputs())));
          checkFits(input, tensor);
          left.remove(input);
          initializers.put(name, tensor);
        });
    return graph.toBuilder().replaceInputs(left).replaceInitializers(initializers).build();
  }

  private static void checkFits(Value input, Tensor tensor) {
    Shape given = Shape.of(tensor.dims());
    boolean sameType = input.type().filter(t -> t != tensor.type()).isEmpty();
    boolean sameRank = input.shape().filter(s -> s.rank() != given.rank()).isEmpty();
    boolean fits = sameType && sameRank;
    for (int i = 0; fits && input.shape().isPresent() && i < given.rank(); i++) {
      fits = !DimMath.contradict(input.shape().get().dim(i), given.dim(i));
    }
    Check.that(
        fits,
        "Input '%s' cannot have the value %s; give one of its type and shape",
        input,
        tensor.describe());
  }
}
