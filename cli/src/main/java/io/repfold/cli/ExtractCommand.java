package io.repfold.cli;

import io.repfold.graph.Value;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.part.ExtractFile;
import io.repfold.pipeline.part.ExtractOutcome;
import io.repfold.runtime.VisibleText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code repfold extract}. */
@Command(
    name = "extract",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Writes the part of a model between some of its tensors as a file of its own: its nodes as"
          + " they are, with the weights that they read.",
      "The tensors at its ends become inputs and outputs, with their types and shapes as far as"
          + " they are known. 'repfold inspect --nodes' shows their names."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold extract model.onnx --to layer3 -o head.onnx",
      "  repfold extract model.onnx --from layer3 -o tail.onnx",
      "  repfold extract model.onnx --from layer2,mask --to layer3 -o part.onnx"
    })
final class ExtractCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
  private Path path;

  @Option(
      names = "--from",
      paramLabel = "TENSOR",
      split = ",",
      description =
          "The tensors behind which the part begins (default: the model's inputs, as far as they"
              + " are needed). Repeatable.")
  private final List<String> from = new ArrayList<>();

  @Option(
      names = "--to",
      paramLabel = "TENSOR",
      split = ",",
      description =
          "The tensors with which the part ends (default: the model's outputs). Repeatable.")
  private final List<String> to = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The file to write; may be the model itself.")
  private Path output;

  @Mixin private WeightsOption weights;

  @Override
  public Integer call() {
    ExtractOutcome part = ExtractFile.of(weights.read(path)).withFrom(from).withTo(to).to(output);
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "Wrote %s: %s of %s, from %s to %s"
            .formatted(
                output,
                Phrases.count(part.nodes()),
                Phrases.plural(part.of(), "node"),
                text(part.inputs()),
                text(part.outputs())));
    return ExitCodes.DONE;
  }

  private static String text(List<Value> values) {
    return values.isEmpty()
        ? "constants"
        : VisibleText.line(Phrases.few(values.stream().map(Value::toString).toList(), 5));
  }
}
