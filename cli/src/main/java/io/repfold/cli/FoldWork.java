package io.repfold.cli;

import io.repfold.fold.FoldOptions;
import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Folds a file into another, which appears only once it is verified.
 *
 * @param shapes input shapes to fix; also those on which it is verified
 * @param comparison empty for no verification
 */
record FoldWork(
    ModelFile source,
    Path target,
    double growth,
    Map<String, long[]> shapes,
    Optional<ComparisonOptions> comparison) {
  /** How many steps of a {@link Progress} it takes. */
  static final int STEPS = 1 + Proof.STEPS;

  /** What {@link #run} would do; nothing is written. */
  static FoldOutcome plan(ModelFile source, double growth, Map<String, long[]> shapes) {
    FoldOptions options = options(growth, shapes);
    FoldReport report = source.with(() -> Folder.plan(source.graph(), options));
    String document = Certificate.document(source, source.sha256(), growth, shapes, report);
    return new FoldOutcome(
        source, report, document, Optional.empty(), Proof.NONE, Optional.empty());
  }

  FoldOutcome run(Progress progress) {
    progress.next("folding");
    CompletableFuture<String> sourceSha256 = CompletableFuture.supplyAsync(source::sha256);
    Folder.Result result = fold();
    FoldReport report = result.report();
    String sha256 = sourceSha256.join();
    String document = Certificate.document(source, sha256, growth, shapes, report);
    boolean changed = !result.graph().equals(source.graph());
    Optional<String> certificate =
        changed ? Optional.of(Certificate.of(sha256, report, document)) : Optional.empty();
    OnnxModel folded = source.model().withGraph(result.graph());
    Proof proof =
        Proof.written(
            certificate.map(text -> folded.withMetadata(Certificate.KEY, text)).orElse(folded),
            target,
            source,
            shapes,
            comparison,
            progress);
    return new FoldOutcome(source, report, document, certificate, proof, Optional.of(target));
  }

  private Folder.Result fold() {
    try (OnnxRuntimeProduct product = new OnnxRuntimeProduct()) {
      FoldOptions options = options(growth, shapes).withProduct(product);
      return source.with(() -> Folder.fold(source.graph(), options));
    }
  }

  private static FoldOptions options(double growth, Map<String, long[]> shapes) {
    try {
      return FoldOptions.DEFAULT.withGrowth(growth).withShapes(shapes);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--allow-growth: " + e.getMessage(), e);
    }
  }
}
