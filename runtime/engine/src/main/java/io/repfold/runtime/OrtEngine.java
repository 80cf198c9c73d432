package io.repfold.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxModelMetadata;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Owns one ONNX Runtime session: the only class that runs or closes it. */
final class OrtEngine implements Engine {
  private final String name;
  private final String backend;
  private final EngineOptions options;
  private final List<TensorInfo> inputs;
  private final List<TensorInfo> outputs;
  private final ModelMetadata metadata;
  private final OrtSession session;

  /**
   * Runs hold the read lock, closing the write lock: a session that is freed during a run crashes
   * the process.
   */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  private OrtEngine(String name, String backend, EngineOptions options, OrtSession session)
      throws OrtException {
    this.name = name;
    this.backend = backend;
    this.options = options;
    this.session = session;
    this.inputs = describe(name, "input", session.getInputInfo());
    this.outputs = describe(name, "output", session.getOutputInfo());
    OnnxModelMetadata found = session.getMetadata();
    this.metadata =
        new ModelMetadata(
            found.getProducerName(),
            found.getGraphName(),
            found.getDescription(),
            found.getVersion(),
            found.getCustomMetadata());
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
  public String name() {
    return name;
  }

  @Override
  public String backend() {
    return backend;
  }

  @Override
  public EngineOptions options() {
    return options;
  }

  @Override
  public List<TensorInfo> inputs() {
    return inputs;
  }

  @Override
  public List<TensorInfo> outputs() {
    return outputs;
  }

  @Override
  public ModelMetadata metadata() {
    return metadata;
  }

  @Override
  public Map<String, HostTensor> run(Map<String, HostTensor> given) {
    Set<String> all = new LinkedHashSet<>();
    outputs.forEach(output -> all.add(output.name()));
    return run(given, all);
  }

  @Override
  public Map<String, HostTensor> run(Map<String, HostTensor> given, Set<String> requested) {
    InputCheck.inputs(name, inputs, given);
    InputCheck.outputs(name, outputs, requested);
    return whileOpen(
        () -> {
          Map<String, OnnxTensor> natives = OrtTensors.over(name, given);
          try (OrtSession.Result result = session.run(natives, requested)) {
            return copies(result);
          } finally {
            OrtTensors.close(natives);
          }
        });
  }

  @Override
  public BoundRun bind(Map<String, HostTensor> given) {
    return OrtBoundRun.of(this, given, run(given));
  }

  /** Runs on native tensors that the caller owns, writing into the given outputs. */
  void run(Map<String, OnnxTensor> natives, Map<String, OnnxTensor> pinned) {
    whileOpen(
        () -> {
          session.run(natives, pinned).close();
          return true;
        });
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        free(name, session);
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public String toString() {
    return name + " on " + backend;
  }

  /** Work on the native session. */
  interface Work<T> {
    T run() throws OrtException;
  }

  <T> T whileOpen(Work<T> work) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("The engine of '%s' is closed".formatted(name));
      }
      return work.run();
    } catch (OrtException e) {
      throw OrtErrors.running(name, e);
    } finally {
      lock.readLock().unlock();
    }
  }

  private Map<String, HostTensor> copies(OrtSession.Result result) {
    Map<String, HostTensor> copies = new LinkedHashMap<>();
    for (TensorInfo output : outputs) {
      OnnxValue value = result.get(output.name()).orElse(null);
      if (value instanceof OnnxTensor tensor) {
        copies.put(output.name(), OrtTensors.copy(name, output.name(), tensor));
      }
    }
    return copies;
  }

  private static List<TensorInfo> describe(String model, String role, Map<String, NodeInfo> nodes) {
    List<TensorInfo> infos = new ArrayList<>();
    nodes.values().forEach(node -> infos.add(OrtTypes.describe(model, role, node)));
    return List.copyOf(infos);
  }

  private static void free(String name, OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw OrtErrors.closing(name, e);
    }
  }
}
