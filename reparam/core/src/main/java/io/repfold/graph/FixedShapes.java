package io.repfold.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Replaces symbolic input dimensions by numbers. */
public final class FixedShapes {
  private FixedShapes() {}

  /**
   * The same graph for inputs of the given shapes. A symbol that an input shares with others is
   * fixed everywhere; declared and output shapes are replaced by what follows from the inputs.
   *
   * @param inputShapes by input name, in elements
   * @throws InvalidGraphException if there is no such input, if its declared shape has another rank
   *     or other numbers, if one symbol would get two numbers, or as {@link ShapeInference#infer}
   */
  public static Graph fix(Graph graph, Map<String, long[]> inputShapes) {
    Graph fixed = withInputs(graph, inputShapes);
    Map<String, Value> known = ShapeInference.infer(fixed);
    Map<String, Value> declared = new LinkedHashMap<>();
    fixed.declared().forEach((name, value) -> declared.put(name, known.getOrDefault(name, value)));
    List<Value> outputs =
        fixed.outputs().stream().map(v -> known.getOrDefault(v.name(), v)).toList();
    return fixed.toBuilder().replaceDeclared(declared).replaceOutputs(outputs).build();
  }

  /** Fixes the inputs, and equal symbols in declarations, but does not follow the consequences. */
  static Graph withInputs(Graph graph, Map<String, long[]> inputShapes) {
    inputShapes.forEach(
        (name, shape) ->
            Check.that(
                graph.isInput(name),
                "There is no input '%s' to give the shape %s; the inputs are %s",
                name,
                Arrays.toString(shape),
                graph.inputs()));
    Map<Dim, Long> symbols = new HashMap<>();
    List<Value> inputs = new ArrayList<>();
    for (Value input : graph.inputs()) {
      long[] given = inputShapes.get(input.name());
      inputs.add(given == null ? input : fixed(input, given, symbols));
    }
    Map<String, Value> declared = new LinkedHashMap<>();
    graph.declared().forEach((name, value) -> declared.put(name, substituted(value, symbols)));
    return graph.toBuilder()
        .replaceInputs(inputs.stream().map(v -> substituted(v, symbols)).toList())
        .replaceOutputs(graph.outputs().stream().map(v -> substituted(v, symbols)).toList())
        .replaceDeclared(declared)
        .build();
  }

  private static Value fixed(Value input, long[] given, Map<Dim, Long> symbols) {
    for (long size : given) {
      Check.that(
          size >= 1,
          "Input '%s' cannot have the shape %s; sizes are at least 1",
          input,
          Arrays.toString(given));
    }
    if (input.shape().isPresent()) {
      Shape declared = input.shape().get();
      Check.that(
          declared.rank() == given.length,
          "Input '%s' has %d dimensions, the given shape %s has %d",
          input,
          declared.rank(),
          Arrays.toString(given),
          given.length);
      for (int i = 0; i < given.length; i++) {
        Dim dim = declared.dim(i);
        Check.that(
            !DimMath.contradict(dim, Dim.of(given[i])),
            "Input '%s' declares %s on axis %d, the given shape %s says otherwise",
            input,
            dim,
            i,
            Arrays.toString(given));
        if (dim instanceof Dim.Symbol) {
          Long before = symbols.putIfAbsent(dim, given[i]);
          Check.that(
              before == null || before == given[i],
              "Symbol '%s' of input '%s' would be %s and %d at once",
              dim,
              input,
              before,
              given[i]);
        }
      }
    }
    return new Value(input.name(), input.type(), Optional.of(Shape.of(given)));
  }

  private static Value substituted(Value value, Map<Dim, Long> symbols) {
    return new Value(
        value.name(),
        value.type(),
        value.shape().map(s -> new Shape(s.dims().stream().map(d -> fixed(d, symbols)).toList())));
  }

  private static Dim fixed(Dim dim, Map<Dim, Long> symbols) {
    Long size = symbols.get(dim);
    return size == null ? dim : Dim.of(size);
  }
}
