package io.repfold.pipeline.convert;

import io.repfold.bench.BenchOptions;
import io.repfold.bench.BenchReport;
import io.repfold.bench.Benchmark;
import io.repfold.bench.Contender;
import io.repfold.graph.Graph;
import io.repfold.graph.MultiplyAdds;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.precision.int8.LayerChoice;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Keeps layers in float32 where integers do not pay on this machine: the whole model is timed with
 * the layers of least work for each element that they read and write in float32, by turns, on one
 * thread, in ONNX Runtime. So what it takes to go from integers to float32 and back counts as well.
 */
final class PayingLayers implements LayerChoice {
  /** Shares of the layers that are tried in float32. */
  private static final List<Double> SHARES = List.of(0.0, 0.15, 0.3, 0.5, 0.75, 0.9);

  /** What gains less than this is no gain. */
  private static final double LEAST_GAIN = 0.02;

  private static final BenchOptions OPTIONS = new BenchOptions(3, 20, Duration.ofSeconds(4));

  private final OnnxModel model;
  private final Graph graph;
  private final Sample sample;
  private final List<IntegerTimes.Trial> trials = new ArrayList<>();

  /**
   * @param graph folded, float32
   */
  PayingLayers(OnnxModel model, Graph graph, Sample sample) {
    this.model = model;
    this.graph = graph;
    this.sample = sample;
  }

  @Override
  public Set<String> float32(List<String> layers, Function<Set<String>, Graph> draft) {
    Map<String, HostTensor> inputs = sample.read();
    Map<String, Double> work = work(inputs);
    List<String> order = new ArrayList<>(layers);
    order.sort(Comparator.comparingDouble(layer -> work.getOrDefault(layer, 0.0)));
    Map<Integer, Set<String>> kept = new LinkedHashMap<>();
    for (double share : SHARES) {
      int count = (int) Math.floor(share * order.size());
      kept.put(count, new LinkedHashSet<>(order.subList(0, count)));
    }
    List<Graph> graphs = new ArrayList<>(List.of(graph));
    kept.values().forEach(set -> graphs.add(draft.apply(set)));
    double[] ratios = ratios(graphs, inputs);
    int i = 1;
    for (Map.Entry<Integer, Set<String>> entry : kept.entrySet()) {
      trials.add(new IntegerTimes.Trial(entry.getKey(), ratios[i++]));
    }
    int count = times().orElseThrow().best().float32();
    return kept.getOrDefault(count, Set.of());
  }

  /** What was measured; empty before anything was. */
  Optional<IntegerTimes> times() {
    return trials.isEmpty() ? Optional.empty() : Optional.of(new IntegerTimes(trials, LEAST_GAIN));
  }

  /** Each one's median time by that of the first. */
  private double[] ratios(List<Graph> graphs, Map<String, HostTensor> inputs) {
    List<Engine> engines = new ArrayList<>();
    try {
      List<Contender> contenders = new ArrayList<>();
      for (Graph each : graphs) {
        Engine engine =
            Backends.onnxRuntimeCpu()
                .load(
                    "number " + engines.size(),
                    model.withGraph(each).toBytes(),
                    EngineOptions.defaults().withThreads(1));
        engines.add(engine);
        contenders.add(new Contender(engine.name(), engine));
      }
      BenchReport report = Benchmark.compare(contenders, inputs, OPTIONS);
      return report.timings().stream()
          .mapToDouble(timing -> 1 / timing.speedup().median())
          .toArray();
    } finally {
      engines.forEach(Engine::close);
    }
  }

  /** Multiply-adds for each element that a layer reads and writes, by its output. */
  private Map<String, Double> work(Map<String, HostTensor> inputs) {
    Map<String, long[]> shapes = new HashMap<>();
    inputs.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    Map<String, Value> types = ShapeInference.infer(graph, shapes);
    Map<String, Double> work = new HashMap<>();
    MultiplyAdds.of(graph, types)
        .byValue()
        .forEach(
            (output, count) -> {
              String input = graph.producer(output).orElseThrow().input(0);
              double elements = size(types, input) + size(types, output);
              work.put(output, elements > 0 ? count / elements : 0);
            });
    return work;
  }

  private static double size(Map<String, Value> types, String name) {
    Optional<long[]> sizes =
        Optional.ofNullable(types.get(name)).flatMap(Value::shape).flatMap(Shape::sizes);
    double size = sizes.isPresent() ? 1 : 0;
    for (long each : sizes.orElse(new long[0])) {
      size *= each;
    }
    return size;
  }
}
