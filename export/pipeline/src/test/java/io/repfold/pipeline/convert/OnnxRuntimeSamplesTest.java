package io.repfold.pipeline.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.repfold.graph.Node;
import io.repfold.graph.Shape;
import io.repfold.kit.Images;
import io.repfold.kit.Nets;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.runtime.HostTensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OnnxRuntimeSamplesTest {
  private static Sample sample(String name, long seed, float first) {
    float[] pixels = Images.pixels(seed, 2, 1, 3, 8, 10);
    pixels[0] = first;
    return new Sample(name, () -> Map.of("x", HostTensor.ofFloats(pixels, 1, 3, 8, 10)));
  }

  private static double sum(FloatBuffer data) {
    double sum = 0;
    for (int i = 0; i < data.limit(); i++) {
      sum += data.get(i);
    }
    return sum;
  }

  /** How many calls it took; the sum of each value of each sample comes into the map. */
  private static int run(OnnxRuntimeSamples samples, Set<String> values, Map<String, Double> sums) {
    List<Integer> calls = new ArrayList<>();
    samples.run(
        samples.model().graph(),
        values,
        Integer.MAX_VALUE,
        (sample, computed) -> {
          calls.add(computed.size());
          computed.forEach(
              (name, value) ->
                  assertThat(sums.put(name + " of " + sample, sum(value.data())))
                      .as("%s of sample %d came before", name, sample)
                      .isNull());
        });
    return calls.size();
  }

  @Test
  void little_memory_takes_more_runs_and_gives_the_same() {
    OnnxModel model = OnnxModel.of(Nets.repVgg("x", Shape.of(1, 3, 8, 10)));
    List<Sample> images = List.of(sample("a", 1, 0), sample("b", 2, 0));
    Set<String> values = new LinkedHashSet<>(List.of("x"));
    model.graph().nodes().stream().map(Node::output).forEach(values::add);
    Map<String, Double> whole = new HashMap<>();
    Map<String, Double> parts = new HashMap<>();

    assertThat(run(OnnxRuntimeSamples.of(model, images), values, whole)).isEqualTo(2);
    assertThat(run(new OnnxRuntimeSamples(model, images, false, 3000), values, parts))
        .isGreaterThan(6);

    assertThat(whole).hasSize(2 * values.size());
    assertThat(parts.keySet()).isEqualTo(whole.keySet());
    parts.forEach((name, sum) -> assertThat(sum).isCloseTo(whole.get(name), within(1e-3)));
  }

  @Test
  void outputs_come_together_however_little_memory_there_is() {
    OnnxModel read = OnnxModel.of(Nets.repVgg("x", Shape.of(1, 3, 8, 10)));
    Node inner = read.graph().nodes().get(0);
    OnnxModel model = read.withExtraOutputs(List.of(inner.output()));
    Set<String> outputs = new LinkedHashSet<>();
    model.graph().outputs().forEach(output -> outputs.add(output.name()));

    int calls =
        run(
            new OnnxRuntimeSamples(model, List.of(sample("a", 1, 0)), false, 1),
            outputs,
            new HashMap<>());

    assertThat(outputs).hasSize(2);
    assertThat(calls).isEqualTo(1);
  }

  @Test
  void no_number_is_named_with_its_sample() {
    OnnxModel model = OnnxModel.of(Nets.repVgg("x", Shape.of(1, 3, 8, 10)));
    List<Sample> images =
        List.of(sample("good.npy", 1, 0), sample("bad.npy", 2, Float.POSITIVE_INFINITY));
    OnnxRuntimeSamples samples = OnnxRuntimeSamples.of(model, images);

    assertThatThrownBy(() -> run(samples, Set.of("x"), new HashMap<>()))
        .isInstanceOf(PipelineException.class)
        .hasMessageStartingWith("bad.npy: input 'x' holds Infinity at element 0");
  }
}
