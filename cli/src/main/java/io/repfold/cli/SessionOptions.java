package io.repfold.cli;

import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.EngineOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;

/** {@code --session-option}, for the commands that run models. */
final class SessionOptions {
  private static final Set<String> ONNX_RUNTIME =
      Set.of(
          Backends.onnxRuntimeCpu().id(),
          Backends.onnxRuntimeCuda().id(),
          Backends.onnxRuntimeTensorRt().id());

  @Option(
      names = "--session-option",
      paramLabel = "KEY=VALUE",
      description =
          "For the engines of ONNX Runtime: an option of its sessions, such as"
              + " session.x64quantprecision=1. Repeatable.")
  private final Map<String, String> options = new LinkedHashMap<>();

  /**
   * Refuses options that nothing would read.
   *
   * @param backends where models will run
   * @throws UsageException if there are options and none of these is ONNX Runtime
   */
  void require(List<Backend> backends) {
    if (!options.isEmpty() && backends.stream().noneMatch(SessionOptions::isOnnxRuntime)) {
      throw new UsageException(
          "--session-option is for ONNX Runtime, and %s is another engine"
              .formatted(backends.get(0).id()));
    }
  }

  /** The same options with these, if the backend is ONNX Runtime. */
  EngineOptions of(EngineOptions engineOptions, Backend backend) {
    EngineOptions all = engineOptions;
    if (isOnnxRuntime(backend)) {
      for (Map.Entry<String, String> option : options.entrySet()) {
        all = all.withSessionOption(option.getKey(), option.getValue());
      }
    }
    return all;
  }

  private static boolean isOnnxRuntime(Backend backend) {
    return ONNX_RUNTIME.contains(backend.id());
  }
}
