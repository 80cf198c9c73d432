package io.repfold.cli;

import io.repfold.bench.BenchOptions;
import io.repfold.bench.Benchmark;
import io.repfold.bench.Contender;
import io.repfold.graph.WeightSource;
import io.repfold.nets.Networks;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.files.TemporaryFolder;
import io.repfold.pipeline.fold.FoldFile;
import io.repfold.pipeline.fold.FoldOutcome;
import io.repfold.pipeline.inputs.InputShapes;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code repfold warm-up}: folds, verifies and times a network of a few numbers, so that the
 * launcher can take down which classes that loads.
 */
@Command(name = "warm-up", hidden = true)
final class WarmUpCommand implements Callable<Integer> {
  private static final Map<String, long[]> SIZE = Map.of("image", new long[] {1, 3, 16, 16});

  @Mixin private ComparisonOptions comparison;

  @Override
  public Integer call() {
    try (TemporaryFolder folder = TemporaryFolder.inSystemFolder()) {
      Path trained = folder.path().resolve("trained.onnx");
      Path folded = folder.path().resolve("folded.onnx");
      var network = Networks.build("RepLite", Map.of("width", 4), 2, WeightSource.random(0));
      OnnxModel.of(network.graph()).write(trained);
      FoldOutcome outcome;
      try (Progress progress = Progress.of("Warming up", FoldFile.STEPS)) {
        outcome =
            FoldFile.of(trained)
                .withShapes(SIZE)
                .withComparison(comparison.request())
                .to(folded, progress);
      }
      FoldReports.write(folder.path().resolve("report.html"), outcome);
      time(trained, folded);
      return new FoldText(outcome).text(false).isEmpty() ? ExitCodes.DOES_NOT_HOLD : ExitCodes.DONE;
    }
  }

  private static void time(Path trained, Path folded) {
    EngineOptions options = EngineOptions.defaults();
    try (Engine first = Backends.onnxRuntimeCpu().load(trained, options);
        Engine second = Backends.onnxRuntimeCpu().load(folded, options)) {
      InputShapes shapes = InputShapes.find(first, SIZE);
      new BenchTable(
              Benchmark.compare(
                  List.of(new Contender("trained", first), new Contender("folded", second)),
                  InputShapes.random(first, 0, shapes.sizes()),
                  new BenchOptions(1, 1, Duration.ZERO)),
              shapes)
          .text();
    }
  }
}
