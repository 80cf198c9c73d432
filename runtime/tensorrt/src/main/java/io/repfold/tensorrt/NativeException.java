package io.repfold.tensorrt;

/**
 * A function of TensorRT failed; the message says which object it was about, and the log's words.
 */
final class NativeException extends RuntimeException {
  NativeException(String what, String reason) {
    super("%s: %s".formatted(what, reason));
  }
}
