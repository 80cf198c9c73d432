package io.repfold.cli;

import io.repfold.graph.ElementType;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Shows the float32 tensors inside a model over samples: a copy of the model with them as outputs
 * runs in ONNX Runtime on the CPU, with its optimizer off.
 */
final class Calibration implements AutoCloseable {
  /** What the tensors of one run may take, before fewer are shown at a time. */
  static final long MOST_BYTES = 1L << 28;

  /** Ops whose results are no tensors. */
  private static final List<String> NO_TENSORS = List.of("Sequence", "Optional", "SplitToSequence");

  private final OnnxModel model;
  private final List<Sample> samples;
  private final long mostBytes;
  private final ExposedModel exposed;
  private final Map<String, ElementType> types = new LinkedHashMap<>();

  /** Looks at tensors. */
  interface Consumer {
    /**
     * Takes one tensor of one sample.
     *
     * @param elements row-major, at least one, no NaN; infinities only of values that are neither
     *     input nor output of the model; not to be kept
     */
    void accept(String tensor, FloatBuffer elements);
  }

  private Calibration(OnnxModel model, List<Sample> samples, long mostBytes) {
    this.model = model;
    this.samples = List.copyOf(samples);
    this.mostBytes = mostBytes;
    this.exposed = new ExposedModel(model, EngineOptions.defaults().withoutOptimizer());
  }

  /**
   * Makes ready.
   *
   * @throws WorkFailedException if there is no sample
   * @throws EngineException if ONNX Runtime does not take the model
   */
  static Calibration of(OnnxModel model, List<Sample> samples) {
    return of(model, samples, MOST_BYTES);
  }

  /** For tests: {@code mostBytes} of tensors are shown at a time, but at least one tensor. */
  static Calibration of(OnnxModel model, List<Sample> samples, long mostBytes) {
    if (samples.isEmpty()) {
      throw new WorkFailedException(
          "There is no sample to run the model on; give some, of the kind that it will see");
    }
    Calibration calibration = new Calibration(model, samples, mostBytes);
    boolean ready = false;
    try {
      calibration.learnTypes();
      ready = true;
      return calibration;
    } finally {
      if (!ready) {
        calibration.close();
      }
    }
  }

  /** What ONNX Runtime says of the types of all tensors that nodes compute, in their order. */
  Map<String, ElementType> types() {
    return types;
  }

  private List<String> computed() {
    return types.keySet().stream().filter(name -> types.get(name) == ElementType.FLOAT).toList();
  }

  /** Where ops that are not modelled give something else than numbers, theirs are left out. */
  private void learnTypes() {
    try {
      learnTypes(outputs(node -> NO_TENSORS.stream().noneMatch(node.op().type()::startsWith)));
    } catch (EngineException e) {
      learnTypes(outputs(node -> !(node.op() instanceof Op.Opaque)));
    }
  }

  private void learnTypes(Set<String> names) {
    try (Engine engine = exposed.load(List.copyOf(names))) {
      Map<String, TensorInfo> infos = new HashMap<>();
      engine.outputs().forEach(output -> infos.put(output.name(), output));
      for (String name : names) {
        TensorInfo info = infos.get(name);
        if (info != null) {
          types.put(name, ElementType.valueOf(info.type().name()));
        }
      }
    }
  }

  private Set<String> outputs(Predicate<Node> wanted) {
    Set<String> names = new LinkedHashSet<>();
    model.graph().nodes().stream()
        .filter(node -> !(node.op() instanceof Op.Constant) && wanted.test(node))
        .forEach(node -> names.addAll(node.outputs()));
    names.remove("");
    return names;
  }

  /**
   * Runs all samples and shows each tensor of each once; several times if not all tensors fit into
   * memory at once.
   *
   * @throws WorkFailedException if a tensor holds NaN, or an input or output of the model an
   *     infinity, or a run fails; names it and the sample
   */
  void run(Consumer consumer) {
    List<List<String>> parts = TensorParts.of(model.graph(), samples.get(0), computed(), mostBytes);
    for (int part = 0; part < parts.size(); part++) {
      run(parts.get(part), part == 0, consumer);
    }
  }

  private void run(List<String> names, boolean withInputs, Consumer consumer) {
    try (Engine engine = exposed.load(names)) {
      for (Sample sample : samples) {
        Map<String, HostTensor> inputs = sample.read();
        SoundNumbers.requireElements(sample, inputs);
        if (withInputs) {
          inputs.forEach((name, tensor) -> show(sample, "input", name, tensor, false, consumer));
        }
        Map<String, HostTensor> found =
            ExposedModel.run(engine, sample, inputs, new LinkedHashSet<>(names));
        for (String name : names) {
          HostTensor tensor = found.get(name);
          if (tensor != null) {
            // masks hold infinities, and half numbers hold them exactly
            show(sample, "tensor", name, tensor, !model.graph().isOutput(name), consumer);
          }
        }
      }
    }
  }

  private static void show(
      Sample sample,
      String role,
      String name,
      HostTensor tensor,
      boolean infinities,
      Consumer consumer) {
    if (tensor.type() == io.repfold.runtime.ElementType.FLOAT && tensor.size() > 0) {
      SoundNumbers.require(sample, role, name, tensor, infinities);
      consumer.accept(name, tensor.bytes().asFloatBuffer());
    }
  }

  @Override
  public void close() {
    exposed.close();
  }
}
