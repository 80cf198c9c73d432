package io.repfold.runtime;

import java.util.List;
import java.util.Locale;

/**
 * JavaCPP's limits on memory, which are by the size of Java's heap. Above 4 times that, of which
 * the weights of a model and what CUDA maps are a part, each native object waits 2 seconds for the
 * collector and then fails, on being freed too.
 */
public final class JavaCppMemory {
  private static final String PREFIX = "org.bytedeco.javacpp.";
  private static final List<String> LIMITS = List.of("maxBytes", "maxPhysicalBytes");

  private JavaCppMemory() {}

  /**
   * Lifts the limits that the user has not set ({@code org.bytedeco.javacpp.maxBytes}, {@code
   * maxPhysicalBytes}). To be called before any class of JavaCPP is loaded.
   */
  public static void lift() {
    for (String limit : LIMITS) {
      // JavaCPP reads both spellings.
      String lower = PREFIX + limit.toLowerCase(Locale.ROOT);
      if (System.getProperty(PREFIX + limit) == null && System.getProperty(lower) == null) {
        System.setProperty(PREFIX + limit, "0");
      }
    }
  }
}
