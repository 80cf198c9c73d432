package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.Phrases;
import io.repfold.train.TrainConfig;
import io.repfold.train.Trainer;
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

/** {@code repfold train}. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Trains a network as a configuration says, or trains a model further.",
      "Checkpoints are ONNX files. A run that was stopped goes on with --resume as if it had not"
          + " been: on the same machine, it writes the same bytes."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold train -c config.json",
      "  repfold train -c config.json --set trainer.epochs=3 --set seed=1",
      "  repfold train model.onnx -c config.json     # starts from the model's weights",
      "  repfold train model.onnx -c config.json --head new        # for other classes",
      "  repfold train model.onnx -c config.json --quantize int8   # in 8-bit integers",
      "  repfold train --resume saved/PSPNet/11-22_06-15-00",
      "",
      "docs/training.md has every key of a configuration; samples/garments.json is one."
    })
final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description = "An ONNX file to train further, instead of the network of the configuration.")
  private @Nullable Path model;

  @Mixin private ConfigOptions config;

  @Mixin private WeightsOption weights;

  @Option(
      names = "--head",
      paramLabel = "HEAD",
      description =
          "new: the layers of MODEL that make the class scores start anew, for the classes of the"
              + " data; all others keep their weights.")
  private @Nullable String head;

  @Option(
      names = "--quantize",
      paramLabel = "PRECISION",
      description =
          "int8: round weights and activations in the forward pass, as the integers that the run"
              + " writes in the end; a float32 MODEL is folded and quantized first, on training"
              + " images.")
  private @Nullable String quantize;

  @Option(
      names = "--resume",
      paramLabel = "RUN",
      description = "Go on with the run in this folder, with its own configuration.")
  private @Nullable Path resumed;

  @Option(
      names = "--run",
      paramLabel = "FOLDER",
      description = "Where the run is written (default: save_dir/name/ and the time).")
  private @Nullable Path folder;

  @Option(
      names = "--no-check",
      description =
          "Do not compare what is trained with what ONNX Runtime makes of the file, after the first"
              + " iteration and at the end.")
  private boolean unchecked;

  @Option(names = "--json", description = "Print JSON at the end, and all else as messages.")
  private boolean json;

  @Override
  public Integer call() {
    check();
    PrintWriter lines = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
    Trainer.Outcome outcome;
    try (TrainingReport report = new TrainingReport(lines);
        Trainer trainer = trainer(report)) {
      if (!unchecked) {
        trainer.checkedBy(new WrittenModelCheck(report::warning));
      }
      outcome = trainer.run();
    }
    print(outcome);
    return ExitCodes.DONE;
  }

  private void check() {
    if (resumed != null) {
      if (model != null
          || folder != null
          || config.file().isPresent()
          || config.overrides()
          || quantize != null
          || head != null
          || weights.isGiven()) {
        throw new UsageException(
            "--resume takes everything from the run; leave out the model, -c, --set, --run, --head, --quantize and --constant-weights");
      }
    } else if (config.file().isEmpty()) {
      throw new UsageException("-c names the configuration; --resume goes on with a run");
    }
  }

  private Trainer trainer(TrainingListener listener) {
    if (resumed != null) {
      return Trainer.resume(resumed, listener);
    }
    List<String> start = new ArrayList<>();
    if (model != null) {
      start.add("start_from=" + Json.of(model.toString()));
    }
    if (weights.isGiven()) {
      start.add("train.constant_weights=true");
    }
    if (head != null) {
      start.add("head=" + Json.of(head));
    }
    if (quantize != null) {
      start.add("train.quantize=" + Json.of(quantize));
    }
    TrainConfig read = config.read(config.file().orElseThrow(), start);
    Optional<OnnxModel> quantized =
        read.learning().quantize().isPresent()
            ? Optional.of(new QuantizedStart(read, listener::message).model())
            : Optional.empty();
    return Trainer.begin(read, Optional.ofNullable(folder), quantized, listener);
  }

  private void print(Trainer.Outcome outcome) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ObjectNode root = Json.object();
      root.put("run", outcome.folder().toString());
      root.put("epochs", outcome.epochs());
      root.set("best", Json.of(outcome.best()));
      root.put("bestEpoch", outcome.bestEpoch());
      root.put("endedEarly", outcome.early());
      out.print(Json.text(root));
      out.flush();
      return;
    }
    if (outcome.early()) {
      out.println(
          "Ended early: nothing has improved since epoch %d".formatted(outcome.bestEpoch()));
    }
    String best =
        Double.isNaN(outcome.best())
            ? ""
            : ", the best figure is %s after epoch %d"
                .formatted(Phrases.fixed(outcome.best(), 4), outcome.bestEpoch());
    out.println("Trained %s%s".formatted(Phrases.plural(outcome.epochs(), "epoch"), best));
    out.println("Wrote " + outcome.folder());
  }
}
