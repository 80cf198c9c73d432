package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer_plugin;
import org.bytedeco.tensorrt.nvinfer.IPluginRegistry;

/**
 * The plug-ins that this process has registered with TensorRT: NVIDIA's own, and those of libraries
 * that were given. They stay until the process ends, as plans may hold them.
 */
final class Plugins {
  private static final Set<Path> LOADED = new HashSet<>();

  private Plugins() {}

  /**
   * Registers NVIDIA's own, once, so that models and plans may use them.
   *
   * @return why that failed, which matters only to those that do use them; empty if it did not
   */
  static Optional<String> registerOwn() {
    return Own.FAILURE;
  }

  private static final class Own {
    static final Optional<String> FAILURE = register();

    private static Optional<String> register() {
      long mark = TrtLogger.messages().mark();
      try {
        Loader.load(nvinfer_plugin.class);
        return nvinfer_plugin.initLibNvInferPlugins(TrtLogger.instance(), "")
            ? Optional.empty()
            : Optional.of(
                "NVIDIA's plug-ins cannot be registered: " + TrtLogger.messages().text(mark));
      } catch (LinkageError e) {
        return Optional.of("NVIDIA's plug-ins cannot be loaded: " + e.getMessage());
      }
    }
  }

  /**
   * Loads libraries that this process has not loaded yet. Their creators are registered by
   * themselves when they are loaded, or are those that {@code getCreators} gives. NVIDIA's come
   * first, so that none of the same name takes their place.
   *
   * @throws EngineException if one cannot be loaded, or registers nothing
   */
  static synchronized void load(List<Path> files) {
    for (Path file : files) {
      Path absolute = file.toAbsolutePath().normalize();
      if (!LOADED.contains(absolute)) {
        var unused = registerOwn();
        load(absolute);
        LOADED.add(absolute);
      }
    }
  }

  private static void load(Path file) {
    IPluginRegistry registry = nvinfer.getPluginRegistry();
    int before = creators(registry);
    long mark = TrtLogger.messages().mark();
    try {
      System.load(file.toString());
    } catch (UnsatisfiedLinkError e) {
      throw new EngineException(
          "Cannot load the plug-in '%s': %s. It must be a library for %s that was built for TensorRT %s"
              .formatted(
                  file,
                  words(e, file),
                  Surroundings.SUPPORTED,
                  NativeLibraries.version(nvinfer.getInferLibVersion())),
          e);
    }
    if (registry.loadLibrary(file.toString()) == null && creators(registry) == before) {
      List<String> said = TrtLogger.messages().since(mark);
      throw new EngineException(
          "Cannot load the plug-in '%s': it registers no plug-in that is not there already%s. It must export getCreators, or register its creators when it is loaded"
              .formatted(file, said.isEmpty() ? "" : " (%s)".formatted(String.join("; ", said))));
    }
  }

  private static int creators(IPluginRegistry registry) {
    try (IntPointer count = new IntPointer(1L)) {
      registry.getAllCreators(count);
      return count.get();
    }
  }

  /** Java begins the system's words with the file's name, which they begin with too. */
  private static String words(UnsatisfiedLinkError e, Path file) {
    return String.valueOf(e.getMessage()).replace(file + ": ", "");
  }
}
