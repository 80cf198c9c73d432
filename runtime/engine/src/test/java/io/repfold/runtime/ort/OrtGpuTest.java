package io.repfold.runtime.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.OnnxModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be said about ONNX Runtime on GPUs without one. */
class OrtGpuTest {
  private static final Availability READY = new Availability.Ready("1.29.0");

  @Test
  void a_library_without_cuda_names_the_dependency_that_has_it() {
    assertThat(OrtGpu.check(OrtProvider.CUDA, READY, EnumSet.of(OrtProvider.CPU)))
        .hasValue(
            "This ONNX Runtime is built without CUDA. Take com.microsoft.onnxruntime:onnxruntime_gpu:1.29.0 in the place of onnxruntime, as the Maven profile -Pgpu does, or start ./repfold with REPFOLD_PROFILES=gpu");
    assertThat(OrtGpu.check(OrtProvider.TENSOR_RT, READY, EnumSet.of(OrtProvider.CUDA)))
        .hasValueSatisfying(reason -> assertThat(reason).contains("without TensorRT"));
    assertThat(OrtGpu.check(OrtProvider.CUDA, READY, EnumSet.allOf(OrtProvider.class))).isEmpty();
    assertThat(
            OrtGpu.check(
                OrtProvider.CUDA,
                new Availability.Missing("nothing loads"),
                EnumSet.allOf(OrtProvider.class)))
        .hasValue("nothing loads");
  }

  @Test
  void a_machine_without_a_driver_is_told_apart(@TempDir Path folder) throws Exception {
    Path sign = folder.resolve("version");
    assertThat(OrtGpu.noDriver("Linux", List.of(sign)))
        .hasValue(
            "There is no NVIDIA driver: no %s. Install one for CUDA 12; in a container, pass the GPU in"
                .formatted(sign));
    assertThat(OrtGpu.noDriver("Windows 11", List.of(sign))).isEmpty();
    Files.createFile(sign);
    assertThat(OrtGpu.noDriver("Linux", List.of(folder.resolve("other"), sign))).isEmpty();
  }

  @Test
  void what_cuda_says_is_followed_by_what_to_do() {
    assertThat(
            OrtGpu.explain(
                "Failed to load library libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file or directory"))
        .startsWith("ONNX Runtime cannot start on the GPU: Failed to load library")
        .endsWith(
            ". CUDA 12 and cuDNN 9 must be where the system looks for libraries; the Maven profile -Pgpu brings them, and so does REPFOLD_PROFILES=gpu for ./repfold");
    assertThat(OrtGpu.explain("libnvinfer.so.10: cannot open shared object file"))
        .contains(". TensorRT 10 must be where");
    assertThat(
            OrtGpu.explain(
                "libonnxruntime_providers_cuda.so: undefined symbol: cudaLibraryLoadData, version libcudart.so.12"))
        .contains(". The library that it is missing from is older");
    assertThat(OrtGpu.explain("CUDA failure 35: CUDA driver version is insufficient"))
        .endsWith("Install an NVIDIA driver for CUDA 12");
    assertThat(OrtGpu.explain("CUDA failure 999: unknown error"))
        .isEqualTo("ONNX Runtime cannot start on the GPU: CUDA failure 999: unknown error");
  }

  @Test
  void a_tensorrt_that_is_older_than_the_provider_expects_is_refused() {
    assertThat(OrtGpu.older("1.23.2", OptionalInt.of(100_600)))
        .hasValue(
            "The TensorRT provider of ONNX Runtime 1.23.2 was compiled for TensorRT 10.9, and 10.6 is found, which lacks functions that it calls. Take the engine tensorrt, or a newer TensorRT");
    assertThat(OrtGpu.older("1.29.0", OptionalInt.of(101_200)))
        .hasValueSatisfying(reason -> assertThat(reason).contains("10.14, and 10.12 is found"));
    assertThat(OrtGpu.older("1.23.2", OptionalInt.of(100_900))).isEmpty();
    assertThat(OrtGpu.older("1.29.0", OptionalInt.of(101_500))).isEmpty();
    assertThat(OrtGpu.older("1.23.2", OptionalInt.empty())).isEmpty();
    assertThat(OrtGpu.older("2.0.0", OptionalInt.of(100_600))).isEmpty();
  }

  @Test
  void where_it_is_missing_loading_says_why() {
    for (Backend backend : List.of(Backends.onnxRuntimeCuda(), Backends.onnxRuntimeTensorRt())) {
      Availability availability = backend.availability();
      assertThat(backend.availability()).isSameAs(availability);
      assumeTrue(
          availability instanceof Availability.Missing, backend.name() + " can be used here");
      assertThatThrownBy(
              () -> backend.load("m", OnnxModel.conv(1).bytes(), EngineOptions.defaults()))
          .isInstanceOf(EngineException.class)
          .hasMessage("Cannot load 'm': " + ((Availability.Missing) availability).reason());
    }
  }

  /** With these settings and no GPU, every node would be the CPU's. */
  @Test
  void a_node_that_would_run_on_the_cpu_is_refused() throws Exception {
    OrtBackend cpu = (OrtBackend) Backends.onnxRuntimeCpu();
    try (SessionOptions settings = cpu.settings(EngineOptions.defaults())) {
      assertThat(settings.getConfigEntries()).isEmpty();
      environment().createSession(OnnxModel.conv(1).bytes(), settings).close();
    }
    for (Backend backend : List.of(Backends.onnxRuntimeCuda(), Backends.onnxRuntimeTensorRt())) {
      OrtBackend gpu = (OrtBackend) backend;
      try (SessionOptions settings = gpu.settings(EngineOptions.defaults())) {
        assertThatThrownBy(
                () -> environment().createSession(OnnxModel.conv(1).bytes(), settings).close())
            .isInstanceOfSatisfying(
                OrtException.class,
                e ->
                    assertThat(OrtErrors.loading("m.onnx", e))
                        .hasMessageStartingWith("Cannot load 'm.onnx': ")
                        .hasMessageContaining(
                            "Nothing may run on the CPU here: fix the shapes of the inputs"));
      }
    }
  }

  @Test
  void tensorrt_without_tf32_needs_the_switch_that_it_reads() {
    EngineOptions exact = EngineOptions.defaults();
    assertThat(exact.tf32()).isFalse();
    assertThat(OrtKernels.TENSOR_RT.refusal(exact, Map.of()))
        .hasValue(
            "ONNX Runtime cannot tell TensorRT to leave TF32 alone. Set NVIDIA_TF32_OVERRIDE=0 in the environment before Java starts, or allow TF32");
    assertThat(OrtKernels.TENSOR_RT.refusal(exact, Map.of("NVIDIA_TF32_OVERRIDE", "1")))
        .isPresent();
    assertThat(OrtKernels.TENSOR_RT.refusal(exact, Map.of("NVIDIA_TF32_OVERRIDE", "0"))).isEmpty();
    assertThat(OrtKernels.TENSOR_RT.refusal(exact.withTf32(true), Map.of())).isEmpty();
    assertThat(OrtKernels.CUDA.refusal(exact, Map.of())).isEmpty();
  }

  @Test
  void libraries_that_are_not_on_the_class_path_are_left_to_the_system() {
    assertThat(JavaCppLibraries.load(List.of("org.bytedeco.no.such.binding"))).isEmpty();
  }

  @Test
  void options_name_the_gpu() {
    EngineOptions options = EngineOptions.defaults().withDevice(2).withTf32(true);
    assertThat(options.withThreads(3).withoutOptimizer())
        .isEqualTo(new EngineOptions(3, false, 2, true, Map.of(), List.of()));
    assertThatThrownBy(() -> options.withDevice(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("GPUs are counted from 0; there is no -1");
  }

  private static OrtEnvironment environment() {
    OrtLibrary.availability();
    return OrtEnvironment.getEnvironment();
  }
}
