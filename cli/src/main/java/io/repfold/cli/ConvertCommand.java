package io.repfold.cli;

import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.convert.ConversionRequest;
import io.repfold.pipeline.convert.ConvertFile;
import io.repfold.pipeline.convert.ConvertOutcome;
import io.repfold.pipeline.convert.Precision;
import io.repfold.pipeline.files.StagedFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code repfold convert}. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Folds a float32 model and writes it in another precision.",
      "What does not fit the precision stays float32, between Casts or, for int8, QuantizeLinear and"
          + " DequantizeLinear. The result is compared with"
          + " the original on samples before it appears under its name; if too few decisions stay"
          + " the same, nothing is written and the exit code is 3."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold convert model.onnx -o half.onnx --precision fp16 --data photos/",
      "  repfold convert model.onnx -o half.onnx --precision fp16 --data photos/ --shape 1x3x480x640",
      "  repfold convert model.onnx -o half.onnx --precision bf16 --data batch.npz --keep 'head*'",
      "  repfold convert model.onnx -o small.onnx --precision int8 --data photos/",
      "  repfold convert model.onnx -o small.onnx --precision int8 --data photos/ --target tensorrt"
    })
final class ConvertCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "An ONNX file in float32.")
  private Path path;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The file to write.")
  private Path output;

  @Option(
      names = "--precision",
      required = true,
      paramLabel = "FP16|BF16|INT8",
      description = "What to write: ${COMPLETION-CANDIDATES}.")
  private Precision precision;

  @Mixin private ConvertOptions options;

  @Mixin private WeightsOption weights;

  @Option(names = "--verbose", description = "Show everything, however much it is.")
  private boolean verbose;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write all that is known of the conversion into a .json or .html file.")
  private @Nullable Path report;

  @Option(names = "--json", description = "Print JSON instead of tables.")
  private boolean json;

  @Override
  public Integer call() {
    ConversionRequest request = options.request(precision);
    StagedFile.checkModel(output);
    Optional.ofNullable(report).ifPresent(ReportFiles::check);
    ConvertOutcome outcome;
    try (Progress progress = Progress.of("Converting", ConvertFile.STEPS)) {
      ModelFile source = weights.read(path);
      outcome =
          new ConvertFile(source, request.withShapes(options.shape().of(source)))
              .to(output, progress, this::report);
    }
    ConversionText text = new ConversionText(outcome);
    String document = Json.text(text.json());
    spec.commandLine().getOut().print(json ? document : text.text(verbose));
    spec.commandLine().getOut().flush();
    return outcome.holds() ? ExitCodes.DONE : ExitCodes.DOES_NOT_HOLD;
  }

  private void report(ConvertOutcome outcome) {
    if (report != null) {
      ConversionText text = new ConversionText(outcome);
      ReportFiles.write(report, () -> Json.text(text.json()), () -> text.page(spec));
    }
  }
}
