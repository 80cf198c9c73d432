package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.files.StagedFile;
import io.repfold.pipeline.files.TemporaryFolder;
import io.repfold.pipeline.fold.FoldFile;
import io.repfold.pipeline.fold.FoldOutcome;
import io.repfold.train.Deployment;
import io.repfold.train.Deployment.Head;
import io.repfold.train.Deployment.Layout;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code repfold export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Writes a run's network for inference: without the auxiliary output and the dropouts, and"
          + " folded.",
      "The folded network is compared with the trained one in ONNX Runtime before it appears under"
          + " its name; if they differ, nothing is written and the exit code is 3."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold export saved/PSPNet/11-22_06-15-00 -o deployed.onnx",
      "  repfold export saved/PSPNet/11-22_06-15-00 -o classes.onnx --head argmax --layout nhwc",
      "  repfold export saved/PSPNet/11-22_06-15-00 -o branches.onnx --form train --checkpoint last"
    })
final class ExportCommand implements Callable<Integer> {
  /** Whether branches and normalizations stay. */
  enum Form {
    TRAIN,
    DEPLOY
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RUN", description = "The folder of a run, or one of its checkpoints.")
  private Path path;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The file to write.")
  private Path output;

  @Option(
      names = "--form",
      paramLabel = "FORM",
      defaultValue = "deploy",
      description = "deploy, which is folded, or train (default: ${DEFAULT-VALUE}).")
  private Form form;

  @Option(
      names = "--head",
      paramLabel = "HEAD",
      defaultValue = "logits",
      description =
          "What the output holds: logits, softmax (probabilities) or argmax (classes, int64)"
              + " (default: ${DEFAULT-VALUE}).")
  private Head head;

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      defaultValue = "nchw",
      description = "Order of axes of input and output: nchw or nhwc (default: ${DEFAULT-VALUE}).")
  private Layout layout;

  @Mixin private CheckpointOption checkpoint;

  @Mixin private WeightsOption listed;

  @Mixin private ComparisonOptions comparison;

  @Option(names = "--json", description = "Print JSON instead of text.")
  private boolean json;

  @Override
  public Integer call() {
    StagedFile.check(output);
    comparison.request();
    Path weights = checkpoint.model(path);
    Optional<FoldOutcome> folded;
    try (Progress progress = Progress.of("Exporting", FoldFile.STEPS + 1);
        TemporaryFolder work = TemporaryFolder.inSystemFolder()) {
      progress.next("reading");
      OnnxModel inference = Deployment.inference(OnnxModel.read(weights, listed.options()));
      Path trained = work.path().resolve("trained.onnx");
      inference.write(trained);
      Path deployed = work.path().resolve("deployed.onnx");
      folded =
          form == Form.DEPLOY ? Optional.of(fold(trained, deployed, progress)) : Optional.empty();
      if (folded.isEmpty() || folded.get().holds()) {
        Deployment.with(OnnxModel.read(folded.isEmpty() ? trained : deployed), head, layout)
            .write(output);
      }
    }
    boolean holds = folded.map(FoldOutcome::holds).orElse(true);
    print(weights, folded, holds);
    return holds ? ExitCodes.DONE : ExitCodes.DOES_NOT_HOLD;
  }

  private FoldOutcome fold(Path trained, Path deployed, Progress progress) {
    return FoldFile.of(trained).withComparison(comparison.request()).to(deployed, progress);
  }

  private void print(Path weights, Optional<FoldOutcome> folded, boolean holds) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ObjectNode root = Json.object();
      root.put("input", weights.toString());
      root.put("output", holds ? output.toString() : null);
      root.set("form", Json.of(form.name().toLowerCase(java.util.Locale.ROOT)));
      root.set("head", Json.of(head.name().toLowerCase(java.util.Locale.ROOT)));
      root.set("layout", Json.of(layout.name().toLowerCase(java.util.Locale.ROOT)));
      root.set("fold", folded.map(outcome -> new FoldText(outcome).json()).orElse(null));
      out.print(Json.text(root));
      out.flush();
      return;
    }
    folded.ifPresent(
        outcome -> {
          var report = outcome.report();
          out.println(FoldTable.totals(report.before(), report.after()));
          report.warnings().forEach(warning -> out.println(Text.warning(warning)));
          out.print(VerificationText.text(outcome.comparison()));
        });
    out.println(holds ? "Wrote " + output : "Nothing was written.");
  }
}
