package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.nets.LoadedNetwork;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.files.StagedFile;
import io.repfold.pipeline.files.TemporaryFolder;
import io.repfold.pipeline.fold.Certificate;
import io.repfold.pipeline.fold.FoldFile;
import io.repfold.pipeline.fold.FoldOutcome;
import io.repfold.runtime.VisibleText;
import io.repfold.train.Assignment;
import io.repfold.train.Deployment;
import io.repfold.weights.WeightsFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code repfold import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Puts the weights of a checkpoint into a network of 'repfold networks', and writes it folded.",
      "Reads .pth and .pt of PyTorch, .safetensors, .pdparams of Paddle and ONNX, and executes"
          + " nothing of them. Every tensor must have its place, or the exit code is 2. The folded"
          + " network is compared with the unfolded one in ONNX Runtime before it appears under its"
          + " name; if they differ, nothing is written and the exit code is 3.",
      "Without --network, the weights themselves are written, as .safetensors."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold import weights.pth --network DeepLabV3 -o model.onnx",
      "  repfold import weights.pth --network PSPNet-mmseg --args backbone=resnet101 -o model.onnx",
      "  repfold import weights.pth --network RepVGG-A0 --form train -o branches.onnx",
      "  repfold import weights.pth -o weights.safetensors"
    })
final class ImportCommand implements Callable<Integer> {
  private static final String SAFETENSORS = ".safetensors";

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "A file of weights.")
  private Path path;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The file to write: an ONNX model, or .safetensors without --network.")
  private Path output;

  @Option(
      names = "--network",
      paramLabel = "TYPE",
      description = "The network, as 'repfold networks' and arch.type of a configuration name it.")
  private @Nullable String network;

  @Option(
      names = "--args",
      arity = "1..*",
      paramLabel = "KEY=VALUE",
      description =
          "Arguments of the network, as arch.args of a configuration, such as backbone=resnet101.")
  private final List<String> arguments = new ArrayList<>();

  @Option(
      names = "--classes",
      paramLabel = "N",
      description = "How many classes there are (default: as many as the file's classifier has).")
  private @Nullable Integer classes;

  @Option(
      names = "--under",
      paramLabel = "KEY",
      description =
          "Take the weights under this key of the checkpoint, such as ema or model.state_dict.")
  private @Nullable String under;

  @Option(
      names = "--lenient",
      description =
          "Load what fits, and start anew what the file lacks; what does not fit is listed.")
  private boolean lenient;

  @Option(
      names = "--form",
      paramLabel = "FORM",
      defaultValue = "deploy",
      description =
          "deploy, which is folded and without the auxiliary output, or train, which 'start_from'"
              + " of a configuration takes (default: ${DEFAULT-VALUE}).")
  private ExportCommand.Form form;

  @Mixin private ComparisonOptions comparison;

  @Option(names = "--json", description = "Print JSON instead of text.")
  private boolean json;

  @Override
  public Integer call() {
    boolean converts = output.toString().toLowerCase(Locale.ROOT).endsWith(SAFETENSORS);
    if (converts == (network != null)) {
      throw new UsageException(
          converts
              ? "-o %s: with --network, the output is an ONNX model".formatted(output)
              : "--network says which network the weights are of; without it, -o ends in "
                  + SAFETENSORS);
    }
    checkOutput(converts);
    comparison.request();
    WeightsFile file = fitting(() -> WeightsFile.read(path, Optional.ofNullable(under)));
    return network == null ? convert(file) : build(file, network);
  }

  private void checkOutput(boolean converts) {
    if (converts) {
      StagedFile.check(output);
    } else {
      StagedFile.checkModel(output);
    }
    try {
      if (Files.exists(output) && Files.exists(path) && Files.isSameFile(output, path)) {
        throw new UsageException(
            "-o %s: is the file of weights itself, which would be lost; name another file"
                .formatted(output));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file, a network and its arguments are what a user gives. */
  private static <T> T fitting(Supplier<T> work) {
    try {
      return work.get();
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private int convert(WeightsFile file) {
    refuseOptions();
    WeightsFile.writeSafetensors(output, file.tensors());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(Json.text(read(file)));
    } else {
      tell(out, file);
      out.println("Wrote " + output);
    }
    out.flush();
    return ExitCodes.DONE;
  }

  private void refuseOptions() {
    if (!arguments.isEmpty() || classes != null || lenient) {
      throw new UsageException("--args, --classes and --lenient go with --network");
    }
  }

  private int build(WeightsFile file, String type) {
    LoadedNetwork loaded = fitting(() -> LoadedNetwork.of(file, request(type)));
    OnnxModel model = loaded.network().model();
    Optional<FoldOutcome> folded = Optional.empty();
    if (form == ExportCommand.Form.TRAIN) {
      model.write(output);
    } else {
      folded = Optional.of(fold(Deployment.inference(model)));
    }
    boolean holds = folded.map(FoldOutcome::holds).orElse(true);
    print(file, loaded, folded, holds);
    return holds ? ExitCodes.DONE : ExitCodes.DOES_NOT_HOLD;
  }

  private LoadedNetwork.Request request(String type) {
    Map<String, Object> given = new LinkedHashMap<>();
    for (String argument : arguments) {
      Assignment assignment =
          Assignment.parse(argument)
              .orElseThrow(
                  () ->
                      new UsageException(
                          "--args %s: must be key=value, such as backbone=resnet50"
                              .formatted(argument)));
      given.put(assignment.name(), assignment.plain());
    }
    OptionalInt count = classes == null ? OptionalInt.empty() : OptionalInt.of(classes);
    return new LoadedNetwork.Request(type, given, count, !lenient);
  }

  private FoldOutcome fold(OnnxModel model) {
    try (Progress progress = Progress.of("Importing", FoldFile.STEPS);
        TemporaryFolder work = TemporaryFolder.inSystemFolder()) {
      Path loaded = work.path().resolve("loaded.onnx");
      model.write(loaded);
      Path folded = work.path().resolve("folded.onnx");
      FoldOutcome outcome =
          FoldFile.of(loaded).withComparison(comparison.request()).to(folded, progress);
      if (outcome.holds()) {
        // Its certificate names a file that nobody has.
        OnnxModel.read(folded).withoutMetadata(Certificate.KEY).write(output);
      }
      return outcome;
    }
  }

  private ObjectNode read(WeightsFile file) {
    ObjectNode root = Json.object();
    root.put("input", path.toString());
    root.put("output", output.toString());
    root.put("format", file.format().toString());
    root.put("tensors", file.tensors().size());
    root.set("notes", Json.of(file.notes()));
    return root;
  }

  private void tell(PrintWriter out, WeightsFile file) {
    out.printf("%s: %s of %,d tensors%n", path, file.format(), file.tensors().size());
    file.notes().forEach(note -> out.println("  " + VisibleText.line(note)));
  }

  private void print(
      WeightsFile file, LoadedNetwork loaded, Optional<FoldOutcome> folded, boolean holds) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ObjectNode root = read(file);
      root.put("output", holds ? output.toString() : null);
      root.put("network", loaded.network().traits().architecture());
      root.put("classes", loaded.network().traits().classes());
      root.put("layout", loaded.layout());
      root.put("loaded", loaded.taken());
      root.set("differences", Json.of(loaded.notes()));
      root.set("fold", folded.map(outcome -> new FoldText(outcome).json()).orElse(null));
      out.print(Json.text(root));
      out.flush();
      return;
    }
    tell(out, file);
    out.printf(
        "%s, %,d classes: took %,d tensors, named as %s names them%n",
        loaded.network().traits().architecture(),
        loaded.network().traits().classes(),
        loaded.taken(),
        loaded.layout());
    loaded.notes().forEach(note -> out.println(Text.warning(note)));
    folded.ifPresent(
        outcome -> {
          out.println(FoldTable.totals(outcome.report().before(), outcome.report().after()));
          outcome.report().warnings().forEach(warning -> out.println(Text.warning(warning)));
          out.print(VerificationText.text(outcome.comparison()));
        });
    out.println(holds ? "Wrote " + output : "Nothing was written.");
  }
}
