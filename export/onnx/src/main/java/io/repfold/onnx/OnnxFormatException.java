package io.repfold.onnx;

/**
 * A file, or a model in memory, that is not what ONNX asks for. The message names the file, where
 * in it, what was expected and what was found.
 */
public final class OnnxFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OnnxFormatException(String message) {
    super(message);
  }

  OnnxFormatException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The same, with the file's name in front. */
  OnnxFormatException in(String file) {
    return new OnnxFormatException(file + ": " + getMessage(), this);
  }
}
