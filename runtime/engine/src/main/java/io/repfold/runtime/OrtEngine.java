package io.repfold.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxModelMetadata;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Owns one ONNX Runtime session: the only class that runs or closes it. */
final class OrtEngine extends AbstractEngine {
  private final OrtSession session;
  private final OutputForms forms = new OutputForms();

  private OrtEngine(String name, String backend, EngineOptions options, OrtSession session)
      throws OrtException {
    super(
        name,
        backend,
        options,
        describe(name, "input", session.getInputInfo()),
        describe(name, "output", session.getOutputInfo()),
        describe(session.getMetadata()));
    this.session = session;
  }

  /** Takes over the session, and closes it when the model cannot be described. */
  static OrtEngine of(String name, String backend, EngineOptions options, OrtSession session) {
    OrtEngine engine = null;
    try {
      engine = new OrtEngine(name, backend, options, session);
      return engine;
    } catch (OrtException e) {
      throw OrtErrors.describing(name, e);
    } finally {
      if (engine == null) {
        free(name, session);
      }
    }
  }

  /**
   * Where a run with these shapes has been seen, ONNX Runtime writes into the tensors that are
   * returned; its own memory can only be read by way of a copy on the heap. If it will not, because
   * values decide the shapes, it computes once more into its own. An output that is an input is
   * always copied: into a tensor given for it, ONNX Runtime writes nothing.
   */
  @Override
  protected Map<String, HostTensor> compute(Map<String, HostTensor> given, Set<String> requested) {
    OutputForms.Key key = OutputForms.Key.of(inputs(), given, requested);
    Map<String, HostTensor> outputs = forms.allocate(key);
    try {
      Map<String, OnnxTensor> natives = OrtTensors.over(name(), given);
      try {
        if (!outputs.isEmpty() && runInto(natives, outputs)) {
          return outputs;
        }
        Map<String, HostTensor> copies = runAndCopy(natives, requested);
        if (!outputs.isEmpty()) {
          forms.giveUp(key);
        } else if (canBeHandedOver(copies) && !copies.keySet().stream().anyMatch(this::isInput)) {
          forms.remember(key, copies);
        }
        return copies;
      } finally {
        OrtTensors.close(natives);
      }
    } catch (OrtException e) {
      throw OrtErrors.running(name(), e);
    }
  }

  private boolean runInto(Map<String, OnnxTensor> natives, Map<String, HostTensor> outputs)
      throws OrtException {
    Map<String, OnnxTensor> pinned = OrtTensors.over(name(), outputs);
    try {
      session.run(natives, pinned).close();
      return true;
    } catch (OrtException e) {
      return false;
    } finally {
      OrtTensors.close(pinned);
    }
  }

  private Map<String, HostTensor> runAndCopy(Map<String, OnnxTensor> natives, Set<String> requested)
      throws OrtException {
    try (OrtSession.Result result = session.run(natives, requested)) {
      return copies(result);
    }
  }

  /** Whether a name is an input's; a model may return what it was given. */
  boolean isInput(String name) {
    return inputs().stream().anyMatch(input -> input.name().equals(name));
  }

  private static boolean canBeHandedOver(Map<String, HostTensor> outputs) {
    return outputs.values().stream().allMatch(o -> OrtTypes.javaType(o.type()).isPresent());
  }

  @Override
  public BoundRun bind(Map<String, HostTensor> given) {
    return OrtBoundRun.of(this, given, run(given));
  }

  /** Runs on native tensors that the caller owns, writing into the given outputs. */
  void run(Map<String, OnnxTensor> natives, Map<String, OnnxTensor> pinned) {
    withSession(
        () -> {
          session.run(natives, pinned).close();
          return true;
        });
  }

  @Override
  protected void free() {
    free(name(), session);
  }

  /** Work on the native session. */
  interface Work<T> {
    T run() throws OrtException;
  }

  <T> T withSession(Work<T> work) {
    return whileOpen(
        () -> {
          try {
            return work.run();
          } catch (OrtException e) {
            throw OrtErrors.running(name(), e);
          }
        });
  }

  private Map<String, HostTensor> copies(OrtSession.Result result) {
    Map<String, HostTensor> copies = new LinkedHashMap<>();
    for (TensorInfo output : outputs()) {
      OnnxValue value = result.get(output.name()).orElse(null);
      if (value instanceof OnnxTensor tensor) {
        copies.put(output.name(), OrtTensors.copy(name(), output.name(), tensor));
      }
    }
    return copies;
  }

  private static List<TensorInfo> describe(String model, String role, Map<String, NodeInfo> nodes) {
    List<TensorInfo> infos = new ArrayList<>();
    nodes.values().forEach(node -> infos.add(OrtTypes.describe(model, role, node)));
    return infos;
  }

  private static ModelMetadata describe(OnnxModelMetadata found) {
    return new ModelMetadata(
        found.getProducerName(),
        found.getGraphName(),
        found.getDescription(),
        found.getVersion(),
        found.getCustomMetadata());
  }

  private static void free(String name, OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw OrtErrors.closing(name, e);
    }
  }
}
