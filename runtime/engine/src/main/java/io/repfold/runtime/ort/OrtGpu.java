package io.repfold.runtime.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.repfold.runtime.Availability;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Whether ONNX Runtime can use an NVIDIA GPU here. What the library was built for and whether there
 * is a driver is looked at first: only then is its CUDA part, half a gigabyte, unpacked and started
 * on a model of one node.
 */
final class OrtGpu {
  /** y = Relu(x), one number: the smallest model that has a kernel. */
  private static final byte[] PROBE =
      Base64.getDecoder()
          .decode(
              "CAgSADozCgwKAXgSAXkiBFJlbHUSAWdaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgQKABAR");

  /**
   * Of the driver for Linux, in a container too, and of the one that Windows shares with its Linux.
   */
  private static final List<Path> SIGNS_OF_A_DRIVER =
      List.of(
          Path.of("/proc/driver/nvidia/version"), Path.of("/dev/nvidiactl"), Path.of("/dev/dxg"));

  /** The TensorRT that its provider passes to TensorRT as its own, read from the libraries. */
  private static final Map<String, Integer> COMPILED_FOR =
      Map.of("1.23.", 100_900, "1.29.", 101_401);

  /** What to do, by words of the library's message. */
  private static final Map<String, String> REMEDIES = remedies();

  private OrtGpu() {}

  private static Map<String, String> remedies() {
    Map<String, String> remedies = new LinkedHashMap<>();
    remedies.put(
        "undefined symbol",
        "The library that it is missing from is older than this ONNX Runtime was compiled for; the Maven profile -Pgpu brings a set that fits, and so does REPFOLD_PROFILES=gpu for ./repfold");
    remedies.put("driver version is insufficient", "Install an NVIDIA driver for CUDA 12");
    remedies.put("no CUDA-capable device", "This machine or container shows no GPU to CUDA");
    remedies.put(
        "libnvinfer",
        "TensorRT 10 must be where the system looks for libraries; the Maven profile -Pgpu brings it, and so does REPFOLD_PROFILES=gpu for ./repfold");
    remedies.put(
        "cannot open shared object file",
        "CUDA 12 and cuDNN 9 must be where the system looks for libraries; the Maven profile -Pgpu brings them, and so does REPFOLD_PROFILES=gpu for ./repfold");
    return remedies;
  }

  static Availability cuda() {
    return Cuda.AVAILABILITY;
  }

  static Availability tensorRt() {
    return TensorRt.AVAILABILITY;
  }

  /** Looked at once, when somebody asks. */
  private static final class Cuda {
    static final Availability AVAILABILITY = find();

    private static Availability find() {
      return check(OrtProvider.CUDA, OrtLibrary.availability(), OrtLibrary.providers())
          .or(() -> noDriver(System.getProperty("os.name", ""), SIGNS_OF_A_DRIVER))
          .or(() -> failure(OrtGpu::startCuda))
          .<Availability>map(Availability.Missing::new)
          .orElseGet(OrtLibrary::availability);
    }
  }

  private static final class TensorRt {
    static final Availability AVAILABILITY = find();

    private static Availability find() {
      return check(OrtProvider.TENSOR_RT, OrtLibrary.availability(), OrtLibrary.providers())
          .or(() -> reason(cuda()))
          .or(() -> older(OrtLibrary.version(), JavaCppLibraries.tensorRtVersion()))
          .or(() -> failure(OrtGpu::startTensorRt))
          .<Availability>map(Availability.Missing::new)
          .orElseGet(OrtLibrary::availability);
    }
  }

  /** Why the library cannot even try; empty if it was built for the provider. */
  static Optional<String> check(
      OrtProvider provider, Availability library, Set<OrtProvider> builtFor) {
    if (!(library instanceof Availability.Ready ready)) {
      return reason(library);
    }
    return builtFor.contains(provider)
        ? Optional.empty()
        : Optional.of(
            "This ONNX Runtime is built without %s. Take com.microsoft.onnxruntime:onnxruntime_gpu:%s in the place of onnxruntime, as the Maven profile -Pgpu does, or start ./repfold with REPFOLD_PROFILES=gpu"
                .formatted(provider == OrtProvider.CUDA ? "CUDA" : "TensorRT", ready.version()));
  }

  /** Why there is no GPU to talk to; empty where nothing tells without asking CUDA. */
  static Optional<String> noDriver(String system, List<Path> signs) {
    return system.startsWith("Linux") && signs.stream().noneMatch(Files::exists)
        ? Optional.of(
            "There is no NVIDIA driver: no %s. Install one for CUDA 12; in a container, pass the GPU in"
                .formatted(signs.get(0)))
        : Optional.empty();
  }

  /** What went wrong, with what to do where that is known. */
  static String explain(String message) {
    String remedy =
        REMEDIES.entrySet().stream()
            .filter(entry -> message.contains(entry.getKey()))
            .map(entry -> ". " + entry.getValue())
            .findFirst()
            .orElse("");
    return "ONNX Runtime cannot start on the GPU: " + message + remedy;
  }

  private static Optional<String> reason(Availability availability) {
    return availability instanceof Availability.Missing missing
        ? Optional.of(missing.reason())
        : Optional.empty();
  }

  private interface Start {
    void run() throws OrtException;
  }

  private static Optional<String> failure(Start start) {
    try {
      start.run();
      return Optional.empty();
    } catch (OrtException e) {
      return Optional.of(explain(OrtErrors.words(e)));
    } catch (LinkageError e) {
      return Optional.of(explain(String.valueOf(e.getMessage())));
    }
  }

  private static void startCuda() throws OrtException {
    JavaCppLibraries.load(JavaCppLibraries.CUDA);
    EngineOptions options = EngineOptions.defaults();
    try (SessionOptions settings = new OnnxRuntimeCuda().settings(options)) {
      OrtKernels.CUDA.addTo(settings, options);
      OrtEnvironment.getEnvironment().createSession(PROBE, settings).close();
    }
  }

  /** Builds a plan of one node: the provider's library alone starts without a GPU too. */
  private static void startTensorRt() throws OrtException {
    JavaCppLibraries.loadKernels();
    EngineOptions options = EngineOptions.defaults();
    try (SessionOptions settings = new OnnxRuntimeTensorRt().settings(options)) {
      OrtKernels.TENSOR_RT.addTo(settings, options);
      OrtEnvironment.getEnvironment().createSession(PROBE, settings).close();
    }
  }

  /**
   * Why a TensorRT cannot be used although it loads: it lacks functions that the provider calls
   * through tables, which no linker checks.
   *
   * @param runtime ONNX Runtime's version
   * @param found version of TensorRT, as 100600 for 10.6.0; empty if nothing tells
   */
  static Optional<String> older(String runtime, OptionalInt found) {
    int needed =
        COMPILED_FOR.entrySet().stream()
            .filter(entry -> runtime.startsWith(entry.getKey()))
            .mapToInt(Map.Entry::getValue)
            .findFirst()
            .orElse(0);
    return found.isPresent() && found.getAsInt() < needed
        ? Optional.of(
            "The TensorRT provider of ONNX Runtime %s was compiled for TensorRT %s, and %s is found, which lacks functions that it calls. Take the engine tensorrt, or a newer TensorRT"
                .formatted(runtime, version(needed), version(found.getAsInt())))
        : Optional.empty();
  }

  private static String version(int number) {
    return "%d.%d".formatted(number / 10_000, number / 100 % 100);
  }
}
