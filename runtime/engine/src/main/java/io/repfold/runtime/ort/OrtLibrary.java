package io.repfold.runtime.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import io.repfold.runtime.Availability;
import io.repfold.runtime.EngineException;
import java.util.Set;

/** The native library of ONNX Runtime: loaded once, and remembered how that went. */
final class OrtLibrary {
  private static final Availability AVAILABILITY = find();

  private OrtLibrary() {}

  static Availability availability() {
    return AVAILABILITY;
  }

  /** Empty if it cannot be loaded. */
  static String version() {
    return AVAILABILITY instanceof Availability.Ready ready ? ready.version() : "";
  }

  /** What it was built for; empty if it cannot be loaded. */
  static Set<OrtProvider> providers() {
    return AVAILABILITY instanceof Availability.Ready
        ? OrtEnvironment.getAvailableProviders()
        : Set.of();
  }

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
    } catch (EngineException e) {
      return new Availability.Missing(String.valueOf(e.getMessage()));
    }
  }
}
