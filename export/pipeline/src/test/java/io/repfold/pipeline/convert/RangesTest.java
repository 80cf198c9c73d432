package io.repfold.pipeline.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.repfold.graph.ElementType;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Shape;
import io.repfold.kit.HalfGraphs;
import io.repfold.kit.Images;
import io.repfold.kit.Nets;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.precision.Range;
import io.repfold.precision.Ranges;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RangesTest {
  private static Sample sample(String name, float[] values, long... shape) {
    return new Sample(name, () -> Map.of("x", HostTensor.ofFloats(values, shape)));
  }

  private static List<Sample> images(int count) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(sample("image " + i, Images.pixels(i, 2, 1, 3, 8, 10), 1, 3, 8, 10));
    }
    return samples;
  }

  @Test
  void ranges_are_those_of_the_interpreter() {
    OnnxModel model = OnnxModel.of(Nets.repVgg("x", Shape.of(1, 3, 8, 10)));
    List<Sample> samples = images(3);
    List<Map<String, NdArray>> runs = new ArrayList<>();
    for (Sample sample : samples) {
      double[] pixels = sample.read().get("x").toDoubles();
      runs.add(new Interpreter(model.graph()).runAll(Map.of("x", NdArray.of(pixels, 1, 3, 8, 10))));
    }
    Map<String, Range> expected = Range.ofRuns(runs);

    Map<String, Range> found = over(model, samples, Long.MAX_VALUE).byValue();

    assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    found.forEach(
        (name, range) -> {
          assertThat(range.max()).isCloseTo(expected.get(name).max(), tolerance(range));
          assertThat(range.min()).isCloseTo(expected.get(name).min(), tolerance(range));
        });
  }

  /** Of all tensors that are known to be float32. */
  private static Ranges over(OnnxModel model, List<Sample> samples, long mostBytes) {
    OnnxRuntimeSamples runner = new OnnxRuntimeSamples(model, samples, true, mostBytes);
    Set<String> computed = new LinkedHashSet<>();
    runner
        .types(model.graph())
        .forEach(
            (name, type) -> {
              if (type == ElementType.FLOAT) {
                computed.add(name);
              }
            });
    return Ranges.over(model.graph(), runner, computed);
  }

  private static Offset<Double> tolerance(Range range) {
    return within(1e-5 * range.largest());
  }

  @Test
  void little_memory_takes_more_runs_and_gives_the_same() {
    OnnxModel model = OnnxModel.of(Nets.repVgg("x", Shape.of(1, 3, 8, 10)));
    Ranges whole = over(model, images(2), Long.MAX_VALUE);
    Ranges parts = over(model, images(2), 3000);

    assertThat(parts.byValue().keySet()).isEqualTo(whole.byValue().keySet());
    whole
        .byValue()
        .forEach(
            (name, range) -> {
              Range other = parts.byValue().get(name);
              assertThat(other.max()).isCloseTo(range.max(), tolerance(range));
              assertThat(other.min()).isCloseTo(range.min(), tolerance(range));
            });
    assertThat(
            TensorParts.of(
                model.graph(), images(1).get(0), List.copyOf(whole.byValue().keySet()), 3000))
        .hasSizeGreaterThan(3);
  }

  @Test
  void types_are_told_and_integers_are_not_shown() {
    OnnxModel model = OnnxModel.of(HalfGraphs.logarithm());
    OnnxModel opaque = OnnxModel.of(HalfGraphs.planted(0));
    List<Sample> four = List.of(sample("s", new float[] {1, 2, 3, 4}, 1, 4));

    assertThat(OnnxRuntimeSamples.withMasks(model, four).types(model.graph()))
        .containsEntry("log", ElementType.FLOAT)
        .containsEntry("whole", ElementType.INT64);
    assertThat(
            OnnxRuntimeSamples.withMasks(opaque, List.of(sample("s", new float[60], 1, 2, 6, 5)))
                .types(opaque.graph()))
        .containsEntry("sin", ElementType.FLOAT);
    Ranges ranges = over(model, four, Long.MAX_VALUE);
    assertThat(ranges.byValue().keySet()).containsExactlyInAnyOrder("x", "log", "y");
    assertThat(ranges.byValue().get("x")).isEqualTo(new Range(1, 4, 1));
  }

  @Test
  void no_number_is_named_with_its_tensor_and_sample() {
    OnnxModel model = OnnxModel.of(HalfGraphs.logarithm());
    List<Sample> inside =
        List.of(
            sample("good.npy", new float[] {1, 2, 3, 4}, 1, 4),
            sample("bad.npy", new float[] {1, 2, -3, 4}, 1, 4));
    List<Sample> given = List.of(sample("bad.npy", new float[] {1, 1f / 0, 3, 4}, 1, 4));

    assertThatThrownBy(() -> over(model, inside, Long.MAX_VALUE))
        .isInstanceOf(PipelineException.class)
        .hasMessageStartingWith("bad.npy: tensor 'log' holds NaN at element 2");
    assertThatThrownBy(() -> over(model, given, Long.MAX_VALUE))
        .hasMessageStartingWith("bad.npy: input 'x' holds Infinity at element 1");
  }

  @Test
  void infinities_inside_are_left_out_of_ranges_and_refused_at_outputs() {
    OnnxModel masked = OnnxModel.of(HalfGraphs.attention());
    OnnxModel logarithm = OnnxModel.of(HalfGraphs.logarithm());
    float[] values = new float[24];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 7 - 3;
    }
    Ranges ranges = over(masked, List.of(sample("s", values, 1, 4, 6)), Long.MAX_VALUE);
    Range scores = ranges.byValue().get("scores");

    assertThat(ranges.infinite()).containsExactly("masked");
    assertThat(ranges.byValue().get("masked").max()).isLessThanOrEqualTo(scores.max());
    assertThat(ranges.byValue().get("masked").min()).isGreaterThanOrEqualTo(scores.min());
    List<Sample> zero = List.of(sample("zero.npy", new float[] {1, 2, 0, 4}, 1, 4));
    assertThatThrownBy(() -> over(logarithm.withExtraOutputs(List.of("log")), zero, Long.MAX_VALUE))
        .hasMessageStartingWith("zero.npy: tensor 'log' holds -Infinity at element 2");
  }

  @Test
  void no_sample_is_an_error() {
    OnnxModel model = OnnxModel.of(HalfGraphs.logarithm());

    assertThatThrownBy(() -> OnnxRuntimeSamples.of(model, List.of()))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("no sample");
  }
}
