package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.graph.Listing;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.convert.RiskForecast;
import io.repfold.pipeline.fold.FoldPlan;
import io.repfold.runtime.PlanNames;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code repfold inspect}. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Shows what is in a model, what of it can be folded, and what stands in the way elsewhere.",
      "Of a TensorRT plan (.plan, .engine, .trt), shows what its manifest says, and whether the file"
          + " is as it was compiled; exit code 3 if not. That needs no GPU."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold inspect model.onnx",
      "  repfold inspect model.onnx --shape 1x3x224x224 --nodes",
      "  repfold inspect trained.onnx --risk     # a forecast of what float16 and int8 do to blocks",
      "  repfold inspect trained.onnx --risk --data photos/     # and what int8 does, measured",
      "  repfold inspect deployed.onnx --check   # exit code 3 if anything could still be folded"
    })
final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "An ONNX file, or a plan.")
  private Path path;

  @Mixin private ShapeOption shape;

  @Mixin private WeightsOption weights;

  @Option(
      names = "--check",
      description =
          "End with exit code 3 if anything could still be folded, or callers may override weights.")
  private boolean check;

  @Option(
      names = "--nodes",
      description = "Also show each node, with its multiply-adds; of a plan, each layer.")
  private boolean nodes;

  @Option(names = "--listing", description = "Print the graph as text, and nothing else.")
  private boolean listing;

  @Option(
      names = "--risk",
      description =
          "Also forecast from its weights what float16 and int8 will do to each block once it is"
              + " folded, and what may help. With --data, also measure what int8 costs each block.")
  private boolean risk;

  @Mixin private SampleOptions samples;

  @Option(names = "--verbose", description = "Show all regions, reasons and nodes.")
  private boolean verbose;

  @Option(names = "--json", description = "Print JSON instead of tables.")
  private boolean json;

  @Override
  public Integer call() {
    if (samples.request().given() && !risk) {
      throw new UsageException("--data and --random go with --risk: what they measure is in it");
    }
    if (PlanNames.isOne(path)) {
      return inspectPlan();
    }
    try (Progress progress = Progress.of("Inspecting", 1)) {
      progress.next(path.toString());
      ModelFile file = weights.read(path);
      Inspection inspection = new Inspection(FoldPlan.of(file, shape.of(file)));
      print(inspection, risk ? file.with(() -> forecast(inspection)) : RiskForecast.NONE);
      boolean foldable =
          !inspection.plan().folded().isEmpty() || file.overridableWeights().isPresent();
      return check && foldable ? ExitCodes.DOES_NOT_HOLD : ExitCodes.DONE;
    }
  }

  private int inspectPlan() {
    for (String option :
        List.of("--check", "--constant-weights", "--listing", "--risk", "--shape", "--verbose")) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new UsageException(
            "%s goes with an ONNX file, and %s is a plan by its name".formatted(option, path));
      }
    }
    PlanInspection inspection = PlanInspection.of(path);
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? Json.text(inspection.json()) : inspection.text(nodes));
    out.flush();
    return inspection.damage().isEmpty() ? ExitCodes.DONE : ExitCodes.DOES_NOT_HOLD;
  }

  private RiskForecast forecast(Inspection inspection) {
    ModelFile file = inspection.file();
    return RiskForecast.of(file, inspection.graph(), shape.of(file), samples.request());
  }

  private void print(Inspection inspection, RiskForecast forecast) {
    PrintWriter out = spec.commandLine().getOut();
    if (listing) {
      out.print(Listing.of(inspection.graph(), inspection.types()));
    } else if (json) {
      ObjectNode root = (ObjectNode) inspection.json(nodes);
      if (risk) {
        root.set("risk", RiskTable.json(forecast));
      }
      out.print(Json.text(root));
    } else {
      out.print(inspection.text(nodes, verbose));
      out.print(risk ? "\n" + RiskTable.of(forecast, verbose) : "");
    }
    out.flush();
  }
}
