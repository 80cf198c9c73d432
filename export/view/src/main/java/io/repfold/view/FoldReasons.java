package io.repfold.view;

import io.repfold.fold.FoldReport;
import io.repfold.pipeline.JsonObject;
import io.repfold.pipeline.JsonReader;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.fold.Certificate;
import io.repfold.pipeline.fold.FoldPlan;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether one file says that it is the fold of another, and what the fold left alone. */
final class FoldReasons {
  private FoldReasons() {}

  /**
   * What folding the original does, at the sizes that the fold was made for; empty if the other
   * file does not say that it was folded from it.
   */
  static Optional<FoldReport> of(ModelFile original, ModelFile folded) {
    @Nullable String text = folded.model().metadata().get(Certificate.KEY);
    if (text == null) {
      return Optional.empty();
    }
    Map<String, long[]> shapes = new HashMap<>();
    try {
      JsonObject certificate = JsonObject.of(JsonReader.read(text), "a certificate");
      if (!certificate.text("source").equals(original.sha256())) {
        return Optional.empty();
      }
      certificate
          .optional("options")
          .flatMap(options -> options.optional("shapes"))
          .ifPresent(all -> all.names().forEach(name -> shapes.put(name, all.integers(name))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return Optional.of(FoldPlan.of(original, shapes).report());
  }
}
