package io.repfold.runtime;

import ai.onnxruntime.OrtException;
import java.util.Locale;

/**
 * Turns ONNX Runtime's errors into {@link EngineException}s: what failed, its own words, what to
 * do.
 */
final class OrtErrors {
  private OrtErrors() {}

  static EngineException loading(String model, OrtException error) {
    return exception("Cannot load '" + model + "'", error);
  }

  static EngineException running(String model, OrtException error) {
    return exception("Cannot run '" + model + "'", error);
  }

  static EngineException describing(String model, OrtException error) {
    return exception("Cannot read the inputs and outputs of '" + model + "'", error);
  }

  static EngineException closing(String model, OrtException error) {
    return exception("Cannot free '" + model + "'", error);
  }

  private static EngineException exception(String what, OrtException error) {
    String message = firstLine(error);
    return new EngineException(what + ": " + message + remedy(message), error);
  }

  /** "Error code - ORT_FAIL - message: Load model failed\n ..." becomes "Load model failed". */
  private static String firstLine(OrtException error) {
    String message = String.valueOf(error.getMessage()).strip();
    int prefix = message.indexOf("message: ");
    String words = prefix < 0 ? message : message.substring(prefix + "message: ".length()).strip();
    return words.lines().findFirst().orElse(error.getCode().toString());
  }

  private static String remedy(String message) {
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("opset") && lower.contains("support")) {
      return ". Write the model with an older opset (17 is read everywhere) or take a newer ONNX Runtime";
    }
    if (lower.contains("ir version") || lower.contains("ir_version")) {
      return ". Write the model with an older IR version (8 is read everywhere) or take a newer ONNX Runtime";
    }
    if (lower.contains("external data") || lower.contains("external_data")) {
      return ". Keep the model's external data files beside it, under the names they were written with";
    }
    if (lower.contains("protobuf parsing failed")) {
      return ". The file is not ONNX, or it is cut short";
    }
    return "";
  }
}
