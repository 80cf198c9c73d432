package io.repfold.pipeline.compare;

import io.repfold.check.ChannelAxes;
import io.repfold.graph.ElementType;
import io.repfold.graph.FixedShapes;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.MultiplyAdds;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.RealTypes;
import io.repfold.precision.OutputMeanings;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What is known of a reference before it runs.
 *
 * @param axes on which its outputs have their classes
 * @param meanings of its outputs; empty if the file is no ONNX model that is read here
 * @param types in which it computes
 * @param floors what its outputs may be off at least, where their scale is not their magnitude
 * @param graph empty if the file is no ONNX model that is read here, or a large one
 */
record ReferenceModel(
    ChannelAxes axes,
    Optional<OutputMeanings> meanings,
    Set<ElementType> types,
    Map<String, Double> floors,
    Optional<Graph> graph) {
  /** So many multiply-adds the interpreter takes in about a second. */
  private static final double A_SECOND = 2.5e8;

  /** That of float64, and as much again for 32 roundings, as nothing measures these. */
  private static final double DOUBLE = 0x1p-48;

  /** So long the interpreter may take where nothing else limits it. */
  static final double MOST_EXACT_SECONDS = 30;

  static ReferenceModel of(Path model) {
    return ModelFile.readIfOnnx(model)
        .map(ReferenceModel::of)
        .orElseGet(
            () ->
                new ReferenceModel(
                    ChannelAxes.USUAL,
                    Optional.empty(),
                    EnumSet.noneOf(ElementType.class),
                    Map.of(),
                    Optional.empty()));
  }

  static ReferenceModel of(ModelFile file) {
    Graph graph = file.graph();
    OutputMeanings meanings = OutputMeanings.of(graph);
    return new ReferenceModel(
        OutputAxes.of(graph, meanings),
        Optional.of(meanings),
        types(graph),
        NaturalScale.floors(graph, unit(types(graph))),
        file.isLarge() ? Optional.empty() : Optional.of(graph));
  }

  /** Those of a graph whose shapes contradict each other are all that it names. */
  static Set<ElementType> types(Graph graph) {
    try {
      return RealTypes.computed(graph);
    } catch (InvalidGraphException e) {
      return RealTypes.in(graph);
    }
  }

  /** Whether it is so large that no two of it should be in memory; also if nothing is known. */
  boolean isLarge() {
    return graph.isEmpty();
  }

  /** The unit roundoff of the narrowest type in which it computes. */
  double unit() {
    return unit(types);
  }

  static double unit(Set<ElementType> types) {
    if (types.contains(ElementType.BFLOAT16)) {
      return 0x1p-8;
    }
    if (types.contains(ElementType.FLOAT16)) {
      return 0x1p-11;
    }
    boolean onlyDouble = types.equals(EnumSet.of(ElementType.DOUBLE));
    return onlyDouble ? DOUBLE : 0x1p-24;
  }

  /**
   * How many samples like this one the interpreter computes in some seconds; 0 if that is not known
   * or there is no graph.
   */
  int affordable(Map<String, HostTensor> sample, double seconds) {
    if (graph.isEmpty()) {
      return 0;
    }
    Map<String, long[]> shapes = new LinkedHashMap<>();
    sample.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    shapes.keySet().retainAll(graph.get().inputs().stream().map(i -> i.name()).toList());
    try {
      MultiplyAdds counted = MultiplyAdds.of(FixedShapes.fix(graph.get(), shapes));
      long elements =
          shapes.values().stream()
              .mapToLong(s -> Arrays.stream(s).reduce(1, (a, b) -> a * b))
              .sum();
      double each = counted.total() + (double) elements * graph.get().nodes().size();
      return counted.unknown().isEmpty() ? (int) Math.min(16, A_SECOND * seconds / each) : 0;
    } catch (IllegalArgumentException e) {
      return 0;
    }
  }

  /**
   * What the model gives in double precision for as many of a run's usual inputs as take no longer.
   *
   * @param seconds that the interpreter may take
   * @param interpreter loads the model
   * @return outputs by name, one map for each of the first inputs; none if that is not affordable,
   *     or the model has an op that is not modeled: the noise is what else was measured then
   */
  List<Map<String, HostTensor>> exactly(
      ReferenceRun run, double seconds, Supplier<Engine> interpreter) {
    int affordable = Math.min(run.usual(), affordable(run.outputs().inputs().get(0), seconds));
    if (affordable == 0) {
      return List.of();
    }
    try (Engine exact = interpreter.get()) {
      return run.outputs().exactly(exact, affordable);
    } catch (EngineException e) {
      return List.of();
    }
  }
}
