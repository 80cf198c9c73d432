package io.repfold.tensorrt;

import java.util.function.Consumer;
import org.bytedeco.tensorrt.nvinfer.ILogger;

/**
 * Takes what TensorRT logs, on any of its threads.
 *
 * <p>There is one for the process, and it is never freed: TensorRT keeps the first logger that it
 * is given for the rest of the process, whatever it is given later.
 */
final class TrtLogger extends ILogger {
  /** Held for as long as the process lives; native code has its address. */
  private static final TrtLogger INSTANCE = new TrtLogger();

  private final NativeLog log = new NativeLog();
  private volatile Consumer<String> warnings = message -> {};

  private TrtLogger() {}

  static TrtLogger instance() {
    return INSTANCE;
  }

  static NativeLog messages() {
    return INSTANCE.log;
  }

  /** Where warnings go beside the log. */
  void onWarning(Consumer<String> listener) {
    warnings = listener;
  }

  /** An exception must not reach the native code that calls this. */
  @Override
  @SuppressWarnings("CatchingUnchecked")
  public void log(Severity severity, String message) {
    try {
      if (severity.value <= Severity.kERROR.value) {
        log.add(true, message);
      } else if (severity.value <= Severity.kWARNING.value) {
        log.add(false, message);
        warnings.accept(message);
      }
    } catch (RuntimeException e) {
      log.add(true, "A message of TensorRT was lost: " + e);
    }
  }
}
