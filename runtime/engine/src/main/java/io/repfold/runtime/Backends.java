package io.repfold.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** The backends of this module, and those that other jars bring. */
public final class Backends {
  private Backends() {}

  /** ONNX Runtime on the CPU: {@code ort-cpu}. */
  public static Backend onnxRuntimeCpu() {
    return OrtBackend.CPU;
  }

  /**
   * ONNX Runtime with its CUDA kernels: {@code ort-cuda}. A model of which one node would run on
   * the CPU is refused when it is loaded. It needs {@code
   * com.microsoft.onnxruntime:onnxruntime_gpu} in the place of {@code onnxruntime}.
   */
  public static Backend onnxRuntimeCuda() {
    return OrtBackend.CUDA;
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
    return OrtBackend.TENSOR_RT;
  }

  /**
   * The backends of this module, then those that other jars on the class path offer, by id; whether
   * they can run here is for each to say.
   *
   * @throws IllegalStateException if two have one id
   * @throws java.util.ServiceConfigurationError if a jar names a class that cannot be made
   */
  public static List<Backend> all() {
    List<Backend> found = new ArrayList<>();
    ServiceLoader.load(Backend.class).forEach(found::add);
    found.sort(Comparator.comparing(Backend::id));
    Map<String, Backend> all = new LinkedHashMap<>();
    List.of(OrtBackend.CPU, OrtBackend.CUDA, OrtBackend.TENSOR_RT).forEach(b -> all.put(b.id(), b));
    for (Backend backend : found) {
      Backend other = all.putIfAbsent(backend.id(), backend);
      if (other != null) {
        throw new IllegalStateException(
            "Two backends have the id '%s': %s and %s; take one from the class path"
                .formatted(backend.id(), other.getClass().getName(), backend.getClass().getName()));
      }
    }
    return List.copyOf(all.values());
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
