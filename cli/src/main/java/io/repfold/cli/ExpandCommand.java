package io.repfold.cli;

import io.repfold.blocks.RepKind;
import io.repfold.fold.ExpandOptions;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.files.StagedFile;
import io.repfold.pipeline.fold.ExpandFile;
import io.repfold.pipeline.fold.ExpandOutcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code repfold expand}. */
@Command(
    name = "expand",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Replaces convolutions by Rep blocks that compute the same, to fine-tune them with branches;"
          + " 'repfold fold' makes one convolution of each again.",
      "The branches start small, and the block's own kernel takes the remainder. The result is"
          + " compared with the original in ONNX Runtime before it appears under its name; if they"
          + " differ, nothing is written and the exit code is 3. Training changes the function at"
          + " once where the new batch normalizations take the statistics of the batch: freeze them"
          + " to start from the same function."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold expand model.onnx --kind dbb -o expanded.onnx",
      "  repfold expand model.onnx --kind repvgg --match '*layer4*' -o expanded.onnx --seed 7",
      "  repfold expand model.onnx --kind acb --dry-run --verbose",
      "  repfold expand model.onnx --kind mobileone --pointwise -o expanded.onnx --report plan.json"
    })
final class ExpandCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private RewriteOptions rewrite;

  @Option(
      names = "--kind",
      required = true,
      paramLabel = "KIND",
      description =
          "The blocks: plain (a batch normalization only), acb, repvgg, qarepvgg, dbb, dbb2, dbb3,"
              + " dbb4, mobileone or largekernel.")
  private String kind;

  @Option(
      names = "--match",
      paramLabel = "PATTERN",
      defaultValue = "*",
      description =
          "Only nodes of such names; * stands for any characters and ? for one (default: all).")
  private String match;

  @Option(names = "--pointwise", description = "Expand 1x1 convolutions too.")
  private boolean pointwise;

  @Option(
      names = "--scale",
      paramLabel = "S",
      defaultValue = "0.1",
      description =
          "Deviation of each new branch's output at first, as a fraction of the convolution's"
              + " (default: ${DEFAULT-VALUE}).")
  private double scale;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write a report as JSON. Repeatable.")
  private final List<Path> reports = new ArrayList<>();

  @Override
  public Integer call() {
    rewrite.check();
    reports.forEach(ExpandCommand::checkReport);
    ExpandOptions options = options();
    ExpandOutcome outcome;
    try (Progress progress = Progress.of("Expanding", ExpandFile.STEPS)) {
      outcome = run(options, progress);
    }
    return rewrite.print(spec.commandLine().getOut(), new ExpandText(outcome));
  }

  private void report(ExpandOutcome outcome) {
    if (outcome.comparison().holds()) {
      reports.forEach(report -> StagedFile.write(report, ExpandText.document(outcome.report())));
    }
  }

  private static void checkReport(Path file) {
    if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".json")) {
      throw new UsageException("--report %s: a report's name ends in .json".formatted(file));
    }
    StagedFile.check(file);
  }

  private ExpandOptions options() {
    try {
      return ExpandOptions.of(RepKind.of(kind))
          .withMatch(match)
          .withSeed(rewrite.seed())
          .withPointwise(pointwise)
          .withScale(scale);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--kind, --scale: " + e.getMessage(), e);
    }
  }

  private ExpandOutcome run(ExpandOptions options, Progress progress) {
    ModelFile source = rewrite.source();
    ExpandFile expansion =
        ExpandFile.of(source, options)
            .withShapes(rewrite.shape().of(source))
            .withComparison(rewrite.comparison());
    Optional<Path> target = rewrite.target();
    if (target.isPresent()) {
      return expansion.to(target.get(), progress, this::report);
    }
    ExpandOutcome plan = expansion.plan(progress);
    report(plan);
    return plan;
  }
}
