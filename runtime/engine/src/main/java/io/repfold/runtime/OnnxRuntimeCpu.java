package io.repfold.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.file.Files;
import java.nio.file.Path;

/** ONNX Runtime with its CPU kernels. */
final class OnnxRuntimeCpu implements Backend {
  static final OnnxRuntimeCpu INSTANCE = new OnnxRuntimeCpu();

  private interface Opener {
    OrtSession open(OrtEnvironment environment, SessionOptions options) throws OrtException;
  }

  private OnnxRuntimeCpu() {}

  @Override
  public String name() {
    return "ONNX Runtime CPU";
  }

  @Override
  public Availability availability() {
    return Library.AVAILABILITY;
  }

  @Override
  public Engine load(Path model, EngineOptions options) {
    if (!Files.isRegularFile(model)) {
      String found = Files.exists(model) ? "it is not a file" : "no such file";
      throw new EngineException("Cannot load '%s': %s".formatted(model, found));
    }
    String path = model.toAbsolutePath().toString();
    return load(
        model.toString(),
        options,
        (environment, settings) -> environment.createSession(path, settings));
  }

  @Override
  public Engine load(String name, byte[] model, EngineOptions options) {
    return load(
        name, options, (environment, settings) -> environment.createSession(model, settings));
  }

  private Engine load(String model, EngineOptions options, Opener opener) {
    if (availability() instanceof Availability.Missing missing) {
      throw new EngineException("Cannot load '%s': %s".formatted(model, missing.reason()));
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (SessionOptions settings = settings(options)) {
      OrtSession session = opener.open(environment, settings);
      return OrtEngine.of(model, name() + " " + environment.getVersion(), options, session);
    } catch (OrtException e) {
      throw OrtErrors.loading(model, e);
    }
  }

  private static SessionOptions settings(EngineOptions options) throws OrtException {
    SessionOptions settings = new SessionOptions();
    try {
      settings.setIntraOpNumThreads(options.threads());
      settings.setInterOpNumThreads(1);
      settings.setOptimizationLevel(
          options.optimize() ? SessionOptions.OptLevel.ALL_OPT : SessionOptions.OptLevel.NO_OPT);
      settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      return settings;
    } catch (OrtException e) {
      settings.close();
      throw e;
    }
  }

  /** Loads the native library once, and remembers how that went. */
  private static final class Library {
    static final Availability AVAILABILITY = find();

    private static Availability find() {
      try {
        OrtEnvironment environment = OrtStart.environment();
        return new Availability.Ready(environment.getVersion());
      } catch (LinkageError e) {
        Throwable root = e;
        while (root.getCause() != null) {
          root = root.getCause();
        }
        return new Availability.Missing(
            "The native library of ONNX Runtime cannot be loaded: %s: %s"
                .formatted(root.getClass().getSimpleName(), root.getMessage()));
      }
    }
  }
}
