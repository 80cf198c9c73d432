package io.repfold.cli;

import io.repfold.bench.BenchOptions;
import io.repfold.bench.BenchReport;
import io.repfold.bench.Benchmark;
import io.repfold.bench.Contender;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.TensorInfo;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code repfold bench}. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Times models side by side in ONNX Runtime, on the same random inputs.",
      "The models take turns, so that what slows the machine down slows all of them. The optimizer"
          + " of ONNX Runtime is on for all, because users run models that way. Name a model twice"
          + " to see how much two equal models seem to differ."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold bench model.onnx folded.onnx",
      "  repfold bench model.onnx folded.onnx --shape 1x3x512x512 --threads 1",
      "  repfold bench model.onnx folded.onnx --runs 100 --seconds 20 --json"
    })
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "MODEL",
      description = "The models; the others are compared with the first.")
  private List<Path> models;

  @Mixin private ShapeOption shape;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that one run may use (default: all processors).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "30",
      description = "Runs of each model, at least (default: ${DEFAULT-VALUE}).")
  private int runs;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "5",
      description = "Time to measure for, at least (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--no-optimizer",
      description = "Run the models as they are written, without ONNX Runtime's optimizer.")
  private boolean unoptimized;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() {
    BenchOptions options = options();
    EngineOptions engineOptions = engineOptions();
    List<Engine> engines = new ArrayList<>();
    try (Progress progress = Progress.of("Measuring", 2)) {
      progress.next("loading");
      for (Path model : models) {
        engines.add(Backends.onnxRuntimeCpu().load(model, engineOptions));
      }
      InputShapes shapes = shapes(engines);
      progress.next(Text.plural(models.size(), "model") + " in turn");
      BenchReport report =
          Benchmark.compare(
              contenders(engines), InputShapes.random(engines.get(0), 0, shapes.sizes()), options);
      print(report, shapes);
    } finally {
      engines.forEach(Engine::close);
    }
    return ExitCodes.DONE;
  }

  private BenchOptions options() {
    if (runs < 1 || !(seconds >= 0) || seconds > Duration.ofDays(1).toSeconds()) {
      throw new UsageException(
          "--runs must be at least 1 and --seconds between 0 and a day, not %d and %s"
              .formatted(runs, seconds));
    }
    return new BenchOptions(
        BenchOptions.defaults().warmup(), runs, Duration.ofMillis(Math.round(seconds * 1000)));
  }

  private EngineOptions engineOptions() {
    if (threads < 1) {
      throw new UsageException("--threads must be at least 1, not " + threads);
    }
    EngineOptions options = EngineOptions.defaults().withThreads(threads);
    return unoptimized ? options.withoutOptimizer() : options;
  }

  /** What any of the models declares holds for all: a fixed one may be beside a dynamic one. */
  private InputShapes shapes(List<Engine> engines) {
    Engine first = engines.get(0);
    List<String> names = first.inputs().stream().map(TensorInfo::name).toList();
    Map<String, long[]> given = new LinkedHashMap<>();
    for (Engine engine : engines) {
      for (TensorInfo input : engine.inputs()) {
        if (names.contains(input.name()) && !input.isDynamic() && !input.dimensions().isEmpty()) {
          given.putIfAbsent(input.name(), input.shape());
        }
      }
    }
    given.putAll(shape.of(first.name(), names));
    return InputShapes.find(first, given);
  }

  private List<Contender> contenders(List<Engine> engines) {
    List<Contender> contenders = new ArrayList<>();
    for (int i = 0; i < engines.size(); i++) {
      contenders.add(new Contender(models.get(i).toString(), engines.get(i)));
    }
    return contenders;
  }

  private void print(BenchReport report, InputShapes shapes) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(Json.text(BenchTable.json(report, shapes)));
      out.flush();
    } else {
      out.println(BenchTable.text(report, shapes));
    }
  }
}
