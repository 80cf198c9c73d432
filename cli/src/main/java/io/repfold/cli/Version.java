package io.repfold.cli;

import io.repfold.pipeline.Release;
import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import picocli.CommandLine.IVersionProvider;

/** What {@code repfold --version} prints. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "repfold " + Release.version(),
      "Java " + System.getProperty("java.version"),
      backend(Backends.onnxRuntimeCpu())
    };
  }

  private static String backend(Backend backend) {
    Availability availability = backend.availability();
    if (availability instanceof Availability.Missing missing) {
      return "%s: missing. %s".formatted(backend.name(), missing.reason());
    }
    return "%s %s".formatted(backend.name(), ((Availability.Ready) availability).version());
  }
}
