package io.repfold.pipeline.compare;

import io.repfold.check.ChannelAxes;
import io.repfold.check.ReferenceOutputs;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.golden.GoldenOutputs;
import io.repfold.pipeline.inputs.SampleSource;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/** Records what a model gives for some inputs, and judges other models by it. */
public final class GoldenComparer {
  /** How many steps of a {@link Steps} a recording takes. */
  public static final int RECORDING_STEPS = 3;

  private GoldenComparer() {}

  /**
   * A recording that was written.
   *
   * @param chosen whether a size of the inputs was chosen here, because nobody gave it
   * @param bytes of all files
   */
  public record Recorded(GoldenOutputs outputs, boolean chosen, long bytes) {}

  /**
   * Runs a model and writes what it gives into a folder. In ONNX Runtime on the CPU it is also run
   * with the optimizer on, and in double precision as far as that is affordable: that tells by how
   * much it differs from itself, so that others can be judged by that without the model.
   *
   * <p>The same model, engine and request give the same bytes if {@link ComparisonRequest#budget}
   * is infinite: else time decides on how many further sizes and values it runs.
   *
   * @param setting where it runs: the reference of it
   * @throws io.repfold.runtime.EngineException if the model cannot be loaded or run
   * @throws io.repfold.pipeline.PipelineException as {@link GoldenOutputs#check} and {@link
   *     GoldenOutputs#write}
   */
  public static Recorded record(
      Path model,
      SampleSource inputs,
      ComparisonRequest request,
      ComparisonSetting setting,
      Path folder,
      Steps steps) {
    GoldenOutputs.check(folder);
    GoldenRecording recording = new GoldenRecording(model, inputs, request, setting);
    steps.next("running the model");
    recording.run();
    steps.next("running it in other ways");
    recording.runAgain();
    steps.next("writing");
    GoldenOutputs outputs = recording.outputs();
    return new Recorded(outputs, recording.isChosen(), outputs.write(folder));
  }

  /**
   * Judges a model by golden outputs: within the noise that was recorded if it runs on the CPU, or
   * else within {@link io.repfold.check.Tolerance#relative} of each channel's magnitude.
   *
   * @param name of the golden outputs, for people
   * @param request {@code samples}, {@code seed}, {@code inputs} and {@code budget} mean nothing
   * @param settings at least one, of which the candidates are run; each is a step of the progress
   * @throws io.repfold.runtime.EngineException if the model cannot be loaded or run
   * @throws io.repfold.pipeline.PipelineException if its inputs are not those of the outputs; as a
   *     request if the absolute tolerance would accept a wrong network
   */
  public static Verification replay(
      String name,
      GoldenOutputs golden,
      Path candidate,
      ComparisonRequest request,
      List<ComparisonSetting> settings,
      Steps steps) {
    ReferenceModel known = ReferenceModel.of(candidate);
    ChannelAxes axes =
        golden
            .axes()
            .map(own -> new ChannelAxes(own.byOutput(), known.axes().withoutClasses()))
            .orElse(known.axes());
    ReferenceOutputs expected = golden.reference(name, axes);
    OptionalDouble unit = golden.unit();
    return new GoldenReplay(
            name,
            golden,
            expected,
            candidate,
            explains ->
                ModelComparison.criteria(
                        request, known, unit.orElse(expected.unitOfOutputs()), explains)
                    .withAxes(axes)
                    .withFloors(known.floors()),
            steps)
        .of(settings.stream().map(s -> s.with(golden.values())).toList());
  }
}
