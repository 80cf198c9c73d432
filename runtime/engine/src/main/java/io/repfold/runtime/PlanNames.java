package io.repfold.runtime;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** Tells plans of TensorRT from ONNX files, by their names. */
public final class PlanNames {
  private static final Set<String> ENDINGS = Set.of(".plan", ".engine", ".trt");

  private PlanNames() {}

  /** Whether a file ends in {@code .plan}, {@code .engine} or {@code .trt}. */
  public static boolean isOne(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(name::endsWith);
  }
}
