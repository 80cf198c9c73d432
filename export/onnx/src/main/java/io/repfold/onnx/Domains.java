package io.repfold.onnx;

/** Operator domains; the default one has two spellings. */
final class Domains {
  private Domains() {}

  static boolean isDefault(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  static String normal(String domain) {
    return isDefault(domain) ? "" : domain;
  }
}
