package io.repfold.cli;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.bench.BenchOptions;
import io.repfold.bench.BenchReport;
import io.repfold.bench.Benchmark;
import io.repfold.bench.Contender;
import io.repfold.bench.Throughput;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.inputs.InputShapes;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

/** {@code repfold bench}. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Times models side by side, on the same random inputs: in ONNX Runtime, or each model on each"
          + " engine of --engine.",
      "All take turns, so that what slows the machine down slows all of them. The optimizer is on"
          + " for all, because users run models that way; TF32 is off. Name a model twice to see"
          + " how much two equal models seem to differ."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold bench model.onnx folded.onnx",
      "  repfold bench model.onnx folded.onnx --shape 1x3x512x512 --threads 1",
      "  repfold bench model.onnx folded.onnx --runs 100 --seconds 20 --json",
      "  repfold bench folded.onnx --engine ort-cpu,ort-cuda,tensorrt --batch 1,8,32",
      "  repfold bench folded.plan --engine tensorrt --streams 1,2,4 --layers"
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
      names = "--engine",
      paramLabel = "ID",
      split = ",",
      defaultValue = "ort-cpu",
      description =
          "Where the models run: ort-cpu, ort-cuda, ort-tensorrt, tensorrt, interpreter"
              + " (default: ${DEFAULT-VALUE}). Repeatable.")
  private List<String> engineIds;

  @Mixin private DeviceOption device;

  @Mixin private SessionOptions session;

  @Mixin private PluginOption plugin;

  @Option(
      names = "--batch",
      paramLabel = "N",
      split = ",",
      description = "Sizes of the first dimension of every input, one after the other. Repeatable.")
  private final List<Integer> batches = new ArrayList<>();

  @Mixin private StreamsOption streams;

  @Option(
      names = "--layers",
      description = "Also show the layers of the plans that the engine tensorrt runs.")
  private boolean layers;

  @Option(
      names = "--tf32",
      description =
          "Let GPUs round the factors of float32 products to TF32, as they do by default.")
  private boolean tf32;

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

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write all figures into a .json or .html file.")
  private @Nullable Path report;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() {
    Optional.ofNullable(report).ifPresent(ReportFiles::check);
    streams.require(engineIds);
    plugin.require(engineIds);
    requirePlans();
    List<Backend> backends = EngineChoice.of(engineIds);
    BenchOptions options = options(backends);
    session.require(backends);
    EngineOptions engineOptions = device.of(engineOptions(), backends);
    List<BatchSize> sizes = BatchSize.of(batches);
    List<Engine> engines = new ArrayList<>();
    List<Contender> contenders = new ArrayList<>();
    try (Progress progress = Progress.of("Measuring", steps(sizes))) {
      progress.next("loading");
      for (Path model : models) {
        for (Backend backend : backends) {
          Engine engine =
              backend.load(model, plugin.of(session.of(engineOptions, backend), backend));
          engines.add(engine);
          contenders.add(new Contender(label(model, backend, backends), engine));
        }
      }
      InputShapes shapes = shapes(engines);
      List<BenchTable> tables = new ArrayList<>();
      for (BatchSize size : sizes) {
        progress.next(Phrases.plural(contenders.size(), "model") + " in turn" + size.text());
        InputShapes sized = size.applied(engines, shapes);
        Map<String, HostTensor> inputs = InputShapes.random(engines.get(0), 0, sized.sizes());
        BenchReport report = Benchmark.compare(contenders, inputs, options);
        List<Throughput> throughputs = new ArrayList<>();
        for (int count : streams.numbers()) {
          progress.next(Phrases.plural(count, "stream") + size.text());
          throughputs.addAll(StreamsOption.measure(count, contenders, inputs, options));
        }
        tables.add(new BenchTable(report, sized, throughputs));
      }
      print(tables, layers ? BenchLayers.of(contenders) : List.of());
    } finally {
      engines.forEach(Engine::close);
    }
    return ExitCodes.DONE;
  }

  private int steps(List<BatchSize> sizes) {
    return 1 + sizes.size() * (1 + streams.numbers().size());
  }

  private void requirePlans() {
    if (layers && !engineIds.contains("tensorrt")) {
      throw new UsageException(
          "--layers shows the layers of plans, which the engine tensorrt runs, and %s is another"
              .formatted(engineIds.get(0)));
    }
  }

  private static String label(Path model, Backend backend, List<Backend> backends) {
    return backends.size() == 1 ? model.toString() : "%s on %s".formatted(model, backend.id());
  }

  private BenchOptions options(List<Backend> backends) {
    if (runs < 1 || !(seconds >= 0) || seconds > Duration.ofDays(1).toSeconds()) {
      throw new UsageException(
          "--runs must be at least 1 and --seconds between 0 and a day, not %d and %s"
              .formatted(runs, seconds));
    }
    BenchOptions options =
        new BenchOptions(
            BenchOptions.defaults().warmup(), runs, Duration.ofMillis(Math.round(seconds * 1000)));
    return backends.stream().allMatch(EngineChoice::isOnProcessor) ? options : options.onDevice();
  }

  private EngineOptions engineOptions() {
    if (threads < 1) {
      throw new UsageException("--threads must be at least 1, not " + threads);
    }
    EngineOptions options = EngineOptions.defaults().withThreads(threads).withTf32(tf32);
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

  private void print(List<BenchTable> tables, List<BenchLayers> plans) {
    ObjectNode root = BenchTable.json(tables);
    if (layers) {
      root.set("layers", BenchLayers.json(plans));
    }
    if (report != null) {
      ReportFiles.write(report, () -> Json.text(root), () -> page(tables));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(Json.text(root));
      out.flush();
    } else {
      tables.forEach(table -> out.println(table.text()));
      plans.forEach(plan -> out.println(plan.text(tables.get(0).report().timings())));
    }
  }

  private String page(List<BenchTable> tables) {
    String title =
        models.stream()
            .map(model -> model.getFileName().toString())
            .distinct()
            .collect(joining(", "));
    ReportPage page = new ReportPage(title, "benchmark", spec);
    tables.forEach(table -> table.addTo(page));
    return page.html();
  }
}
