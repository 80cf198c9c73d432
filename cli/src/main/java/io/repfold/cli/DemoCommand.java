package io.repfold.cli;

import com.fasterxml.jackson.databind.node.TextNode;
import io.repfold.bench.BenchOptions;
import io.repfold.bench.BenchReport;
import io.repfold.bench.Benchmark;
import io.repfold.bench.Contender;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.files.StagedFile;
import io.repfold.pipeline.files.TemporaryFolder;
import io.repfold.pipeline.fold.FoldFile;
import io.repfold.pipeline.fold.FoldOutcome;
import io.repfold.pipeline.inputs.InputShapes;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.train.Deployment;
import io.repfold.train.RunFolder;
import io.repfold.train.TrainConfig;
import io.repfold.train.Trainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
    description = {
      "Trains a small segmentation network of Rep blocks on the garments in samples/, folds it,"
          + " verifies and times the result, and shows both at work on images that it was not"
          + " trained on.",
      "Takes about two minutes on two cores."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  repfold demo", "  repfold demo --set arch.args.repconv=dbb --folder dbb-demo"})
final class DemoCommand implements Callable<Integer> {
  private static final String SAMPLES = "repfold.samples";
  private static final int SIZE = 96;

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
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Set one value of the training's configuration, such as trainer.epochs=4. Repeatable.")
  private final List<String> overrides = new ArrayList<>();

  @Mixin private ComparisonOptions comparison;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    TrainConfig config = config(samples());
    Files.createDirectories(folder);
    DemoTraining training = train(config, out);

    Path trained = folder.resolve("trained.onnx");
    Deployment.inference(OnnxModel.read(training.weights())).write(trained);
    say(out, "\nFolding what was trained:\n");
    FoldOutcome fold = fold(trained);
    say(out, new FoldText(fold).text(false));
    if (!fold.holds()) {
      return ExitCodes.DOES_NOT_HOLD;
    }
    Path folded = folder.resolve("folded.onnx");

    DemoMasks masks = DemoMasks.find(config, trained, folded, comparison.request());
    say(out, masks.text());
    List<DemoPage.Bench> benches = new ArrayList<>();
    for (boolean optimized : new boolean[] {false, true}) {
      DemoPage.Bench bench = measure(trained, folded, optimized);
      say(out, "\n" + bench.heading() + ":\n\n" + bench.table().text());
      benches.add(bench);
    }
    DemoPage page = new DemoPage(training, fold, masks, benches);
    StagedFile.write(folder.resolve("report.html"), page.html());
    StagedFile.write(folder.resolve("masks.png"), MaskGrid.png(masks.picture()));
    say(out, "\n" + page.summary());
    say(
        out,
        "Wrote report.html, masks.png, trained.onnx, folded.onnx and run into " + folder + "\n");
    return masks.hold() ? ExitCodes.DONE : ExitCodes.DOES_NOT_HOLD;
  }

  private static void say(PrintWriter out, String text) {
    out.println(text);
    out.flush();
  }

  private static Path samples() {
    Path samples = Path.of(System.getProperty(SAMPLES, "samples"));
    if (!Files.isRegularFile(samples.resolve("garments.json"))) {
      throw new WorkFailedException(
          "%s: there is no garments.json; start the demo in repfold's own folder, or with its launcher"
              .formatted(samples.toAbsolutePath()));
    }
    return samples;
  }

  private TrainConfig config(Path samples) {
    String data = TextNode.valueOf(samples.resolve("garments").toString()).toString();
    List<String> all = new ArrayList<>();
    for (String loader : List.of("train_loader", "val_loader")) {
      all.add("%s.args.data_dir=%s".formatted(loader, data));
    }
    all.addAll(overrides);
    return TrainConfig.read(samples.resolve("garments.json"), all);
  }

  private DemoTraining train(TrainConfig config, PrintWriter out) {
    Path run = folder.resolve("run");
    if (RunFolder.isRun(run)) {
      TemporaryFolder.delete(run);
    }
    try (TrainingReport report = new TrainingReport(out);
        DemoTraining.Recorder recorder = new DemoTraining.Recorder(report);
        Trainer trainer = Trainer.begin(config, Optional.of(run), recorder)) {
      trainer.run();
      return recorder.training(RunFolder.open(run).weights(true));
    }
  }

  private FoldOutcome fold(Path trained) {
    try (Progress progress = Progress.of("Folding", FoldFile.STEPS)) {
      return FoldFile.of(trained)
          .withComparison(comparison.request())
          .to(folder.resolve("folded.onnx"), progress);
    }
  }

  private DemoPage.Bench measure(Path trained, Path folded, boolean optimized) {
    EngineOptions defaults = EngineOptions.defaults().withThreads(1);
    EngineOptions options = optimized ? defaults : defaults.withoutOptimizer();
    try (Progress progress = Progress.of("Measuring", 1);
        Engine first = Backends.onnxRuntimeCpu().load(trained, options);
        Engine second = Backends.onnxRuntimeCpu().load(folded, options)) {
      progress.next("both in turn");
      InputShapes shapes =
          InputShapes.find(
              first, Map.of(first.inputs().get(0).name(), new long[] {1, 3, SIZE, SIZE}));
      BenchReport report =
          Benchmark.compare(
              List.of(new Contender("trained", first), new Contender("folded", second)),
              InputShapes.random(first, 0, shapes.sizes()),
              new BenchOptions(5, 5, Duration.ofMillis(Math.round(seconds * 1000))));
      return new DemoPage.Bench(optimized, new BenchTable(report, shapes));
    }
  }
}
