package io.repfold.pipeline.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.Shape;
import io.repfold.kit.Nets;
import io.repfold.kit.Weights;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.golden.GoldenOutputs;
import io.repfold.pipeline.golden.GoldenOutputs.Sample;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.pipeline.interpreter.InterpreterBackend;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenComparerTest {
  private static final List<ComparisonSetting> CPU =
      ComparisonSetting.optimizerOffAndOn(EngineOptions.defaults());

  /** Of a weight: far above what rounding explains, and far below 1e-4. */
  private static final double SLIGHTLY = 1 + 3e-5;

  @TempDir private Path folder;
  private Path model;
  private Path slightly;
  private GoldenOutputs golden;

  @BeforeEach
  void record() {
    Graph graph = Nets.repVgg("x", Shape.of(1, 3, 8, 10));
    model = folder.resolve("model.onnx");
    OnnxModel.of(graph).write(model);
    slightly = folder.resolve("slightly.onnx");
    OnnxModel.of(Weights.changed(graph, "scores.weight", (i, v) -> (float) (v * SLIGHTLY)))
        .write(slightly);
    golden = recorded(CPU.get(0));
  }

  private GoldenOutputs recorded(ComparisonSetting setting) {
    Path target = folder.resolve("golden");
    ComparisonRequest request = ComparisonRequest.DEFAULT.withBudget(Double.POSITIVE_INFINITY);
    GoldenComparer.record(
        model, SampleSource.sweeping(Map.of(), 2, 0), request, setting, target, Steps.UNHEARD);
    return GoldenOutputs.read(target);
  }

  private static boolean holds(GoldenOutputs golden, Path candidate) {
    return replay(golden, candidate, CPU).holds();
  }

  private static Verification replay(
      GoldenOutputs golden, Path candidate, List<ComparisonSetting> settings) {
    return GoldenComparer.replay(
        "golden", golden, candidate, ComparisonRequest.DEFAULT, settings, Steps.UNHEARD);
  }

  /** The same with other noise. */
  private GoldenOutputs with(DoubleUnaryOperator again, DoubleUnaryOperator exact) {
    List<Sample> samples =
        golden.samples().stream()
            .map(
                s ->
                    new Sample(
                        s.name(),
                        s.inputs(),
                        s.outputs(),
                        changed(s.outputs(), again),
                        changed(s.exact(), exact)))
            .toList();
    return new GoldenOutputs(
        golden.origin(),
        samples,
        golden.values(),
        golden.tolerance(),
        golden.axes(),
        golden.unit());
  }

  private static Map<String, HostTensor> changed(
      Map<String, HostTensor> tensors, DoubleUnaryOperator change) {
    Map<String, HostTensor> changed = new LinkedHashMap<>();
    tensors.forEach(
        (name, t) -> {
          double[] values = t.toDoubles();
          for (int i = 0; i < values.length; i++) {
            values[i] = change.applyAsDouble(values[i]);
          }
          changed.put(name, HostTensor.of(t.type(), values, t.shape()));
        });
    return changed;
  }

  @Test
  void outputs_are_those_of_the_engine_with_the_optimizer_off_on_and_in_double() {
    assertThat(golden.samples()).hasSizeGreaterThan(5);
    Backend cpu = Backends.onnxRuntimeCpu();
    EngineOptions on = EngineOptions.defaults();
    try (Engine off = cpu.load(model, on.withoutOptimizer());
        Engine optimized = cpu.load(model, on);
        Engine exact = InterpreterBackend.inDouble().load(model, on)) {
      for (Sample sample : golden.samples()) {
        assertBits(sample.outputs(), off.run(sample.inputs()));
        assertBits(sample.again(), optimized.run(sample.inputs()));
        if (sample.name().isEmpty()) {
          assertBits(sample.exact(), exact.run(sample.inputs()));
        } else {
          assertThat(sample.exact()).isEmpty();
        }
      }
    }
    assertThat(golden.unit()).hasValue(0x1p-24);
    assertThat(golden.origin().engine()).startsWith("ONNX Runtime CPU ");
    assertThat(golden.origin().model()).get().hasFieldOrPropertyWithValue("file", "model.onnx");
  }

  private static void assertBits(Map<String, HostTensor> found, Map<String, HostTensor> expected) {
    assertThat(List.copyOf(found.keySet())).isEqualTo(List.copyOf(expected.keySet()));
    expected.forEach(
        (name, t) -> assertThat(found.get(name).bytes()).as(name).isEqualTo(t.bytes()));
  }

  @Test
  void the_noise_that_was_recorded_decides() {
    assertThat(holds(golden, model)).isTrue();
    assertThat(holds(golden, slightly)).as("explained by rounding").isFalse();

    DoubleUnaryOperator same = v -> v;
    DoubleUnaryOperator noisy = v -> v * SLIGHTLY;
    assertThat(holds(with(noisy, same), slightly)).as("with the optimizer on").isTrue();
    assertThat(holds(with(same, noisy), slightly)).as("in double").isTrue();
    assertThat(holds(with(same, same), slightly)).isFalse();
  }

  @Test
  void without_noise_an_error_may_be_a_fraction_of_the_magnitude() {
    List<Sample> samples =
        golden.samples().stream()
            .map(s -> new Sample(s.name(), s.inputs(), s.outputs(), Map.of(), Map.of()))
            .toList();
    GoldenOutputs plain =
        new GoldenOutputs(
            golden.origin(),
            samples,
            golden.values(),
            golden.tolerance(),
            Optional.empty(),
            OptionalDouble.empty());

    Verification verification = replay(plain, slightly, CPU);

    assertThat(verification.holds()).as(verification.summary()).isTrue();
    assertThat(verification.remarks())
        .contains(
            "golden: says nothing about rounding, so an error may be 1.00e-04 of its channel's magnitude");
    assertThat(verification.summary()).contains("(allowed: 1.00e-04 of the magnitude)");
  }

  @Test
  void noise_is_also_that_of_the_interpreter_and_of_no_other_engine() {
    Backend interpreter = new InterpreterBackend();
    List<ComparisonSetting> settings =
        ComparisonSetting.besideGolden(List.of(interpreter), b -> EngineOptions.defaults());

    assertThat(replay(golden, model, settings).holds()).isTrue();
    assertThat(replay(golden, slightly, settings).holds()).isFalse();
  }

  @Test
  void what_another_engine_gave_is_recorded_without_noise() {
    GoldenOutputs exact =
        recorded(
            ComparisonSetting.engines(
                    new InterpreterBackend(),
                    List.of(Backends.onnxRuntimeCpu()),
                    b -> EngineOptions.defaults())
                .get(0));

    assertThat(exact.hasNoise()).isFalse();
    assertThat(exact.origin().engine()).startsWith("Reference interpreter ");
    assertThat(holds(exact, model)).isTrue();
  }
}
