package io.repfold.runtime.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.PlanNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** ONNX Runtime with one choice of kernels. */
abstract class OrtBackend implements Backend {
  private final String id;
  private final String name;
  private final OrtKernels kernels;

  private interface Opener {
    OrtSession open(OrtEnvironment environment, SessionOptions options) throws OrtException;
  }

  OrtBackend(String id, String name, OrtKernels kernels) {
    this.id = id;
    this.name = name;
    this.kernels = kernels;
  }

  @Override
  public final String id() {
    return id;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Availability availability() {
    return kernels.availability();
  }

  @Override
  public final Engine load(Path model, EngineOptions options) {
    if (!Files.isRegularFile(model)) {
      String found = Files.exists(model) ? "it is not a file" : "no such file";
      throw new EngineException("Cannot load '%s': %s".formatted(model, found));
    }
    if (PlanNames.isOne(model)) {
      throw new EngineException(
          "Cannot load '%s': it is a TensorRT plan by its name, which the engine tensorrt runs"
              .formatted(model));
    }
    Optional<ModelCopy> copy = ModelCopy.of(model);
    if (copy.isEmpty()) {
      return load(model.toString(), model.toAbsolutePath(), options);
    }
    try (ModelCopy files = copy.get()) {
      return load(model.toString(), files.model(), options);
    } catch (EngineException e) {
      throw new EngineException(copy.get().ofOriginal(String.valueOf(e.getMessage())), e);
    }
  }

  private Engine load(String model, Path file, EngineOptions options) {
    return load(
        model,
        options,
        (environment, settings) -> environment.createSession(file.toString(), settings));
  }

  @Override
  public final Engine load(String model, byte[] bytes, EngineOptions options) {
    return load(
        model, options, (environment, settings) -> environment.createSession(bytes, settings));
  }

  private Engine load(String model, EngineOptions options, Opener opener) {
    options.refusePlugins(model, id);
    if (availability() instanceof Availability.Missing missing) {
      throw new EngineException("Cannot load '%s': %s".formatted(model, missing.reason()));
    }
    kernels
        .refusal(options, System.getenv())
        .ifPresent(
            reason -> {
              throw new EngineException("Cannot load '%s': %s".formatted(model, reason));
            });
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (SessionOptions settings = settings(options)) {
      kernels.addTo(settings, options);
      OrtSession session = opener.open(environment, settings);
      return OrtEngine.of(model, name + " " + environment.getVersion(), options, session);
    } catch (OrtException e) {
      throw OrtErrors.loading(model, e);
    }
  }

  /** Everything but the execution provider; the caller closes it. */
  final SessionOptions settings(EngineOptions options) throws OrtException {
    SessionOptions settings = new SessionOptions();
    try {
      settings.setIntraOpNumThreads(options.threads());
      settings.setInterOpNumThreads(1);
      settings.setOptimizationLevel(
          options.optimize() ? SessionOptions.OptLevel.ALL_OPT : SessionOptions.OptLevel.NO_OPT);
      settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      for (Map.Entry<String, String> option : options.sessionOptions().entrySet()) {
        settings.addConfigEntry(option.getKey(), option.getValue());
      }
      if (kernels.onGpu()) {
        settings.addConfigEntry("session.disable_cpu_ep_fallback", "1");
      }
      return settings;
    } catch (OrtException e) {
      settings.close();
      throw e;
    }
  }
}
