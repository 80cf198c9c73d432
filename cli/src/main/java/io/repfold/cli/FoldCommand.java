package io.repfold.cli;

import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.fold.FoldFile;
import io.repfold.pipeline.fold.FoldOutcome;
import io.repfold.pipeline.fold.MeasurementRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
      "  repfold fold model.onnx -o fixed.onnx --shape images=1x3x640x640",
      "  repfold fold model.onnx -o folded.onnx --opset 20",
      "  repfold fold speech.onnx -o folded.onnx --input sr=16000",
      "  repfold fold model.onnx -o folded.onnx --measure"
    })
final class FoldCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private RewriteOptions rewrite;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description =
          "Write a report, as JSON or as a page by the name's ending (.json, .html). Repeatable.")
  private final List<Path> reports = new ArrayList<>();

  @Option(
      names = "--input",
      paramLabel = "NAME=NUMBER",
      converter = NamedValue.Converter.class,
      description =
          "The value (a number, true or false) that an input of one element has at every run, such"
              + " as sr=16000. The result does not have this input. Repeatable.")
  private final List<NamedValue> values = new ArrayList<>();

  @Option(
      names = "--measure",
      description =
          "Also time the result beside the original by turns, in ONNX Runtime on this machine, for"
              + " 5 seconds and at least 30 runs of each. If the result is slower by 3 %% or more,"
              + " and beyond the spread of the measurement, nothing is written and the exit code is"
              + " 3.")
  private boolean measured;

  @Option(names = "--allow-slower", description = "With --measure, write the result even so.")
  private boolean slowerAllowed;

  @Option(
      names = "--allow-growth",
      paramLabel = "FACTOR",
      defaultValue = "1",
      description =
          "Fold a region even if its multiply-adds grow by this factor (default: 1, never grow).")
  private double growth;

  @Option(
      names = "--opset",
      paramLabel = "N",
      description =
          "Raise the result to this opset (17 to 22). Gelu (from 20), HardSwish, Mish (18) and"
              + " LayerNormalization that are written out as several nodes are then written as one.")
  private @Nullable Integer opset;

  @Override
  public Integer call() {
    rewrite.check();
    checkMeasurement();
    reports.forEach(ReportFiles::check);
    FoldOutcome outcome;
    try (Progress progress = Progress.of("Folding", FoldFile.STEPS + (measured ? 1 : 0))) {
      outcome = outcome(progress);
    }
    return rewrite.print(spec.commandLine().getOut(), new FoldText(outcome));
  }

  private void report(FoldOutcome outcome) {
    if (outcome.comparison().holds()) {
      reports.forEach(
          report -> ReportFiles.write(report, outcome::document, () -> FoldPage.of(outcome)));
    }
  }

  private void checkMeasurement() {
    if (measured && rewrite.isDryRun()) {
      throw new UsageException("--measure times what is written; --dry-run writes nothing");
    }
    if (slowerAllowed && !measured) {
      throw new UsageException("--allow-slower goes with --measure, which tells what is slower");
    }
  }

  private FoldOutcome outcome(Progress progress) {
    ModelFile source = rewrite.source();
    FoldFile fold =
        FoldFile.of(source)
            .withGrowth(growth)
            .withShapes(rewrite.shape().of(source))
            .withInputs(NamedValue.all(values));
    if (opset != null) {
      fold = fold.withOpset(opset);
    }
    if (measured) {
      fold = fold.withMeasurement(MeasurementRequest.DEFAULT.withSlowerAllowed(slowerAllowed));
    }
    Optional<Path> target = rewrite.target();
    if (target.isEmpty()) {
      progress.next("planning");
      FoldOutcome plan = fold.plan();
      report(plan);
      return plan;
    }
    return rewrite
        .comparison()
        .map(fold::withComparison)
        .orElseGet(fold::withoutComparison)
        .to(target.get(), progress, this::report);
  }
}
