package io.repfold.runtime.ort;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxModelMetadata;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.repfold.runtime.AbstractEngine;
import io.repfold.runtime.BoundRun;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.ModelMetadata;
import io.repfold.runtime.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Owns one ONNX Runtime session: the only class that runs or closes it. */
final class OrtEngine extends AbstractEngine {
  private final OrtSession session;

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

  @Override
  protected Map<String, HostTensor> compute(Map<String, HostTensor> given, Set<String> requested) {
    try {
      Map<String, OnnxTensor> natives = OrtTensors.over(name(), given);
      try (OrtSession.Result result = session.run(natives, requested)) {
        return copies(result);
      } finally {
        OrtTensors.close(natives);
      }
    } catch (OrtException e) {
      throw OrtErrors.running(name(), e);
    }
  }

  /** Whether a name is an input's; a model may return what it was given. */
  boolean isInput(String name) {
    return inputs().stream().anyMatch(input -> input.name().equals(name));
  }

  @Override
  public BoundRun bind(Map<String, HostTensor> given) {
    Map<String, HostTensor> direct = inDirectMemory(given);
    return OrtBoundRun.of(this, direct, inDirectMemory(run(direct)));
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
