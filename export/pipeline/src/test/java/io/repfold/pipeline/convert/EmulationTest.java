package io.repfold.pipeline.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.HalfGraphs;
import io.repfold.kit.Layers;
import io.repfold.kit.Nets;
import io.repfold.kit.Shapes;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.precision.half.HalfOptions;
import io.repfold.precision.half.HalfPrecision;
import io.repfold.runtime.HostTensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EmulationTest {
  /** {@code y = x * 300 * 0.25}. */
  private static Graph product() {
    Graph graph =
        new Graph.Builder("product")
            .input(Value.float32("x", 1, 2))
            .initializer("large", Tensor.ofFloats(new float[] {300}))
            .initializer("small", Tensor.ofFloats(new float[] {0.25f}))
            .node(Layers.MUL, List.of("x", "large"), "a")
            .node(Layers.MUL, List.of("a", "small"), "y")
            .output(Value.float32("y", 1, 2))
            .build();
    return HalfPrecision.convert(graph, HalfOptions.FLOAT16).graph();
  }

  private static Map<String, HostTensor> input(float first, float second) {
    return Map.of("x", HostTensor.ofFloats(new float[] {first, second}, 1, 2));
  }

  @Test
  void values_are_rounded_to_their_types() {
    Emulation emulation = new Emulation(product(), Set.of());

    HostTensor y = emulation.apply(input(3.001f, 2)).get("y");

    assertThat(y.toDoubles()).containsExactly(225.125, 150);
    assertThat(emulation.firstOverflow()).isEmpty();
  }

  @Test
  void the_first_value_that_overflows_is_named() {
    Emulation emulation = new Emulation(product(), Set.of());

    assertThat(emulation.apply(input(1, 400)).get("y").toDoubles())
        .containsExactly(75, Double.POSITIVE_INFINITY);

    assertThat(emulation.firstOverflow()).contains("a");
  }

  @Test
  void infinities_that_float32_has_too_are_no_overflow() {
    Emulation emulation = new Emulation(product(), Set.of("a", "y"));

    emulation.apply(input(1, 400));
    assertThat(emulation.firstOverflow()).isEmpty();
    emulation.apply(input(1, Float.NaN));

    assertThat(emulation.firstOverflow()).isPresent();
  }

  @Test
  void what_cannot_be_emulated_is_known_before() {
    Graph planted = HalfGraphs.planted(0);
    Graph open = Shapes.ofAnyImages(Nets.repVgg("x", Shape.of(1, 3, 8, 10)));
    Sample image =
        new Sample("s", () -> Map.of("x", HostTensor.ofFloats(new float[240], 1, 3, 8, 10)));
    Sample large =
        new Sample(
            "s", () -> Map.of("x", HostTensor.ofFloats(new float[3 << 24], 1, 3, 4096, 4096)));

    assertThat(Emulation.unknownOps(planted)).containsExactly("Sin");
    assertThat(Emulation.unknownOps(open)).isEmpty();
    assertThat(Emulation.affordable(open, image, 7)).isEqualTo(7);
    assertThat(Emulation.affordable(open, large, 7)).isZero();
  }
}
