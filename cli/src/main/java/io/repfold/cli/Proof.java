package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How a rewritten model compared with its original.
 *
 * @param verification empty if it was not asked for
 * @param layers present if the outputs alone prove little
 */
record Proof(Optional<Verification> verification, Optional<LayerComparison> layers) {
  /** How many steps of a {@link Progress} {@link #written} takes. */
  static final int STEPS = 1 + VerificationRunner.STEPS;

  private static final int MOST_REMARKS = 4;

  /** For what was not compared. */
  static final Proof NONE = new Proof(Optional.empty(), Optional.empty());

  /**
   * Writes a model that is to compute what another does; it appears under its name only if it does.
   *
   * @param shapes of the inputs to compare on, where the model leaves them open
   * @param comparison empty for none
   */
  static Proof written(
      OnnxModel result,
      Path target,
      ModelFile original,
      Map<String, long[]> shapes,
      Optional<ComparisonOptions> comparison,
      Progress progress) {
    progress.next("writing");
    try (Staging staging = Staging.of(target)) {
      result.write(staging.file());
      Proof proof =
          comparison
              .map(options -> of(original.path(), staging.file(), shapes, options, progress))
              .orElse(NONE);
      if (proof.holds()) {
        staging.commit();
      }
      return proof;
    }
  }

  /** Compares the outputs, and where they prove little, the tensors inside. */
  private static Proof of(
      Path original,
      Path result,
      Map<String, long[]> shapes,
      ComparisonOptions options,
      Progress progress) {
    VerificationRunner.Inputs inputs = VerificationRunner.random(shapes, options);
    Verification verification =
        VerificationRunner.run(original, result, inputs, options.tolerance(), progress);
    Optional<LayerComparison> layers =
        verification.isEmpty() || (verification.holds() && verification.isWeak())
            ? Optional.of(LayerComparison.run(original, result, inputs, options.tolerance()))
            : Optional.empty();
    return new Proof(Optional.of(verification), layers);
  }

  /** Where no output has an element, the tensors inside decide. */
  boolean holds() {
    return verification.map(v -> v.holds() || v.isEmpty()).orElse(true)
        && layers.map(LayerComparison::holds).orElse(true);
  }

  void addTo(ObjectNode root) {
    root.set("verification", verification.map(Verification::json).orElse(null));
    root.set("layers", layers.map(l -> Json.of(l.tensors())).orElse(null));
  }

  String text() {
    StringBuilder text = new StringBuilder();
    verification.ifPresent(v -> text.append(text(v)));
    layers.ifPresent(l -> text.append(because(l)).append('\n'));
    return text.toString();
  }

  /** What was compared beside the outputs, and why. */
  static String because(LayerComparison layers) {
    return "On these inputs an output is too small to prove much, so tensors inside were compared too. "
        + layers.summary();
  }

  private static String text(Verification verification) {
    StringBuilder text = new StringBuilder();
    if (!verification.holds()) {
      text.append(Text.table(Verification.headings(), verification.rows())).append('\n');
    }
    verification.remarks().stream()
        .limit(MOST_REMARKS)
        .forEach(remark -> text.append(remark).append('\n'));
    return text.append(verification.summary()).append('\n').toString();
  }
}
