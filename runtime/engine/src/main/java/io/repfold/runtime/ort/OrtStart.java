package io.repfold.runtime.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import io.repfold.runtime.EngineException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Starts ONNX Runtime, without its telemetry.
 *
 * <p>When its environment is made, ONNX Runtime 1.29 matches the command line of the process with
 * regular expressions that recurse once a character: some 4,000 characters, as a long class path
 * has, overflow an ordinary stack and end the process without a word. So it is made on a thread
 * with a large stack. The environment variable {@code ORT_DISABLE_TELEMETRY=1} avoids it
 * altogether, and the report that is sent at that moment; no Java API does.
 */
final class OrtStart {
  private static final long STACK_BYTES = 64L << 20;

  private OrtStart() {}

  /**
   * The environment of this process.
   *
   * @throws LinkageError if the native library cannot be loaded
   */
  static OrtEnvironment environment() {
    FutureTask<OrtEnvironment> start = new FutureTask<>(OrtStart::start);
    Thread thread = new Thread(null, start, "ONNX Runtime start", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return start.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LinkageError cause) {
        throw cause;
      }
      throw new EngineException("ONNX Runtime cannot be started: " + e.getCause(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static OrtEnvironment start() throws OrtException {
    // Errors come as exceptions, so the library need not print them too.
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "repfold");
    environment.setTelemetry(false);
    return environment;
  }
}
