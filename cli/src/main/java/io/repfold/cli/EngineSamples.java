package io.repfold.cli;

import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.precision.SampleRunner;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs samples in ONNX Runtime on the CPU, with its optimiser on: what is measured is what runs.
 *
 * <p>What a float32 graph gives must be finite. Of a quantized graph, NaN and infinities are handed
 * on: they count against it.
 *
 * @param model whose functions and metadata the graphs share
 * @param mostBytes of values inside a graph are taken at a time, but at least one value
 */
record EngineSamples(OnnxModel model, List<Sample> samples, long mostBytes)
    implements SampleRunner {
  EngineSamples(OnnxModel model, List<Sample> samples) {
    this(model, samples, Calibration.MOST_BYTES);
  }

  /**
   * {@inheritDoc}
   *
   * @throws WorkFailedException if a sample or what a float32 graph makes of it is not finite;
   *     names it
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
            sink.accept(i, computed(some.get(i), engine, part, real));
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

  private static Map<String, Computed> computed(
      Sample sample, Engine engine, List<String> names, boolean real) {
    Map<String, HostTensor> inputs = sample.read();
    SoundNumbers.requireElements(sample, inputs);
    Map<String, HostTensor> found =
        ExposedModel.run(engine, sample, inputs, new LinkedHashSet<>(names));
    if (real) {
      inputs.forEach((name, input) -> SoundNumbers.require(sample, "input", name, input, false));
      found.forEach((name, tensor) -> SoundNumbers.require(sample, "tensor", name, tensor, false));
    }
    Map<String, Computed> computed = new HashMap<>();
    found.forEach((name, tensor) -> computed.put(name, computed(tensor)));
    return computed;
  }

  private static Computed computed(HostTensor tensor) {
    FloatBuffer data =
        tensor.type() == ElementType.FLOAT
            ? tensor.bytes().asFloatBuffer()
            : FloatBuffer.wrap(tensor.toFloats());
    return new Computed(data, tensor.type().isFloating(), tensor.shape());
  }
}
