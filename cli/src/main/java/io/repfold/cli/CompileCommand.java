package io.repfold.cli;

import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.files.StagedFile;
import io.repfold.tensorrt.PlanBuilder;
import io.repfold.tensorrt.PlanCache;
import io.repfold.tensorrt.PlanKey;
import io.repfold.tensorrt.PlanManifest;
import io.repfold.tensorrt.PlanOptions;
import io.repfold.tensorrt.PlanResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code repfold compile}. */
@Command(
    name = "compile",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Compiles a model to a TensorRT plan for the GPU of this machine.",
      "Each tensor keeps the type that the model gives it. TensorRT works in a process of its own:"
          + " if it crashes or takes too long, this command says so, with the last lines of its log."
          + " Plans are kept in a cache (REPFOLD_CACHE, or repfold in ~/.cache), and compiled again"
          + " only if the model, the options, the GPU or the versions of its software have changed.",
      "With --adopt, MODEL is a plan that somebody else compiled for this GPU, as trtexec does: it"
          + " is loaded once and gets what the engine tensorrt asks of a plan."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold compile folded.onnx -o folded.plan",
      "  repfold compile folded.onnx -o folded.plan --profile"
          + " images=1x3x64x64:1x3x512x512:8x3x1024x1024",
      "  repfold compile folded.onnx -o folded.plan --timing-cache times.bin --explain",
      "  repfold compile detector.onnx -o detector.plan --plugin liboperators.so",
      "  repfold compile --adopt theirs.engine -o mine.plan"
    })
final class CompileCommand implements Callable<Integer> {
  private static final int STEPS = 3;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "An ONNX file; with --adopt, a plan.")
  private Path model;

  @Option(
      names = "--adopt",
      description =
          "Take over a plan of somebody else. What it was compiled from is not known, so it is not"
              + " kept in the cache.")
  private boolean adopt;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The plan to write; its manifest goes beside it, as FILE.json.")
  private Path output;

  @Mixin private PlanSettings settings;

  @Option(
      names = "--device",
      paramLabel = "N",
      defaultValue = "0",
      description = "Which GPU, counted from 0 (default: 0).")
  private int device;

  @Option(
      names = "--cache",
      paramLabel = "FOLDER",
      description = "The plan cache to use in the place of the user's.")
  private @Nullable Path cacheFolder;

  @Option(
      names = "--explain",
      description = "Say whether the cache had the plan; if not, in what its nearest one differs.")
  private boolean explain;

  @Option(names = "--layers", description = "Also show the layers of the plan.")
  private boolean layers;

  @Option(names = "--json", description = "Print JSON, with all layers, instead of text.")
  private boolean json;

  @Override
  public Integer call() {
    StagedFile.check(output);
    StagedFile.check(PlanManifest.beside(output));
    if (adopt) {
      refuseOptionsForModels();
      PlanOptions options = settings.forAdopted();
      try (Progress progress = Progress.of("Taking over", 1)) {
        print(PlanBuilder.on(device).adopt(model, output, options, progress::next), List.of());
      }
      return ExitCodes.DONE;
    }
    PlanOptions options = settings.options(ModelFile.read(model));
    PlanBuilder builder = PlanBuilder.on(device);
    PlanCache cache = cacheFolder == null ? PlanCache.ofUser() : PlanCache.in(cacheFolder);
    PlanKey key = builder.key(model, options);
    List<String> explanation = cache.explain(key);
    PlanResult result;
    try (Progress progress = Progress.of("Compiling", STEPS)) {
      result = builder.buildInto(cache, model, options, progress::next);
    }
    put(result);
    print(result, explanation);
    return ExitCodes.DONE;
  }

  private void refuseOptionsForModels() {
    List<String> senseless = new ArrayList<>(PlanSettings.ONLY_FOR_MODELS);
    senseless.addAll(List.of("--cache", "--explain"));
    for (String option : senseless) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new UsageException(
            "%s says how to compile a model, and a plan that is taken over with --adopt is compiled already"
                .formatted(option));
      }
    }
  }

  /** The cache keeps its own copy. */
  private void put(PlanResult result) {
    try (StagedFile staging = StagedFile.of(output)) {
      Files.copy(result.plan(), staging.file());
      Files.writeString(PlanManifest.beside(staging.file()), result.manifest().json());
      staging.commit();
    } catch (IOException e) {
      throw new UncheckedIOException(output + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private void print(PlanResult result, List<String> explanation) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(Json.text(CompileReport.json(output, result, explanation)));
    } else {
      out.print(CompileReport.text(output, result, explain ? explanation : List.of(), layers));
    }
    out.flush();
  }
}
