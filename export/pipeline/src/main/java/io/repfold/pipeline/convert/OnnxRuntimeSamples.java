package io.repfold.pipeline.convert;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.compare.ExposedModel;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.precision.SampleRunner;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Runs samples in ONNX Runtime on the CPU, with its optimizer on: what is measured is what runs.
 *
 * <p>What a float32 graph takes and gives must be finite, and without masks all inside it too. Of a
 * quantized graph, NaN and infinities are handed on: they count against it.
 *
 * @param model whose functions and metadata the graphs share
 * @param masks whether tensors inside a float32 graph may hold infinities, as a mask before a
 *     Softmax does
 * @param mostBytes of values inside a graph are taken at a time, but at least one value
 */
record OnnxRuntimeSamples(OnnxModel model, List<Sample> samples, boolean masks, long mostBytes)
    implements SampleRunner {
  /** What the tensors of one run may take, before fewer are shown at a time. */
  private static final long MOST_BYTES = 1L << 28;

  /**
   * @throws PipelineException if there is no sample
   */
  OnnxRuntimeSamples {
    samples = List.copyOf(samples);
    if (samples.isEmpty()) {
      throw PipelineException.work(
          "There is no sample to run the model on; give some, of the kind that it will see");
    }
  }

  static OnnxRuntimeSamples of(OnnxModel model, List<Sample> samples) {
    return new OnnxRuntimeSamples(model, samples, false, MOST_BYTES);
  }

  /** For graphs that may hold infinities inside. */
  static OnnxRuntimeSamples withMasks(OnnxModel model, List<Sample> samples) {
    return new OnnxRuntimeSamples(model, samples, true, MOST_BYTES);
  }

  /**
   * What ONNX Runtime says of the types of all tensors that nodes compute, in their order. Where
   * ops that are not modeled give something else than numbers, theirs are left out.
   *
   * @throws EngineException if ONNX Runtime does not take the model
   */
  Map<String, ElementType> types(Graph graph) {
    try {
      return types(graph, ExposedModel::computesTensors);
    } catch (EngineException e) {
      return types(
          graph, node -> ExposedModel.computesTensors(node) && !(node.op() instanceof Op.Opaque));
    }
  }

  private Map<String, ElementType> types(Graph graph, Predicate<Node> wanted) {
    Set<String> names = new LinkedHashSet<>();
    graph.nodes().stream().filter(wanted).forEach(node -> names.addAll(node.outputs()));
    names.remove("");
    Map<String, ElementType> types = new LinkedHashMap<>();
    EngineOptions options = EngineOptions.defaults().withoutOptimizer();
    try (ExposedModel exposed = new ExposedModel(model.withGraph(graph), options);
        Engine engine = exposed.load(List.copyOf(names))) {
      Map<String, TensorInfo> infos = new HashMap<>();
      engine.outputs().forEach(output -> infos.put(output.name(), output));
      for (String name : names) {
        TensorInfo info = infos.get(name);
        if (info != null) {
          types.put(name, ElementType.valueOf(info.type().name()));
        }
      }
    }
    return types;
  }

  /**
   * {@inheritDoc}
   *
   * @throws PipelineException if a sample or what a float32 graph makes of it is not finite; names
   *     it
   */
  @Override
  public void run(Graph graph, Set<String> values, int most, Sink sink) {
    boolean real = graph.nodes().stream().noneMatch(n -> n.op() instanceof Op.QuantizeLinear);
    OnnxModel whole = model.withGraph(graph);
    List<Sample> some = samples.subList(0, Math.min(most, samples.size()));
    try (ExposedModel exposed = new ExposedModel(whole, EngineOptions.defaults())) {
      for (List<String> part : parts(graph, values)) {
        try (Engine engine = exposed.load(part)) {
          for (int i = 0; i < some.size(); i++) {
            sink.accept(i, computed(graph, some.get(i), engine, part, real));
          }
        }
      }
    }
  }

  /** The outputs, which every run computes, are all in the first part. */
  private List<List<String>> parts(Graph graph, Set<String> values) {
    List<String> first = new ArrayList<>(values.stream().filter(graph::isOutput).toList());
    List<String> inside = values.stream().filter(value -> !graph.isOutput(value)).toList();
    if (inside.isEmpty()) {
      return List.of(first);
    }
    List<List<String>> parts = TensorParts.of(graph, samples.get(0), inside, mostBytes);
    first.addAll(parts.get(0));
    List<List<String>> all = new ArrayList<>(parts);
    all.set(0, first);
    return all;
  }

  private Map<String, Computed> computed(
      Graph graph, Sample sample, Engine engine, List<String> names, boolean real) {
    Map<String, HostTensor> inputs = sample.read();
    FiniteSamples.requireElements(sample, inputs);
    Map<String, HostTensor> found =
        ExposedModel.run(engine, sample, inputs, new LinkedHashSet<>(names));
    if (real) {
      inputs.forEach((name, input) -> FiniteSamples.require(sample, "input", name, input, false));
      found.forEach(
          (name, tensor) ->
              FiniteSamples.require(sample, "tensor", name, tensor, masks && !isEnd(graph, name)));
    }
    Map<String, Computed> computed = new HashMap<>();
    found.forEach((name, tensor) -> computed.put(name, computed(tensor)));
    return computed;
  }

  private static boolean isEnd(Graph graph, String name) {
    return graph.isInput(name) || graph.isOutput(name);
  }

  private static Computed computed(HostTensor tensor) {
    FloatBuffer data =
        tensor.type() == io.repfold.runtime.ElementType.FLOAT
            ? tensor.bytes().asFloatBuffer()
            : FloatBuffer.wrap(tensor.toFloats());
    return new Computed(data, tensor.type().isFloating(), tensor.shape());
  }
}
