package io.repfold.runtime.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import io.repfold.runtime.Availability;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.UserCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where ONNX Runtime computes: what it calls execution providers.
 *
 * <p>On a GPU, a node for which the chosen providers have no kernel would be run on the CPU, with
 * its inputs and outputs copied back and forth; {@code session.disable_cpu_ep_fallback} turns that
 * into an error. TensorRT hands nodes that it does not take to CUDA's kernels, because without that
 * provider they would be the CPU's.
 */
enum OrtKernels {
  CPU {
    @Override
    Availability availability() {
      return OrtLibrary.availability();
    }

    @Override
    void addTo(SessionOptions settings, EngineOptions options) {}
  },

  CUDA {
    @Override
    Availability availability() {
      return OrtGpu.cuda();
    }

    @Override
    void addTo(SessionOptions settings, EngineOptions options) throws OrtException {
      try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(options.device())) {
        cuda.add("use_tf32", options.tf32() ? "1" : "0");
        // The default tries all of cuDNN's algorithms anew for each shape.
        cuda.add("cudnn_conv_algo_search", "HEURISTIC");
        settings.addCUDA(cuda);
      }
    }
  },

  TENSOR_RT {
    @Override
    Availability availability() {
      return OrtGpu.tensorRt();
    }

    @Override
    void addTo(SessionOptions settings, EngineOptions options) throws OrtException {
      try (OrtTensorRTProviderOptions tensorRt = new OrtTensorRTProviderOptions(options.device())) {
        // Kernel times only: its cache of plans knows a model by its nodes and not by its weights.
        tensorRt.add("trt_timing_cache_enable", "1");
        tensorRt.add("trt_timing_cache_path", timingCache().toString());
        settings.addTensorrt(tensorRt);
      }
      CUDA.addTo(settings, options);
    }

    @Override
    Optional<String> refusal(EngineOptions options, Map<String, String> environment) {
      return options.tf32() || "0".equals(environment.get(TF32_OVERRIDE))
          ? Optional.empty()
          : Optional.of(
              "ONNX Runtime cannot tell TensorRT to leave TF32 alone. Set %s=0 in the environment before Java starts, or allow TF32"
                  .formatted(TF32_OVERRIDE));
    }
  };

  private static Path timingCache() {
    Path folder = UserCache.folder().resolve("ort-tensorrt").toAbsolutePath();
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new EngineException(
          "Cannot make the folder '%s' for kernel times: %s".formatted(folder, e.getMessage()), e);
    }
  }

  /** Read by NVIDIA's libraries when they start; 0 turns TF32 off in all of them. */
  static final String TF32_OVERRIDE = "NVIDIA_TF32_OVERRIDE";

  abstract Availability availability();

  /** Adds the providers, in the order in which they are asked to take a node. */
  abstract void addTo(SessionOptions settings, EngineOptions options) throws OrtException;

  /** Why these options cannot be honored in this environment; empty if they can. */
  Optional<String> refusal(EngineOptions options, Map<String, String> environment) {
    return Optional.empty();
  }

  boolean onGpu() {
    return this != CPU;
  }
}
