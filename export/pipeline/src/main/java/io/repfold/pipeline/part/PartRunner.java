package io.repfold.pipeline.part;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Shape;
import io.repfold.graph.Subgraph;
import io.repfold.graph.Value;
import io.repfold.pipeline.compare.ExposedModel;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Runs parts of one model in ONNX Runtime on the CPU, with its optimizer off. Only what a run needs
 * is loaded, and only for that run.
 */
final class PartRunner {
  private static final EngineOptions OPTIONS = EngineOptions.defaults().withoutOptimizer();

  private final ModelPart model;

  PartRunner(ModelPart model) {
    this.model = model;
  }

  Graph graph() {
    return model.graph();
  }

  /**
   * Computes some tensors from others.
   *
   * @param given by name; inputs of the model or tensors inside it
   * @param wanted what is among those given is handed on
   * @throws io.repfold.runtime.EngineException if ONNX Runtime does not take or run the part
   */
  Map<String, HostTensor> run(Map<String, HostTensor> given, Collection<String> wanted) {
    List<String> computed = wanted.stream().filter(name -> !given.containsKey(name)).toList();
    Map<String, HostTensor> results = new LinkedHashMap<>(given);
    results.keySet().retainAll(wanted);
    if (computed.isEmpty()) {
      return results;
    }
    Subgraph part = Subgraph.between(graph(), given.keySet(), computed);
    Map<String, HostTensor> read = new LinkedHashMap<>(given);
    read.keySet().retainAll(part.read());
    List<Value> inputs = part.read().stream().map(name -> value(name, tensor(read, name))).toList();
    List<Value> outputs = computed.stream().map(PartRunner::untyped).toList();
    try (ExposedModel exposed = new ExposedModel(model.model(part, inputs, outputs), OPTIONS);
        Engine engine = exposed.load(List.of())) {
      results.putAll(engine.run(read));
    }
    return results;
  }

  private static Value value(String name, HostTensor tensor) {
    return Value.of(name, type(tensor), Shape.of(tensor.shape()));
  }

  /** The tensor of a name that is there. */
  static HostTensor tensor(Map<String, HostTensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  static ElementType type(HostTensor tensor) {
    return ElementType.valueOf(tensor.type().name());
  }

  private static Value untyped(String name) {
    return new Value(name, Optional.empty(), Optional.empty());
  }
}
