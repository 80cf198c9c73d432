package io.repfold.cli;

import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.compare.ComparisonRequest;
import io.repfold.pipeline.files.StagedFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the commands have in common that write a model which computes the same as another. */
final class RewriteOptions {
  @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
  private Path path;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The file to write; may be the model itself.")
  private @Nullable Path output;

  @Option(names = "--dry-run", description = "Only show what would be done.")
  private boolean dryRun;

  @Mixin private ShapeOption shape;

  @Mixin private WeightsOption weights;

  @Option(names = "--no-verify", description = "Do not compare the result with the original.")
  private boolean unverified;

  @Mixin private ComparisonOptions comparison;

  @Option(names = "--verbose", description = "Show everything, however much it is.")
  private boolean verbose;

  @Option(names = "--json", description = "Print JSON instead of tables.")
  private boolean json;

  /** Refuses what cannot be done, before any work is. */
  void check() {
    if (!dryRun && output == null) {
      throw new UsageException("-o says where to write; --dry-run writes nothing");
    }
    if (!dryRun && output != null) {
      StagedFile.checkModel(output);
    }
    if (!unverified) {
      comparison.request();
    }
  }

  /** The model, read. */
  ModelFile source() {
    return weights.read(path);
  }

  boolean isDryRun() {
    return dryRun;
  }

  /** Empty for a dry run. */
  Optional<Path> target() {
    return dryRun ? Optional.empty() : Optional.ofNullable(output);
  }

  ShapeOption shape() {
    return shape;
  }

  long seed() {
    return comparison.request().seed();
  }

  Optional<ComparisonRequest> comparison() {
    return unverified ? Optional.empty() : Optional.of(comparison.request());
  }

  /**
   * Prints what came of it.
   *
   * @return the exit code
   */
  int print(PrintWriter out, RewriteOutcome outcome) {
    if (json) {
      out.print(Json.text(outcome.json()));
      out.flush();
    } else {
      out.print(outcome.text(verbose));
      if (!outcome.holds()) {
        out.println("Nothing was written.");
      } else if (outcome.output().isPresent()) {
        out.println("Wrote " + outcome.output().get());
        if (unverified) {
          out.println("Not verified. 'repfold verify' compares the two.");
        }
      }
    }
    return outcome.holds() ? ExitCodes.DONE : ExitCodes.DOES_NOT_HOLD;
  }
}
