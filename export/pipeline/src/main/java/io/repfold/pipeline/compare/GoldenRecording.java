package io.repfold.pipeline.compare;

import io.repfold.check.ReferenceOutputs;
import io.repfold.onnx.Sha256;
import io.repfold.pipeline.Release;
import io.repfold.pipeline.golden.GoldenOutputs;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.pipeline.interpreter.InterpreterBackend;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** One recording, on its way. */
final class GoldenRecording {
  private final Path model;
  private final SampleSource inputs;
  private final ComparisonRequest request;
  private final ComparisonSetting setting;
  private final ReferenceModel known;

  private @Nullable ReferenceRun run;
  private String engine = "";
  private boolean optimizerFails;
  private List<Map<String, HostTensor>> again = List.of();
  private List<Map<String, HostTensor>> exact = List.of();

  GoldenRecording(
      Path model, SampleSource inputs, ComparisonRequest request, ComparisonSetting setting) {
    this.model = model;
    this.inputs = inputs;
    this.request = request;
    this.setting = setting;
    this.known = ReferenceModel.of(model);
  }

  void run() {
    try (Engine loaded =
        ModelComparison.loadPlain(model, setting.reference(), setting.referenceOptions())) {
      run = ReferenceRun.of(loaded, inputs.of(loaded), request.budget());
      engine = loaded.backend();
    }
  }

  private ReferenceRun ran() {
    return Objects.requireNonNull(run, "run() comes first");
  }

  boolean isChosen() {
    return ran().chosen();
  }

  /** What rounding explains is known of the CPU only. */
  void runAgain() {
    if (!ModelComparison.isCpu(setting.reference())) {
      return;
    }
    EngineOptions optimizing = setting.referenceOptions().withOptimizer();
    try (Engine other = ModelComparison.loadPlain(model, setting.reference(), optimizing)) {
      again = ran().again(other).outputs();
    } catch (EngineException e) {
      optimizerFails = true;
    }
    double seconds = Math.min(ReferenceModel.MOST_EXACT_SECONDS, Math.max(1, request.budget()));
    Backend interpreter = request.inputs().in(InterpreterBackend.inDouble());
    exact = known.exactly(ran(), seconds, () -> interpreter.load(model, EngineOptions.defaults()));
  }

  GoldenOutputs outputs() {
    ReferenceOutputs outputs = ran().outputs();
    List<GoldenOutputs.Sample> samples = new ArrayList<>();
    for (int i = 0; i < outputs.inputs().size(); i++) {
      samples.add(
          GoldenOutputs.Sample.ofRuns(
              outputs.names().get(i),
              outputs.inputs().get(i),
              outputs.outputs().get(i),
              at(again, i),
              at(exact, i)));
    }
    GoldenOutputs.Origin origin =
        new GoldenOutputs.Origin(
            Optional.of(
                new GoldenOutputs.Model(String.valueOf(model.getFileName()), Sha256.of(model))),
            engine,
            Optional.of(Release.version()),
            Optional.of(ran().description()),
            optimizerFails);
    return new GoldenOutputs(
        origin,
        samples,
        request.inputs(),
        request.tolerance(),
        Optional.of(known.axes()),
        OptionalDouble.of(known.unit()));
  }

  private static Map<String, HostTensor> at(List<Map<String, HostTensor>> runs, int sample) {
    return sample < runs.size() ? runs.get(sample) : Map.of();
  }
}
