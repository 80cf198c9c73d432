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

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() {
    if (threads < 1) {
      throw new UsageException("--threads must be at least 1, not " + threads);
    }
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
    PrintWriter out = spec.commandLine().getOut();
    List<String> names = evaluation.classNames();
    double[] iou = confusion.iou();
    double[] accuracy = confusion.accuracy();
    if (json) {
      ObjectNode root = Json.object();
      root.put("model", model.toString());
      root.put("images", evaluation.images());
      root.set("meanIou", Json.of(confusion.meanIou()));
      root.set("pixelAccuracy", Json.of(confusion.pixelAccuracy()));
      root.set("meanAccuracy", Json.of(confusion.meanAccuracy()));
      ObjectNode classes = root.putObject("classes");
      for (int i = 0; i < iou.length; i++) {
        ObjectNode one = classes.putObject(names.get(i));
        one.set("iou", Json.of(iou[i]));
        one.set("accuracy", Json.of(accuracy[i]));
      }
      out.print(Json.text(root));
      out.flush();
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < iou.length; i++) {
      rows.add(List.of(names.get(i), share(iou[i]), share(accuracy[i])));
    }
    rows.add(List.of("mean", share(confusion.meanIou()), share(confusion.meanAccuracy())));
    out.print(Text.table(List.of("class", ">IoU", ">accuracy"), rows));
    out.println(
        "\n%s: mIoU %s, pixel accuracy %s, on %s"
            .formatted(
                model,
                share(confusion.meanIou()),
                share(confusion.pixelAccuracy()),
                Phrases.plural(evaluation.images(), "image")));
  }

  private static String share(double value) {
    return Double.isNaN(value) ? "absent" : Phrases.fixed(value, 4);
  }
}
