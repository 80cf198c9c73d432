package io.repfold.view;

import io.repfold.fold.FoldReport;
import io.repfold.pipeline.JsonObject;
import io.repfold.pipeline.JsonReader;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.fold.Certificate;
import io.repfold.pipeline.fold.FoldPlan;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether one file says that it is the fold of another, and what the fold left alone. */
final class FoldReasons {
  private FoldReasons() {}

  /**
   * What folding the original does; empty if the other file does not say that it was folded from
   * it.
   *
   * @param shapes of the original's inputs, as far as they are given
   */
  static Optional<FoldReport> of(ModelFile original, ModelFile folded, Map<String, long[]> shapes) {
    @Nullable String certificate = folded.model().metadata().get(Certificate.KEY);
    if (certificate == null || !source(certificate).equals(original.sha256())) {
      return Optional.empty();
    }
    return Optional.of(FoldPlan.of(original, shapes).report());
  }

  /** The SHA-256 that a certificate names; empty if it cannot be read. */
  private static String source(String certificate) {
    try {
      return JsonObject.of(JsonReader.read(certificate), "a certificate").text("source");
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
