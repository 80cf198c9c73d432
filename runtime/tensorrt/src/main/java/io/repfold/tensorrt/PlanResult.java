package io.repfold.tensorrt;

import java.nio.file.Path;
import java.util.List;

/**
 * A compiled plan.
 *
 * @param plan the file; its manifest lies beside it
 * @param seconds what compiling took; 0 if the plan was there already
 * @param warnings of TensorRT and its parser
 */
public record PlanResult(Path plan, PlanManifest manifest, double seconds, List<String> warnings) {
  public PlanResult {
    warnings = List.copyOf(warnings);
  }
}
