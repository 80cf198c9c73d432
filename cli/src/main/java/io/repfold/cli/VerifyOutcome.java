package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.pipeline.compare.LayerComparison;
import io.repfold.pipeline.compare.Verification;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code repfold verify} found.
 *
 * @param reference a model, or the folder of golden outputs
 * @param holds of all that was compared
 * @param layers if they were asked for
 * @param warnings of what makes it prove little
 */
record VerifyOutcome(
    Path reference,
    Path candidate,
    boolean holds,
    Verification verification,
    Optional<LayerComparison> layers,
    List<String> warnings) {
  VerifyOutcome {
    warnings = List.copyOf(warnings);
  }

  /** Everything that is known. */
  String json() {
    ObjectNode root = (ObjectNode) VerificationText.json(verification);
    layers.ifPresent(l -> root.set("layers", Json.of(l.tensors())));
    root.set("warnings", Json.of(warnings));
    return Json.text(root);
  }
}
