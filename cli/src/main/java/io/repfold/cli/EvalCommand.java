package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.pipeline.Phrases;
import io.repfold.train.ConfusionMatrix;
import io.repfold.train.Evaluation;
import io.repfold.train.RunFolder;
import io.repfold.train.TrainConfig;
import io.repfold.train.TrainingListener;
import java.io.PrintWriter;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code repfold eval}. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Measures a run's best weights, or a model, on the validation data of a configuration: those of"
          + " val_loader, or without one what val_split holds out of train_loader.",
      "Both run in ONNX Runtime, so that what was trained and what is deployed are measured alike."
          + " The figures are counted over all pixels; a class that does not occur has none."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold eval saved/PSPNet/11-22_06-15-00",
      "  repfold eval deployed.onnx -c config.json --split val",
      "  repfold eval deployed.onnx -c config.json --whole --json"
    })
final class EvalCommand implements Callable<Integer> {
  private static final List<String> HEADINGS = List.of("class", ">IoU", ">accuracy");

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "The folder of a run, or an ONNX file.")
  private Path path;

  @Mixin private ConfigOptions config;

  @Mixin private CheckpointOption checkpoint;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "Another list of examples of the same data.")
  private @Nullable String split;

  @Option(
      names = "--whole",
      description = "Measure whole images, each at its own size, instead of their center.")
  private boolean whole;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that one run may use (default: all processors).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write all figures into a .json or .html file.")
  private @Nullable Path report;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() {
    if (threads < 1) {
      throw new UsageException("--threads must be at least 1, not " + threads);
    }
    Optional.ofNullable(report).ifPresent(ReportFiles::check);
    Path model = checkpoint.model(path);
    try (Evaluation evaluation =
            Evaluation.open(configuration(), Optional.ofNullable(split), whole);
        OnnxPredictor predictor =
            OnnxPredictor.load(model, evaluation.classNames().size(), threads);
        Progress progress = Progress.of("Measuring", evaluation.batches())) {
      ConfusionMatrix confusion = evaluation.run(predictor, listener(progress));
      print(model, evaluation, confusion);
    }
    return ExitCodes.DONE;
  }

  private TrainConfig configuration() {
    if (config.file().isPresent()) {
      return config.read(config.file().get(), List.of());
    }
    if (!RunFolder.isRun(path)) {
      throw new UsageException("-c names the configuration whose data to measure on");
    }
    return config.read(RunFolder.open(path).configFile(), List.of());
  }

  private static TrainingListener listener(Progress progress) {
    return new TrainingListener() {
      @Override
      public void validating(int batch, int batches) {
        progress.next("batch %d of %d".formatted(batch, batches));
      }
    };
  }

  private void print(Path model, Evaluation evaluation, ConfusionMatrix confusion) {
    String document = Json.text(json(model, evaluation, confusion));
    List<List<String>> rows = rows(evaluation.classNames(), confusion);
    String summary =
        "mIoU %s, pixel accuracy %s, on %s"
            .formatted(
                share(confusion.meanIou()),
                share(confusion.pixelAccuracy()),
                Phrases.plural(evaluation.images(), "image"));
    if (report != null) {
      ReportFiles.write(report, () -> document, () -> page(model, evaluation, confusion, summary));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(document);
      out.flush();
      return;
    }
    out.print(Text.table(HEADINGS, rows));
    out.println("\n%s: %s".formatted(model, summary));
  }

  private static List<List<String>> rows(List<String> names, ConfusionMatrix confusion) {
    double[] iou = confusion.iou();
    double[] accuracy = confusion.accuracy();
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < iou.length; i++) {
      rows.add(List.of(names.get(i), share(iou[i]), share(accuracy[i])));
    }
    rows.add(List.of("mean", share(confusion.meanIou()), share(confusion.meanAccuracy())));
    return rows;
  }

  private static ObjectNode json(Path model, Evaluation evaluation, ConfusionMatrix confusion) {
    double[] iou = confusion.iou();
    double[] accuracy = confusion.accuracy();
    ObjectNode root = Json.object();
    root.put("model", model.toString());
    root.put("images", evaluation.images());
    root.set("meanIou", Json.of(confusion.meanIou()));
    root.set("pixelAccuracy", Json.of(confusion.pixelAccuracy()));
    root.set("meanAccuracy", Json.of(confusion.meanAccuracy()));
    ObjectNode classes = root.putObject("classes");
    for (int i = 0; i < iou.length; i++) {
      ObjectNode one = classes.putObject(evaluation.classNames().get(i));
      one.set("iou", Json.of(iou[i]));
      one.set("accuracy", Json.of(accuracy[i]));
    }
    return root;
  }

  /** With the confusion matrix, a row for each true class. */
  private String page(
      Path model, Evaluation evaluation, ConfusionMatrix confusion, String summary) {
    List<String> names = evaluation.classNames();
    ReportPage page = new ReportPage(String.valueOf(model.getFileName()), "measurement", spec);
    page.table("Classes", List.of(summary), HEADINGS, rows(names, confusion));
    List<String> headings = new ArrayList<>(List.of("true class"));
    names.forEach(name -> headings.add(">" + name));
    List<List<String>> counts = new ArrayList<>();
    for (int truth = 0; truth < names.size(); truth++) {
      List<String> row = new ArrayList<>(List.of(names.get(truth)));
      for (int found = 0; found < names.size(); found++) {
        row.add(Phrases.count(confusion.count(truth, found)));
      }
      counts.add(row);
    }
    page.table("Confusion", List.of("Pixels, by the class that was found."), headings, counts);
    return page.html();
  }

  private static String share(double value) {
    return Double.isNaN(value) ? "absent" : Phrases.fixed(value, 4);
  }
}
