package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.repfold.graph.ElementType;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.kit.Images;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.precision.Range;
import io.repfold.runtime.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationTest {
  @TempDir private Path folder;

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
    OnnxModel model = OnnxModel.read(Models.trained(folder));
    List<Sample> samples = images(3);
    List<Map<String, NdArray>> runs = new ArrayList<>();
    for (Sample sample : samples) {
      double[] pixels = sample.read().get("x").toDoubles();
      runs.add(new Interpreter(model.graph()).runAll(Map.of("x", NdArray.of(pixels, 1, 3, 8, 10))));
    }
    Map<String, Range> expected = Range.ofRuns(runs);

    RangeTable table = new RangeTable();
    try (Calibration calibration = Calibration.of(model, samples)) {
      calibration.run(table);
    }

    assertThat(table.ranges().keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    table
        .ranges()
        .forEach(
            (name, range) -> {
              assertThat(range.max()).isCloseTo(expected.get(name).max(), tolerance(range));
              assertThat(range.min()).isCloseTo(expected.get(name).min(), tolerance(range));
            });
  }

  private static Offset<Double> tolerance(Range range) {
    return within(1e-5 * range.largest());
  }

  @Test
  void little_memory_takes_more_runs_and_gives_the_same() {
    OnnxModel model = OnnxModel.read(Models.trained(folder));
    RangeTable whole = new RangeTable();
    RangeTable parts = new RangeTable();
    Map<String, Integer> seen = new HashMap<>();

    try (Calibration calibration = Calibration.of(model, images(2))) {
      calibration.run(whole);
    }
    try (Calibration calibration = Calibration.of(model, images(2), 3000)) {
      calibration.run(parts);
      calibration.run((name, elements) -> seen.merge(name, 1, Integer::sum));
    }

    assertThat(parts.ranges()).isEqualTo(whole.ranges());
    assertThat(seen.values()).containsOnly(2);
    assertThat(
            TensorParts.of(
                model.graph(), images(1).get(0), List.copyOf(whole.ranges().keySet()), 3000))
        .hasSizeGreaterThan(3);
  }

  @Test
  void types_are_told_and_integers_are_not_shown() {
    OnnxModel model = OnnxModel.read(HalfModels.logarithm(folder));
    OnnxModel opaque = OnnxModel.read(HalfModels.planted(folder, 0));
    RangeTable table = new RangeTable();

    try (Calibration calibration =
        Calibration.of(model, List.of(sample("s", new float[] {1, 2, 3, 4}, 1, 4)))) {
      calibration.run(table);
      assertThat(calibration.types())
          .containsEntry("log", ElementType.FLOAT)
          .containsEntry("whole", ElementType.INT64);
    }
    try (Calibration calibration =
        Calibration.of(opaque, List.of(sample("s", new float[60], 1, 2, 6, 5)))) {
      assertThat(calibration.types()).containsEntry("sin", ElementType.FLOAT);
    }

    assertThat(table.ranges().keySet()).containsExactly("x", "log", "y");
    assertThat(table.ranges().get("x")).isEqualTo(new Range(1, 4, 1));
  }

  @Test
  void no_number_is_named_with_its_tensor_and_sample() {
    OnnxModel model = OnnxModel.read(HalfModels.logarithm(folder));
    List<Sample> inside =
        List.of(
            sample("good.npy", new float[] {1, 2, 3, 4}, 1, 4),
            sample("bad.npy", new float[] {1, 2, -3, 4}, 1, 4));
    List<Sample> given = List.of(sample("bad.npy", new float[] {1, 1f / 0, 3, 4}, 1, 4));

    try (Calibration calibration = Calibration.of(model, inside)) {
      assertThatThrownBy(() -> calibration.run(new RangeTable()))
          .isInstanceOf(WorkFailedException.class)
          .hasMessageStartingWith("bad.npy: tensor 'log' holds NaN at element 2");
    }
    try (Calibration calibration = Calibration.of(model, given)) {
      assertThatThrownBy(() -> calibration.run(new RangeTable()))
          .hasMessageStartingWith("bad.npy: input 'x' holds Infinity at element 1");
    }
  }

  @Test
  void infinities_inside_are_left_out_of_ranges_and_refused_at_outputs() {
    OnnxModel masked = OnnxModel.read(HalfModels.attention(folder));
    OnnxModel logarithm = OnnxModel.read(HalfModels.logarithm(folder));
    float[] values = new float[24];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 7 - 3;
    }
    RangeTable table = new RangeTable();
    try (Calibration calibration = Calibration.of(masked, List.of(sample("s", values, 1, 4, 6)))) {
      calibration.run(table);
    }
    Range scores = table.ranges().get("scores");

    assertThat(table.infinite()).containsExactly("masked");
    assertThat(table.ranges().get("masked").max()).isLessThanOrEqualTo(scores.max());
    assertThat(table.ranges().get("masked").min()).isGreaterThanOrEqualTo(scores.min());
    try (Calibration calibration =
        Calibration.of(
            logarithm.withExtraOutputs(List.of("log")),
            List.of(sample("zero.npy", new float[] {1, 2, 0, 4}, 1, 4)))) {
      assertThatThrownBy(() -> calibration.run(new RangeTable()))
          .hasMessageStartingWith("zero.npy: tensor 'log' holds -Infinity at element 2");
    }
  }

  @Test
  void no_sample_is_an_error() {
    OnnxModel model = OnnxModel.read(HalfModels.logarithm(folder));

    assertThatThrownBy(() -> Calibration.of(model, List.of()))
        .isInstanceOf(WorkFailedException.class)
        .hasMessageContaining("no sample");
  }
}
