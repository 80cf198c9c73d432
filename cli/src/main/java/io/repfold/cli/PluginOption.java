package io.repfold.cli;

import io.repfold.runtime.Backend;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** {@code --plugin}, for the commands that run models. */
final class PluginOption {
  private static final String TENSORRT = "tensorrt";

  @Option(
      names = "--plugin",
      paramLabel = "LIBRARY",
      description =
          "For the engine tensorrt: a library of plug-ins that a model or plan needs (.so)."
              + " Repeatable.")
  private final List<Path> plugins = new ArrayList<>();

  /**
   * Refuses plug-ins that nothing would load.
   *
   * @param ids of the engines where models will run
   * @throws UsageException if there are plug-ins and none of these is tensorrt
   */
  void require(List<String> ids) {
    if (!plugins.isEmpty() && !ids.contains(TENSORRT)) {
      throw new UsageException(
          "--plugin is for the engine tensorrt, and %s is another".formatted(ids.get(0)));
    }
  }

  /** The same options with these, if the backend is TensorRT. */
  EngineOptions of(EngineOptions options, Backend backend) {
    return backend.id().equals(TENSORRT) ? options.withPlugins(plugins) : options;
  }
}
