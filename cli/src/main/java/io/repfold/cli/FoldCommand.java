package io.repfold.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code repfold fold}. */
@Command(
    name = "fold",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Folds the linear regions of a model into single convolutions.",
      "The result is compared with the original in ONNX Runtime before it appears under its name;"
          + " if they differ, nothing is written and the exit code is 3."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold fold model.onnx -o folded.onnx",
      "  repfold fold model.onnx --dry-run --verbose",
      "  repfold fold model.onnx -o folded.onnx --report report.html --report report.json",
      "  repfold fold model.onnx -o fixed.onnx --shape images=1x3x640x640"
    })
final class FoldCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
  private Path path;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The file to write; may be the model itself.")
  private @Nullable Path output;

  @Option(names = "--dry-run", description = "Only show what would be folded.")
  private boolean dryRun;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description =
          "Write a report, as JSON or as a page by the name's ending (.json, .html). Repeatable.")
  private final List<Path> reports = new ArrayList<>();

  @Option(
      names = "--allow-growth",
      paramLabel = "FACTOR",
      defaultValue = "1",
      description =
          "Fold a region even if its multiply-adds grow by this factor (default: 1, never grow).")
  private double growth;

  @Mixin private ShapeOption shape;

  @Option(names = "--no-verify", description = "Do not compare the result with the original.")
  private boolean unverified;

  @Mixin private ComparisonOptions comparison;

  @Option(names = "--verbose", description = "Show all regions and reasons.")
  private boolean verbose;

  @Option(names = "--json", description = "Print JSON instead of tables.")
  private boolean json;

  @Override
  public Integer call() {
    check();
    FoldOutcome outcome;
    try (Progress progress = Progress.of("Folding", FoldWork.STEPS)) {
      outcome = outcome(progress);
    }
    if (outcome.holds()) {
      reports.forEach(report -> FoldReports.write(report, outcome));
    }
    print(outcome);
    return outcome.holds() ? ExitCodes.DONE : ExitCodes.DOES_NOT_HOLD;
  }

  private void check() {
    if (!dryRun && output == null) {
      throw new UsageException("-o says where to write; --dry-run writes nothing");
    }
    if (!dryRun && output != null) {
      Staging.check(output);
    }
    reports.forEach(FoldReports::check);
    if (!unverified) {
      comparison.samples();
      comparison.tolerance();
    }
  }

  private FoldOutcome outcome(Progress progress) {
    ModelFile source = ModelFile.read(path);
    Map<String, long[]> shapes = shape.of(source);
    if (dryRun || output == null) {
      progress.next("planning");
      return FoldWork.plan(source, growth, shapes);
    }
    Optional<ComparisonOptions> verification =
        unverified ? Optional.empty() : Optional.of(comparison);
    return new FoldWork(source, output, growth, shapes, verification).run(progress);
  }

  private void print(FoldOutcome outcome) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(Json.text(outcome.json()));
      out.flush();
      return;
    }
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
}
