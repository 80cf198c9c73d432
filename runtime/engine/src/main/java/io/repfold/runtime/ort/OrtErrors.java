package io.repfold.runtime.ort;

import ai.onnxruntime.OrtException;
import io.repfold.runtime.EngineException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Turns ONNX Runtime's errors into {@link EngineException}s: what failed, its own words, what to
 * do.
 */
final class OrtErrors {
  /** A nested error's code, and the place where it arose. */
  private static final Pattern STATUS =
      Pattern.compile("\\[ONNXRuntimeError\\] : \\d+ : \\w+ : |\\w+\\.(cc|h):\\d+ \\w+ ");

  private static final String NO_KERNEL = "could not find an implementation";

  /** What to do, by words of the message in lower case; the first that is found. */
  private static final Map<String, String> REMEDIES = remedies();

  private OrtErrors() {}

  private static Map<String, String> remedies() {
    Map<String, String> remedies = new LinkedHashMap<>();
    remedies.put(
        "till opset",
        "Write the model with an older opset (17 is read everywhere) or take a newer ONNX Runtime");
    remedies.put(
        "model ir version",
        "Write the model with an older IR version (8 is read everywhere) or take a newer ONNX Runtime");
    remedies.put(
        "loaded from bytes", "A model in memory cannot have external data; load it from its file");
    remedies.put(
        "external data path does not exist",
        "Keep the model's external data files beside it, under the names they were written with");
    remedies.put(
        "escapes model directory",
        "External data must lie under the model's folder; copy it there");
    remedies.put(
        "absolute path not allowed",
        "External data must lie under the model's folder; copy it there");
    remedies.put(
        "external initializer",
        "The external data file is not the one that was written with the model");
    remedies.put(
        "fallback to cpu ep has been explicitly disabled",
        "Nothing may run on the CPU here: fix the shapes of the inputs, so that no shape is computed, or take ort-cpu");
    remedies.put("protobuf parsing failed", "The file is not ONNX, or it is cut short");
    remedies.put("no op registered", "Operators from outside ONNX cannot be run");
    remedies.put(
        NO_KERNEL,
        "ONNX Runtime has no CPU kernel for this operator at this opset and type: it has one for most of opset 13 and later in float32");
    return remedies;
  }

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
    String message = words(error);
    String remedy = remedy(message);
    String text = remedy.isEmpty() || message.endsWith(".") ? message : message + ".";
    String whole = "%s: %s %s".formatted(what, text, remedy).strip();
    return message.toLowerCase(Locale.ROOT).contains(NO_KERNEL)
        ? EngineException.noKernel(whole, error)
        : new EngineException(whole, error);
  }

  /**
   * The first line, less what only its developers need: "Error code - ORT_FAIL - message:
   * /src/model.cc:19 f(int) Bad model" becomes "Bad model".
   */
  static String words(OrtException error) {
    String message = String.valueOf(error.getMessage()).strip();
    int prefix = message.indexOf("message: ");
    String words = prefix < 0 ? message : message.substring(prefix + "message: ".length()).strip();
    String line = words.lines().findFirst().orElse(error.getCode().toString());
    line = SourceLocation.remove(line);
    return STATUS.matcher(line).replaceAll("");
  }

  private static String remedy(String message) {
    String lower = message.toLowerCase(Locale.ROOT);
    return REMEDIES.entrySet().stream()
        .filter(entry -> lower.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }
}
