package io.repfold.pipeline.compare;

import io.repfold.check.ChannelAxes;
import io.repfold.check.Criteria;
import io.repfold.check.OutputWatcher;
import io.repfold.check.ReferenceOutputs;
import io.repfold.check.Tolerance;
import io.repfold.check.VerificationReport;
import io.repfold.check.Verifier;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.pipeline.inputs.Samples;
import io.repfold.pipeline.interpreter.InterpreterBackend;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One comparison of two models, on its way. */
final class ModelComparison {
  /** Units that a model may be off at most where it computes in narrower numbers than float32. */
  private static final double MOST_UNITS = 20;

  private final Path reference;
  private final Path candidate;
  private final SampleSource inputs;
  private final ComparisonRequest request;
  private final ReferenceModel known;
  private final Steps steps;

  private final ScoresBehindLabels scores;
  private final List<String> notes = new ArrayList<>();
  private final List<Verification.Run> runs = new ArrayList<>();

  ModelComparison(
      Path reference,
      Path candidate,
      SampleSource inputs,
      ComparisonRequest request,
      ReferenceModel known,
      Steps steps) {
    this.reference = reference;
    this.candidate = candidate;
    this.inputs = inputs;
    this.request = request;
    this.known = known;
    this.steps = steps;
    this.scores = ScoresBehindLabels.of(reference, known.graph(), candidate);
  }

  Verification of(List<ComparisonSetting> settings) {
    ComparisonSetting first = settings.get(0);
    steps.next("running the reference");
    ReferenceRun run;
    try (Engine engine = load(reference, first.reference(), first.referenceOptions())) {
      run = ReferenceRun.of(engine, inputs.of(engine), request.budget());
    } catch (EngineException e) {
      return inInterpreter(first, e);
    }
    requireSegments(run.outputs());
    ReferenceOutputs expected = run.outputs().withUnit(known.unit());
    Optional<ReferenceOutputs> optimized = Optional.empty();
    boolean optimizerFails = false;
    if (isCpu(first.reference())) {
      try (Engine other = load(reference, first.reference(), againOptions(settings))) {
        optimized = Optional.of(run.again(other));
        expected = expected.withNoiseOf(optimized.get(), known.axes());
      } catch (EngineException e) {
        optimizerFails = true;
        notes.add(
            "ONNX Runtime's optimizer fails on the reference, which it runs without: %s"
                .formatted(e.getMessage()));
      }
      List<Map<String, HostTensor>> exact =
          known.exactly(
              run,
              Math.max(1, request.budget()),
              () -> load(reference, interpreter(), EngineOptions.defaults()));
      expected = expected.withExact(exact, known.axes());
    }
    for (ComparisonSetting setting : settings) {
      steps.next("comparing, " + setting.name());
      compare(setting, first, expected, optimized, optimizerFails);
    }
    RandomOps.remark(known.graph()).ifPresent(notes::add);
    return new Verification(runs, run.description(), run.chosen(), notes);
  }

  /**
   * How the same engine runs the reference in another way; a large one without a second copy of its
   * weights in the kernels' order.
   */
  private EngineOptions againOptions(List<ComparisonSetting> settings) {
    EngineOptions options = optimizing(settings);
    return known.isLarge() ? options.withSessionOption("session.disable_prepacking", "1") : options;
  }

  private static EngineOptions optimizing(List<ComparisonSetting> settings) {
    return settings.stream()
        .filter(ComparisonSetting::optimizesCandidateOnCpu)
        .map(ComparisonSetting::candidateOptions)
        .findFirst()
        .orElseGet(EngineOptions::defaults);
  }

  /** A plan may have been compiled with TF32, whatever the options of this comparison say. */
  private Engine load(Path model, Backend backend, EngineOptions options) {
    return checked(scores.load(model, backend, options), options);
  }

  /** Likewise, of a file as it is. */
  static Engine loadPlain(Path model, Backend backend, EngineOptions options) {
    return checked(backend.load(model, options), options);
  }

  private static Engine checked(Engine engine, EngineOptions options) {
    if (engine.options().tf32() && !options.tf32()) {
      engine.close();
      throw PipelineException.work(
          "%s: was compiled withTf32, which moves outputs by about 1e-3 of their magnitude; compile it without to compare it"
              .formatted(engine.name()));
    }
    return engine;
  }

  static boolean isCpu(Backend backend) {
    return backend.id().equals(Backends.onnxRuntimeCpu().id());
  }

  /** With the same values for inputs as the other engines. */
  private Backend interpreter() {
    return request.inputs().in(InterpreterBackend.inDouble());
  }

  private void compare(
      ComparisonSetting setting,
      ComparisonSetting first,
      ReferenceOutputs plain,
      Optional<ReferenceOutputs> optimized,
      boolean optimizerFails) {
    ReferenceOutputs expected =
        setting.hasReferenceOf(first)
            ? plain
            : optimized.map(o -> plain.withOutputsOf(o)).orElse(plain);
    try (Engine engine = load(candidate, setting.candidate(), setting.candidateOptions())) {
      requireInputs(expected.inputs().get(0), engine);
      Criteria criteria = criteria(setting);
      SegmentationWatch watch =
          new SegmentationWatch(known.axes(), scores.byOutput(), criteria.tolerance());
      OutputWatcher watcher = request.segmentation() ? watch : OutputWatcher.NOBODY;
      VerificationReport report = verified(expected, engine, criteria, watcher);
      runs.add(new Verification.Run(setting.name(), report, watch.outputs()));
    } catch (EngineException e) {
      if (!setting.optimizesCandidateOnCpu() || runs.isEmpty()) {
        throw e;
      }
      if (!optimizerFails) {
        String reason =
            "ONNX Runtime's optimizer fails on the candidate, which it runs without, and not on the reference: "
                + e.getMessage();
        runs.add(
            new Verification.Run(
                setting.name(),
                Verifier.failed(expected, candidate.toString(), request.tolerance(), reason)));
      }
    }
  }

  private void requireInputs(Map<String, HostTensor> given, Engine engine) {
    List<String> taken = engine.inputs().stream().map(TensorInfo::name).toList();
    if (!given.keySet().equals(new HashSet<>(taken))) {
      throw PipelineException.request(
          "%s takes the inputs %s, and %s takes %s: models with other inputs cannot be compared"
              .formatted(reference, List.copyOf(given.keySet()), candidate, taken));
    }
  }

  private void requireSegments(ReferenceOutputs outputs) {
    Map<String, HostTensor> first = outputs.outputs().get(0);
    if (request.segmentation()
        && !SegmentationWatch.segments(first, known.axes(), scores.byOutput())) {
      throw PipelineException.request(
          "withSegmentation: %s has no output of scores of images, [N, C, H, W] with 2 classes or more, or of labels of an ArgMax of these; it gives %s; leave it out"
              .formatted(reference, first));
    }
  }

  static VerificationReport verified(
      ReferenceOutputs expected, Engine engine, Criteria criteria, OutputWatcher watcher) {
    try {
      return Verifier.verify(expected, engine, criteria, watcher);
    } catch (IllegalArgumentException e) {
      throw PipelineException.request(String.valueOf(e.getMessage()), e);
    }
  }

  private Criteria criteria(ComparisonSetting setting) {
    boolean exactly = isInterpreter(setting.reference()) && isInterpreter(setting.candidate());
    boolean explains =
        exactly || (isCpu(setting.reference()) && isNoiseKnownOf(setting.candidate()));
    return criteria(request, known, known.unit(), explains)
        .withScores(scores.byOutput())
        .withFloors(known.floors());
  }

  /** What rounding explains is known of the CPU only. */
  static boolean isNoiseKnownOf(Backend candidate) {
    return isCpu(candidate) || isInterpreter(candidate);
  }

  /**
   * @param known of the reference, or of a model with its outputs
   * @param unit in which it computes
   * @param explains whether it is known what rounding explains
   */
  static Criteria criteria(
      ComparisonRequest request, ReferenceModel known, double unit, boolean explains) {
    Tolerance tolerance = request.tolerance();
    if (tolerance.noise().isPresent()) {
      double most = Math.max(tolerance.relative(), MOST_UNITS * unit);
      tolerance = tolerance.withRelative(most);
      tolerance = explains ? tolerance : tolerance.withoutNoise();
    }
    boolean classes = request.segmentation();
    ChannelAxes axes = classes ? new ChannelAxes(known.axes().byOutput()) : known.axes();
    return new Criteria(tolerance)
        .withAxes(axes)
        .withDecider(new MeaningDecider(known.meanings(), request.threshold()))
        .withAllowed(request.allowed());
  }

  private static boolean isInterpreter(Backend backend) {
    return backend.id().equals(InterpreterBackend.inDouble().id());
  }

  /** Compares in the interpreter what ONNX Runtime has no kernels for. */
  private Verification inInterpreter(ComparisonSetting setting, EngineException failure) {
    if (!failure.isNoKernel() || !isCpu(setting.reference()) || known.graph().isEmpty()) {
      throw failure;
    }
    Backend interpreter = interpreter();
    ReferenceRun run;
    try (Engine engine = load(reference, interpreter, EngineOptions.defaults())) {
      Samples samples = inputs.of(engine);
      int affordable = known.affordable(samples.inputs().get(0), ReferenceModel.MOST_EXACT_SECONDS);
      if (affordable == 0) {
        throw failure;
      }
      run = ReferenceRun.of(engine, samples.first(affordable), request.budget());
    } catch (EngineException | PipelineException e) {
      failure.addSuppressed(e);
      throw failure;
    }
    notes.add(
        "ONNX Runtime does not run the reference, so both ran in the reference interpreter, in double precision: %s"
            .formatted(failure.getMessage()));
    requireSegments(run.outputs());
    EngineOptions options = EngineOptions.defaults();
    ComparisonSetting exact =
        new ComparisonSetting("interpreter", interpreter, options, interpreter, options);
    steps.next("comparing, " + exact.name());
    compare(exact, exact, run.outputs().withUnit(known.unit()), Optional.empty(), false);
    return new Verification(runs, run.description(), run.chosen(), notes);
  }
}
