package io.repfold.cli;

import io.repfold.check.JUnitXml;
import io.repfold.check.OutputReport;
import io.repfold.check.VerificationReport;
import io.repfold.graph.ElementType;
import io.repfold.pipeline.RealTypes;
import io.repfold.pipeline.compare.ComparisonRequest;
import io.repfold.pipeline.compare.ComparisonSetting;
import io.repfold.pipeline.compare.GoldenComparer;
import io.repfold.pipeline.compare.LayerComparison;
import io.repfold.pipeline.compare.ModelComparer;
import io.repfold.pipeline.compare.ModelWarnings;
import io.repfold.pipeline.compare.Verification;
import io.repfold.pipeline.files.StagedFile;
import io.repfold.pipeline.golden.GoldenOutputs;
import io.repfold.pipeline.inputs.InputFiles;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.pipeline.inputs.Samples;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.TensorInfo;
import io.repfold.runtime.VisibleText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code repfold verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Compares all outputs of two models on the same inputs in ONNX Runtime, with its optimizer"
          + " off and on; or, with --engine, on any engines.",
      "Each channel and column of an output may be off by 4 times the noise, by which the reference"
          + " differs from itself, and at most by 1e-4 of its own largest magnitude, or 4 times the"
          + " noise if that is more. Exit code 3 if the models differ.",
      "With --record, the one model's inputs and outputs go into a folder; with --replay, the one"
          + " model is compared with these."
    },
    customSynopsis = {
      "repfold verify [OPTIONS] REFERENCE CANDIDATE",
      "       repfold verify [OPTIONS] MODEL --record FOLDER",
      "       repfold verify [OPTIONS] CANDIDATE --replay FOLDER",
      "       repfold verify --certificate FOLDED --against ORIGINAL",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold verify model.onnx folded.onnx",
      "  repfold verify model.onnx folded.onnx --shape 1x3x512x512 --samples 5",
      "  repfold verify model.onnx folded.onnx --input photos/ --layers",
      "  repfold verify model.onnx folded.onnx --bisect part",
      "  repfold verify model.onnx folded.onnx --input photos/ --segmentation --report report.html",
      "  repfold verify speech.onnx folded.onnx --input sr=16000",
      "  repfold verify model.onnx folded.onnx --junit-xml report.xml",
      "  repfold verify model.onnx model.onnx --reference-engine interpreter --engine ort-cpu",
      "  repfold verify model.onnx half.onnx --agreement 0.999 --engine ort-cuda,tensorrt",
      "  repfold verify model.onnx --record golden",
      "  repfold verify folded.onnx --replay golden",
      "  repfold verify --certificate folded.onnx --against model.onnx"
    })
final class VerifyCommand implements Callable<Integer> {
  private static final Map<String, String> NEEDS =
      Map.of("--excuse", "--layers", "--time-limit", "--isolate", "--memory-limit", "--isolate");

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "REFERENCE",
      description = "The model to compare with; the only one with --record or --replay.")
  private @Nullable Path first;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "CANDIDATE",
      description = "The model that is judged.")
  private @Nullable Path second;

  @Mixin private GoldenOptions golden;

  @Mixin private CertificateOptions certificate;

  @Option(
      names = "--input",
      paramLabel = "FILE|NAME=NUMBER",
      converter = InputArgument.Converter.class,
      description =
          "Inputs instead of random ones: a .npy file or an image (PNG, JPEG; normalized as the"
              + " model's metadata tell, or else with ImageNet's mean and deviation; raw for uint8) for the only"
              + " input, a .npz file for inputs by name, or a folder of these. NAME=NUMBER"
              + " (or true, false) gives an input of one element its value at every run, in both"
              + " models if both have it; a folder of such a name takes a / at its end."
              + " Repeatable.")
  private final List<InputArgument> arguments = new ArrayList<>();

  @Mixin private ShapeOption shape;

  @Mixin private ComparisonOptions options;

  @Option(
      names = "--engine",
      paramLabel = "ID",
      split = ",",
      description =
          "Where the candidate runs, its optimizer on: ort-cpu, ort-cuda, ort-tensorrt, tensorrt,"
              + " interpreter; TF32 is off. Repeatable.")
  private final List<String> engines = new ArrayList<>();

  @Option(
      names = "--reference-engine",
      paramLabel = "ID",
      description = "Where the reference runs, its optimizer off (default with --engine: ort-cpu).")
  private @Nullable String referenceEngine;

  @Mixin private DeviceOption device;

  @Mixin private SessionOptions session;

  @Mixin private PluginOption plugin;

  @Option(
      names = "--layers",
      description =
          "Also compare every tensor that both models name, in order, and name the first that"
              + " differs.")
  private boolean layers;

  @Option(
      names = "--segmentation",
      description =
          "Also compare the masks of outputs that segment images (scores [N, C, H, W], labels of an"
              + " ArgMax): the IoU of each class, the pixels that changed near borders and elsewhere,"
              + " beyond what rounding explains, and the largest piece of them.")
  private boolean segmentation;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description =
          "Write a report, as JSON or as a page by the name's ending (.json, .html). Repeatable.")
  private final List<Path> reports = new ArrayList<>();

  @Mixin private BisectOption bisect;

  @Mixin private AnnotationsOption annotations;

  @Mixin private IsolationOptions isolation;

  @Option(
      names = "--excuse",
      paramLabel = "TENSOR",
      description = "With --layers, a tensor that may differ. Repeatable.")
  private final List<String> excused = new ArrayList<>();

  @Option(
      names = "--junit-xml",
      paramLabel = "FILE",
      description = "Write the result for build servers.")
  private @Nullable Path junitXml;

  @Option(
      names = "--json",
      arity = "0..1",
      paramLabel = "FILE.json",
      parameterConsumer = JsonTarget.Consumer.class,
      description = "Print JSON instead of a table, or write it into a file beside the table.")
  private @Nullable JsonTarget json;

  @Override
  public Integer call() throws IOException {
    Optional<Path> jsonFile = Optional.ofNullable(json).flatMap(JsonTarget::file);
    int models = (first == null ? 0 : 1) + (second == null ? 0 : 1);
    Optional<Integer> checked = certificate.run(spec, models);
    if (checked.isPresent()) {
      return checked.get();
    }
    OptionNeeds.require(spec, NEEDS);
    golden.check(spec, models);
    Optional<Integer> isolated = isolation.run(spec, List.of(models()));
    if (isolated.isPresent()) {
      return isolated.get();
    }
    jsonFile.ifPresent(StagedFile::check);
    Optional.ofNullable(junitXml).ifPresent(StagedFile::check);
    reports.forEach(ReportFiles::check);
    bisect.check();
    if (golden.replay().isPresent()) {
      return replayed(golden.replay().get());
    }
    InputValues values =
        NamedValue.all(arguments.stream().flatMap(a -> a.value().stream()).toList());
    SampleSource inputs = values.in(this::inputs);
    List<ComparisonSetting> settings =
        settings().stream().map(setting -> setting.with(values)).toList();
    values.requireIn(models());
    if (golden.record().isPresent()) {
      return recorded(golden.record().get(), inputs, values, settings.get(0));
    }
    Verification verification;
    Optional<LayerComparison> byLayer;
    ComparisonRequest request = options.request().withSegmentation(segmentation);
    int steps = 1 + settings.size() + (layers ? 1 : 0);
    try (Progress progress = Progress.of("Verifying", steps)) {
      verification =
          ModelComparer.compare(
              reference(), candidate(), inputs, request.withInputs(values), settings, progress);
      if (layers) {
        progress.next("layer by layer");
      }
      byLayer =
          layers
              ? Optional.of(
                  LayerComparison.run(
                      reference(), candidate(), inputs, values, request.tolerance()))
              : Optional.empty();
    }
    boolean holds =
        verification.holds() && byLayer.map(l -> l.holds(Set.copyOf(excused))).orElse(true);
    show(outcome(reference(), holds, verification, byLayer));
    annotations.print(candidate().toString(), holds, verification, beside());
    bisect.run(holds, reference(), candidate(), inputs, values, request.tolerance(), beside());
    return holds ? ExitCodes.DONE : ExitCodes.DOES_NOT_HOLD;
  }

  /**
   * @param comparedWith a model, or a folder of golden outputs
   */
  private VerifyOutcome outcome(
      Path comparedWith,
      boolean holds,
      Verification verification,
      Optional<LayerComparison> byLayer) {
    return new VerifyOutcome(
        comparedWith, candidate(), holds, verification, byLayer, ModelWarnings.of(models()));
  }

  private void show(VerifyOutcome outcome) throws IOException {
    if (junitXml != null) {
      JUnitXml.write(
          junitXml,
          "repfold verify " + candidate(),
          merged(outcome.verification()),
          outcome.warnings());
    }
    reports.forEach(
        report -> ReportFiles.write(report, outcome::json, () -> VerifyPage.of(outcome)));
    print(outcome);
  }

  /** For what is no part of the JSON that may be printed. */
  private PrintWriter beside() {
    boolean jsonOnly = json != null && json.file().isEmpty();
    return jsonOnly ? spec.commandLine().getErr() : spec.commandLine().getOut();
  }

  /** The first model; there is one, as {@link GoldenOptions} asks for it. */
  private Path reference() {
    return Objects.requireNonNull(first, "REFERENCE is checked before");
  }

  /** The second model, or the only one. */
  private Path candidate() {
    return second == null ? reference() : second;
  }

  private Path[] models() {
    return second == null ? new Path[] {reference()} : new Path[] {reference(), second};
  }

  private int recorded(
      Path folder, SampleSource inputs, InputValues values, ComparisonSetting setting) {
    ComparisonRequest request = options.request().withInputs(values);
    if (!spec.commandLine().getParseResult().hasMatchedOption("--budget")) {
      request = request.withBudget(Double.POSITIVE_INFINITY);
    }
    GoldenComparer.Recorded recorded;
    try (Progress progress = Progress.of("Recording", GoldenComparer.RECORDING_STEPS)) {
      recorded = GoldenComparer.record(reference(), inputs, request, setting, folder, progress);
    }
    List<String> warnings = ModelWarnings.of(reference());
    PrintWriter out = spec.commandLine().getOut();
    Optional<Path> file = Optional.ofNullable(json).flatMap(JsonTarget::file);
    String text = Json.text(GoldenText.json(recorded, folder, warnings));
    file.ifPresent(path -> StagedFile.write(path, text));
    if (json != null && file.isEmpty()) {
      out.print(text);
    } else {
      warnings.forEach(warning -> out.println(Text.warning(warning)));
      out.println(GoldenText.summary(recorded, folder));
    }
    out.flush();
    return ExitCodes.DONE;
  }

  private int replayed(Path folder) throws IOException {
    GoldenOutputs outputs = GoldenOutputs.read(folder);
    List<ComparisonSetting> settings = settings();
    Verification verification;
    try (Progress progress = Progress.of("Verifying", settings.size())) {
      verification =
          GoldenComparer.replay(
              folder.toString(),
              outputs,
              reference(),
              options.request(outputs.tolerance()),
              settings,
              progress);
    }
    show(outcome(folder, verification.holds(), verification, Optional.empty()));
    annotations.print(reference().toString(), verification.holds(), verification, beside());
    return verification.holds() ? ExitCodes.DONE : ExitCodes.DOES_NOT_HOLD;
  }

  private List<ComparisonSetting> settings() {
    String cpu = Backends.onnxRuntimeCpu().id();
    List<String> ids = new ArrayList<>(engines.isEmpty() ? List.of(cpu) : engines);
    ids.add(referenceEngine == null ? cpu : referenceEngine);
    plugin.require(ids);
    Backend first =
        EngineChoice.of("--reference-engine", referenceEngine == null ? cpu : referenceEngine);
    List<Backend> candidates = EngineChoice.of(engines.isEmpty() ? List.of(cpu) : engines);
    List<Backend> all = new ArrayList<>(candidates);
    all.add(first);
    session.require(all);
    EngineOptions engineOptions = device.of(EngineOptions.defaults(), all);
    if (engines.isEmpty() && referenceEngine == null) {
      return ComparisonSetting.optimizerOffAndOn(session.of(engineOptions, first));
    }
    Function<Backend, EngineOptions> own =
        backend -> plugin.of(session.of(engineOptions, backend), backend);
    return golden.replay().isPresent()
        ? ComparisonSetting.besideGolden(candidates, own)
        : ComparisonSetting.engines(first, candidates, own);
  }

  private Samples inputs(Engine engine) {
    List<String> names = engine.inputs().stream().map(TensorInfo::name).toList();
    var shapes = shape.of(engine.name(), names);
    ComparisonRequest request = options.request();
    List<Path> files =
        arguments.stream().filter(a -> a.value().isEmpty()).map(InputArgument::file).toList();
    SampleSource source =
        files.isEmpty()
            ? SampleSource.of(shapes, request.samples(), request.seed(), request.sweeps())
            : InputFiles.of(files, shapes);
    return source.of(engine);
  }

  /** Both runs as one report, for a format that knows one. */
  private static VerificationReport merged(Verification verification) {
    VerificationReport first = verification.runs().get(0).report();
    List<OutputReport> outputs = new ArrayList<>();
    for (Verification.Run run : verification.runs()) {
      for (OutputReport output : run.report().outputs()) {
        outputs.add(output.withName("%s, %s".formatted(output.name(), run.setting())));
      }
    }
    return new VerificationReport(
        first.reference(), first.candidate(), first.samples(), first.tolerance(), outputs);
  }

  /** That a CPU hides overflows, where it alone ran a candidate in half precision. */
  private Optional<String> hiddenOverflow() {
    List<String> ran = settings().stream().map(setting -> setting.candidate().id()).toList();
    String cpu = Backends.onnxRuntimeCpu().id();
    if (!ran.stream().allMatch(cpu::equals)
        || !RealTypes.in(candidate()).contains(ElementType.FLOAT16)) {
      return Optional.empty();
    }
    return Optional.of(
        "%s holds float16 values, which %s computes in float32: an overflow does not show there, and does with --engine interpreter"
            .formatted(candidate(), Backends.onnxRuntimeCpu().name()));
  }

  private void print(VerifyOutcome outcome) {
    PrintWriter out = spec.commandLine().getOut();
    if (json != null) {
      if (json.file().isEmpty()) {
        out.print(outcome.json());
        out.flush();
        return;
      }
      StagedFile.write(json.file().get(), outcome.json());
    }
    Verification verification = outcome.verification();
    outcome
        .layers()
        .ifPresent(
            l -> {
              out.println(Text.table(VerificationText.layerHeadings(), VerificationText.rows(l)));
              out.println(VisibleText.line(l.summary()) + "\n");
            });
    out.println(Text.table(VerificationText.headings(), VerificationText.rows(verification)));
    if (segmentation) {
      out.println(SegmentationText.text(verification));
    }
    VerificationText.remarks(verification).forEach(out::println);
    hiddenOverflow().ifPresent(out::println);
    outcome.warnings().forEach(warning -> out.println(Text.warning(warning)));
    out.println(VerificationText.summary(verification));
  }
}
