package io.repfold.conformance;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many nodes of each type a graph has. Constants are none, as a runtime makes initializers of
 * them.
 */
record RuntimeGraph(Map<String, Integer> types) {
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

  RuntimeGraph {
    types = new TreeMap<>(types);
  }

  static RuntimeGraph of(Graph graph) {
    Map<String, Integer> types = new TreeMap<>();
    graph.nodes().stream()
        .filter(node -> !(node.op() instanceof Op.Constant))
        .forEach(node -> types.merge(node.op().type(), 1, Integer::sum));
    return new RuntimeGraph(types);
  }

  /**
   * What ONNX Runtime's optimizer makes of a model on the CPU.
   *
   * @throws OrtException if ONNX Runtime refuses the model
   */
  static RuntimeGraph optimized(byte[] model, SessionOptions.OptLevel level) throws OrtException {
    try {
      Path file = Files.createTempFile("optimized", ".onnx");
      try (SessionOptions options = new SessionOptions()) {
        options.setIntraOpNumThreads(1);
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        options.setOptimizationLevel(level);
        options.setOptimizedModelFilePath(file.toString());
        try (OrtSession session = ENVIRONMENT.createSession(model, options)) {
          return session.getNumOutputs() == 0
              ? new RuntimeGraph(Map.of())
              : of(OnnxModel.read("optimized", Files.readAllBytes(file)).graph());
        }
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int nodes() {
    return types.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Nodes of these types together. */
  int nodes(Collection<String> some) {
    return some.stream().mapToInt(type -> types.getOrDefault(type, 0)).sum();
  }
}
