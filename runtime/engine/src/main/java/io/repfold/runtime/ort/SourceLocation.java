package io.repfold.runtime.ort;

/** Finds the C++ file, line and function that ONNX Runtime puts into its messages. */
final class SourceLocation {
  private static final String ROOT = "/onnxruntime_src/";

  private SourceLocation() {}

  /**
   * "Exception: /onnxruntime_src/a.cc:7 void f(g(int)) const What happened" becomes "Exception:
   * What happened".
   */
  static String remove(String message) {
    int start = message.indexOf(ROOT);
    int open = start < 0 ? -1 : message.indexOf('(', start);
    if (open < 0) {
      return message;
    }
    int depth = 0;
    for (int at = open; at < message.length(); at++) {
      depth += message.charAt(at) == '(' ? 1 : message.charAt(at) == ')' ? -1 : 0;
      if (depth == 0) {
        String rest = message.substring(at + 1).strip();
        return message.substring(0, start) + (rest.startsWith("const ") ? rest.substring(6) : rest);
      }
    }
    return message;
  }
}
