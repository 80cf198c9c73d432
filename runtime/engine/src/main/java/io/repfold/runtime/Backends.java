package io.repfold.runtime;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The backends of this module, and those that other jars bring. */
public final class Backends {
  private static final String ORT = "io.repfold.runtime.ort.";

  private static final List<String> OURS =
      List.of(
          ORT + "OnnxRuntimeCpu",
          ORT + "OnnxRuntimeCuda",
          ORT + "OnnxRuntimeTensorRt",
          "io.repfold.tensorrt.TensorRtBackend");

  private static final Comparator<String> ORDER =
      Comparator.comparing((String id) -> !id.startsWith("ort-"))
          .thenComparing(Comparator.naturalOrder());

  private Backends() {}

  /** ONNX Runtime on the CPU: {@code ort-cpu}. */
  public static Backend onnxRuntimeCpu() {
    return ofThisModule("OnnxRuntimeCpu");
  }

  /**
   * ONNX Runtime with its CUDA kernels: {@code ort-cuda}. A model of which one node would run on
   * the CPU is refused when it is loaded. It needs {@code
   * com.microsoft.onnxruntime:onnxruntime_gpu} in the place of {@code onnxruntime}.
   */
  public static Backend onnxRuntimeCuda() {
    return ofThisModule("OnnxRuntimeCuda");
  }

  /**
   * ONNX Runtime with TensorRT: {@code ort-tensorrt}. Nodes that TensorRT does not take run in ONNX
   * Runtime's CUDA kernels on the same GPU, without a word; a model of which one node would run on
   * the CPU is refused when it is loaded.
   *
   * <p>ONNX Runtime cannot tell TensorRT to leave TF32 alone, and TensorRT uses it by default. So
   * with {@link EngineOptions#tf32} off, a model is only loaded if {@code NVIDIA_TF32_OVERRIDE=0}
   * was in the environment when Java started.
   */
  public static Backend onnxRuntimeTensorRt() {
    return ofThisModule("OnnxRuntimeTensorRt");
  }

  /**
   * The backends on the class path, ONNX Runtime's first, then by id; whether they can run here is
   * for each to say. They are found by {@link ServiceLoader}, with the class loader of the thread
   * and that of this class; those of repfold also where the files that name them were lost, as in a
   * jar into which others were merged.
   *
   * @throws IllegalStateException if two have one id
   * @throws java.util.ServiceConfigurationError if a jar names a class that cannot be made
   */
  public static List<Backend> all() {
    Map<String, Backend> all = new TreeMap<>(ORDER);
    for (Backend backend : found()) {
      Backend other = all.putIfAbsent(backend.id(), backend);
      if (other != null) {
        throw new IllegalStateException(
            "Two backends have the id '%s': %s and %s; take one from the class path"
                .formatted(backend.id(), other.getClass().getName(), backend.getClass().getName()));
      }
    }
    return List.copyOf(all.values());
  }

  private static Collection<Backend> found() {
    Map<Class<?>, Backend> found = new LinkedHashMap<>();
    ClassLoader own = Backends.class.getClassLoader();
    ServiceLoader.load(Backend.class, own).forEach(b -> found.putIfAbsent(b.getClass(), b));
    ClassLoader callers = Thread.currentThread().getContextClassLoader();
    if (callers != own && sharesThis(callers)) {
      ServiceLoader.load(Backend.class, callers).forEach(b -> found.putIfAbsent(b.getClass(), b));
    }
    for (String name : OURS) {
      if (found.keySet().stream().noneMatch(type -> type.getName().equals(name))) {
        made(name, own).ifPresent(backend -> found.put(backend.getClass(), backend));
      }
    }
    return found.values();
  }

  /** Without looking for others, which takes time. */
  private static Backend ofThisModule(String name) {
    return made(ORT + name, Backends.class.getClassLoader())
        .orElseThrow(() -> new IllegalStateException("repfold-runtime lacks its class " + name));
  }

  /** Whether a loader has this very class, and no copy of its own, whose backends are not these. */
  private static boolean sharesThis(@Nullable ClassLoader loader) {
    try {
      return loader != null && loader.loadClass(Backend.class.getName()) == Backend.class;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static Optional<Backend> made(String name, ClassLoader loader) {
    try {
      Class<?> type = Class.forName(name, true, loader);
      return Optional.of((Backend) type.getConstructor().newInstance());
    } catch (ClassNotFoundException e) {
      return Optional.empty();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot make the backend " + name, e);
    }
  }

  /**
   * The backend with this id.
   *
   * @throws IllegalArgumentException if there is none; lists the ids
   */
  public static Backend byId(String id) {
    List<Backend> all = all();
    return all.stream()
        .filter(backend -> backend.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no engine '%s'; there are %s"
                        .formatted(id, String.join(", ", all.stream().map(Backend::id).toList()))));
  }
}
