package io.repfold.pipeline.interpreter;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Rounding;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.AbstractEngine;
import io.repfold.runtime.Dimension;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.ModelMetadata;
import io.repfold.runtime.TensorInfo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A graph that the reference interpreter runs. */
final class InterpreterEngine extends AbstractEngine {
  private final Graph graph;
  private final Rounding rounding;

  /** An interpreter is for one thread at a time, and holds the weights in double. */
  private final Queue<Interpreter> idle = new ConcurrentLinkedQueue<>();

  private InterpreterEngine(
      String name,
      String backend,
      EngineOptions options,
      Graph graph,
      Rounding rounding,
      List<TensorInfo> inputs,
      List<TensorInfo> outputs,
      ModelMetadata metadata) {
    super(name, backend, options, inputs, outputs, metadata);
    this.graph = graph;
    this.rounding = rounding;
  }

  /**
   * @throws EngineException if an input or output is no tensor of a type in {@link ElementType}
   */
  static InterpreterEngine of(
      String name, String backend, EngineOptions options, OnnxModel model, Rounding rounding) {
    Graph graph = model.graph();
    List<TensorInfo> inputs =
        graph.requiredInputs().stream().map(input -> describe(name, "input", input)).toList();
    List<TensorInfo> outputs =
        graph.outputs().stream().map(output -> describe(name, "output", output)).toList();
    ModelMetadata metadata =
        new ModelMetadata(model.producerName(), graph.name(), "", 0, model.metadata());
    return new InterpreterEngine(
        name, backend, options, graph, rounding, inputs, outputs, metadata);
  }

  private static TensorInfo describe(String model, String role, Value value) {
    ElementType type =
        value
            .type()
            .map(found -> elementType(model, value.name(), found))
            .orElseThrow(
                () ->
                    new EngineException(
                        "Cannot use '%s': its %s '%s' declares no element type"
                            .formatted(model, role, value.name())));
    List<Dimension> dimensions =
        value
            .shape()
            .map(shape -> shape.dims().stream().map(InterpreterEngine::of).toList())
            .orElse(List.of());
    return new TensorInfo(value.name(), type, dimensions);
  }

  private static Dimension of(Dim dim) {
    if (dim instanceof Dim.Known known) {
      return new Dimension(known.size(), "");
    }
    return new Dimension(-1, dim instanceof Dim.Symbol symbol ? symbol.name() : "");
  }

  private static ElementType elementType(
      String model, String value, io.repfold.graph.ElementType type) {
    return Arrays.stream(ElementType.values())
        .filter(known -> known.name().equals(type.name()))
        .findFirst()
        .orElseThrow(
            () ->
                new EngineException(
                    "Cannot use '%s': '%s' holds %s elements; only numbers of 1 to 8 whole bytes are supported"
                        .formatted(model, value, type)));
  }

  @Override
  protected Map<String, HostTensor> compute(Map<String, HostTensor> given, Set<String> requested) {
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    given.forEach((name, tensor) -> arrays.put(name, array(tensor)));
    Interpreter polled = idle.poll();
    Interpreter interpreter = polled == null ? new Interpreter(graph, rounding) : polled;
    try {
      Map<String, NdArray> results = interpreter.run(arrays);
      idle.add(interpreter);
      Map<String, HostTensor> outputs = new LinkedHashMap<>();
      for (TensorInfo output : outputs()) {
        if (requested.contains(output.name())) {
          outputs.put(output.name(), tensor(output, results));
        }
      }
      return outputs;
    } catch (IllegalArgumentException e) {
      throw new EngineException("Cannot run '%s': %s".formatted(name(), e.getMessage()), e);
    }
  }

  private static NdArray array(HostTensor tensor) {
    int[] dims = Arrays.stream(tensor.shape()).mapToInt(Math::toIntExact).toArray();
    return new NdArray(
        io.repfold.graph.ElementType.valueOf(tensor.type().name()), dims, tensor.toDoubles());
  }

  private static HostTensor tensor(TensorInfo output, Map<String, NdArray> results) {
    NdArray result =
        Objects.requireNonNull(results.get(output.name()), "the interpreter gives all outputs");
    long[] shape = Arrays.stream(result.dims()).asLongStream().toArray();
    return HostTensor.of(output.type(), result.data(), shape);
  }

  @Override
  protected void free() {
    idle.clear();
  }
}
