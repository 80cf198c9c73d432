package io.repfold.pipeline.compare;

import java.util.Optional;

/**
 * How a rewritten model compared with its original.
 *
 * @param verification empty if it was not asked for
 * @param layers present if the outputs alone prove little
 */
public record RewriteComparison(
    Optional<Verification> verification, Optional<LayerComparison> layers) {
  /** For what was not compared. */
  public static final RewriteComparison NONE =
      new RewriteComparison(Optional.empty(), Optional.empty());

  /** Where no output has an element, the tensors inside decide. */
  public boolean holds() {
    return verification.map(v -> v.holds() || v.isEmpty()).orElse(true)
        && layers.map(LayerComparison::holds).orElse(true);
  }
}
