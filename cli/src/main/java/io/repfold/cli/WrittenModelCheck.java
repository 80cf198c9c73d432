package io.repfold.cli;

import io.repfold.check.Comparison;
import io.repfold.check.Judge;
import io.repfold.check.OutputResult;
import io.repfold.check.Tolerance;
import io.repfold.check.Verdict;
import io.repfold.graph.ElementType;
import io.repfold.graph.FreeNames;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.compare.ExposedModel;
import io.repfold.pipeline.files.TemporaryFolder;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.train.TrainedNetwork;
import io.repfold.train.TrainingCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Compares what is trained with what is written: a batch's outputs in inference, by the engine that
 * trains and by ONNX Runtime on the file.
 *
 * <p>They may differ by 1e-4 of a channel's largest magnitude, or by {@value #TIMES_NOISE} times of
 * what ONNX Runtime differs from itself with its optimizer off, if that is more. Where activations
 * are rounded to integers, a sum that is a last bit larger can be a whole step more, and steps that
 * were interpolated often are ties: there it is also what ONNX Runtime differs from itself if every
 * activation is divided by a step that is 8 or 32 last bits larger or smaller, about what sums in
 * float32 are off by, and its mean counts as well.
 */
final class WrittenModelCheck implements TrainingCheck {
  private static final int TIMES_NOISE = 4;

  /** Two runtimes round in two ways, so the noise is looked at afterwards. */
  private static final Tolerance BOUNDS = Tolerance.NETWORK.withoutNoise();

  private static final int[] LAST_BITS = {-32, -8, 8, 32};

  /** So many values are kept in memory at once. */
  private static final int AT_ONCE = 32;

  private final Consumer<String> warnings;

  /** The two do not compute the same. */
  static final class DifferenceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DifferenceException(String message) {
      super(message);
    }
  }

  /**
   * @param warnings is told if the file cannot be run
   */
  WrittenModelCheck(Consumer<String> warnings) {
    this.warnings = warnings;
  }

  /**
   * @throws DifferenceException with the first value that differs
   */
  @Override
  public void check(TrainedNetwork network, Tensor images, long iteration) {
    OnnxModel model = network.model();
    try (TemporaryFolder folder = TemporaryFolder.inSystemFolder()) {
      Path file = folder.path().resolve("trained.onnx");
      model.write(file);
      Map<String, HostTensor> trained = hosts(network.outputs(images));
      Map<String, HostTensor> written =
          run(file, EngineOptions.defaults(), images, trained.keySet());
      for (OutputResult result : new Judge(BOUNDS).compare(written, trained)) {
        if (!result.verdict().isEquivalent() && !isNoise(model, file, images, written, result)) {
          throw new DifferenceException(
              "After iteration %d, what is trained is not what is written. %s. Please report this,"
                      .formatted(iteration, firstDifferent(network, model, images, result))
                  + " with the model; --no-check trains nonetheless");
        }
      }
    } catch (EngineException e) {
      warnings.accept(
          "What is trained was not compared with what is written, as ONNX Runtime does not run it: "
              + e.getMessage());
    }
  }

  private static Map<String, HostTensor> run(
      Path file, EngineOptions options, Tensor images, Set<String> outputs) {
    try (Engine engine = Backends.onnxRuntimeCpu().load(file, options)) {
      return engine.run(inputs(engine, images), outputs);
    }
  }

  private static Map<String, HostTensor> inputs(Engine engine, Tensor images) {
    return Map.of(engine.inputs().get(0).name(), host(images));
  }

  private static HostTensor host(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) tensor.doubleAt(i);
    }
    return HostTensor.ofFloats(values, tensor.dims());
  }

  private static Map<String, HostTensor> hosts(Map<String, Tensor> tensors) {
    Map<String, HostTensor> hosts = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> hosts.put(name, host(tensor)));
    return hosts;
  }

  private static boolean isNoise(
      OnnxModel model,
      Path file,
      Tensor images,
      Map<String, HostTensor> written,
      OutputResult result) {
    EngineOptions options = EngineOptions.defaults().withoutOptimizer();
    Map<String, HostTensor> again = run(file, options, images, Set.of(result.name()));
    Noise noise = noise(result.name(), again, written);
    boolean rounds = rounds(model);
    for (int bits : rounds ? LAST_BITS : new int[0]) {
      Path near = file.resolveSibling("near.onnx");
      model.withGraph(withSteps(model.graph(), bits)).write(near);
      Map<String, HostTensor> other = run(near, options, images, Set.of(result.name()));
      noise = noise.or(noise(result.name(), other, again));
    }
    double largest = TIMES_NOISE * noise.largest();
    double mean = rounds ? TIMES_NOISE * noise.mean() : Double.POSITIVE_INFINITY;
    return result
        .comparison()
        .filter(c -> c.maxAbsError() <= largest && c.meanAbsError() <= mean)
        .isPresent();
  }

  private static Noise noise(
      String output, Map<String, HostTensor> one, Map<String, HostTensor> other) {
    List<Comparison> found =
        new Judge(BOUNDS)
            .compareInOrder(List.of(output), one, other).results().stream()
                .flatMap(r -> r.comparison().stream())
                .toList();
    return new Noise(
        found.stream().mapToDouble(Comparison::maxAbsError).max().orElse(0),
        found.stream().mapToDouble(Comparison::meanAbsError).max().orElse(0));
  }

  /** How far an output differs from itself, at most and on average. */
  private record Noise(double largest, double mean) {
    Noise or(Noise other) {
      return new Noise(Math.max(largest, other.largest), Math.max(mean, other.mean));
    }
  }

  /** The graph that divides activations by steps that are so many last bits larger. */
  private static Graph withSteps(Graph graph, int bits) {
    FreeNames names = FreeNames.ofValues(graph);
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Optional<Tensor> steps =
          node.op() instanceof Op.QuantizeLinear && graph.constant(node.input(0)).isEmpty()
              ? graph.constant(node.input(1))
              : Optional.empty();
      if (steps.isEmpty()) {
        nodes.add(node);
        continue;
      }
      float[] near = new float[Math.toIntExact(steps.get().size())];
      for (int i = 0; i < near.length; i++) {
        int step = Float.floatToIntBits((float) steps.get().doubleAt(i));
        near[i] = Float.intBitsToFloat(step + bits);
      }
      List<String> inputs = new ArrayList<>(node.inputs());
      inputs.set(1, names.fresh(node.input(1) + "_near"));
      initializers.put(inputs.get(1), Tensor.ofFloats(near, steps.get().dims()));
      nodes.add(new Node(node.name(), node.op(), inputs, node.outputs()));
    }
    return graph.toBuilder().replaceNodes(nodes).replaceInitializers(initializers).build();
  }

  private static boolean rounds(OnnxModel model) {
    return model.graph().nodes().stream().anyMatch(node -> node.op() instanceof Op.QuantizeLinear);
  }

  /** A sentence on the first value in the graph that differs, or else on the output. */
  private static String firstDifferent(
      TrainedNetwork network, OnnxModel model, Tensor images, OutputResult output) {
    Graph graph = model.graph();
    if (rounds(model)) {
      return "Output '%s' differs: %s".formatted(output.name(), reason(output));
    }
    Map<String, Value> types = ShapeInference.infer(graph);
    Map<String, Node> computed = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      for (String value : node.outputs()) {
        Optional<ElementType> type = Optional.ofNullable(types.get(value)).flatMap(Value::type);
        if (type.equals(Optional.of(ElementType.FLOAT))) {
          computed.put(value, node);
        }
      }
    }
    List<String> names = List.copyOf(computed.keySet());
    try (ExposedModel exposed =
            new ExposedModel(model, EngineOptions.defaults().withoutOptimizer());
        Engine engine = exposed.load(names)) {
      for (int from = 0; from < names.size(); from += AT_ONCE) {
        List<String> part = names.subList(from, Math.min(names.size(), from + AT_ONCE));
        Map<String, HostTensor> trained = hosts(network.values(images, part));
        Map<String, HostTensor> written =
            engine.run(inputs(engine, images), new LinkedHashSet<>(part));
        Optional<OutputResult> first =
            new Judge(BOUNDS).compareInOrder(part, written, trained).firstDifferent();
        if (first.isPresent()) {
          Node node = computed.get(first.get().name());
          return "The first value that differs is '%s' of %s: %s"
              .formatted(
                  first.get().name(), node == null ? "?" : node.describe(), reason(first.get()));
        }
      }
    }
    return "Output '%s' differs: %s".formatted(output.name(), reason(output));
  }

  private static String reason(OutputResult result) {
    return result.verdict() instanceof Verdict.Different different
        ? different.reasons().get(0)
        : "it is the same";
  }
}
