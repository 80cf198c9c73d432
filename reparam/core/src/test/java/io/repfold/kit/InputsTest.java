package io.repfold.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The data and the graphs of the kit are what their users take them for. */
class InputsTest {
  private static Graph graph() {
    Shape open = new Shape(List.of(new Dim.Symbol("N"), Dim.of(3), Dim.unknown(), Dim.of(7)));
    return new Graph.Builder("inputs")
        .input(Value.of("image", ElementType.FLOAT, open))
        .input(Values.float32("any"))
        .input(Value.of("classes", ElementType.INT64, Shape.of(2, 50)))
        .input(Value.float32("factor", 2))
        .initializer("factor", Tensors.filled(3, 2))
        .output(Values.any("image"))
        .build();
  }

  @Test
  void every_input_without_a_default_gets_numbers_of_its_type_and_shape() {
    Map<String, NdArray> inputs = Inputs.random(graph(), 1, 3);

    assertThat(inputs.keySet()).containsExactly("image", "any", "classes");
    assertThat(inputs.get("image").dims()).containsExactly(2, 3, 5, 7);
    assertThat(inputs.get("any").dims()).containsExactly(2, 4, 5, 4);
    assertThat(inputs.get("classes").data()).containsOnly(0, 1, 2);
    assertThat(inputs.get("classes").type()).isEqualTo(ElementType.INT64);
    double[] image = inputs.get("image").data();
    assertThat(Arrays.stream(image)).allMatch(v -> v >= -3 && v < 3);
    assertThat(Arrays.stream(image)).anyMatch(v -> v < -2).anyMatch(v -> v > 2);
  }

  @Test
  void a_seed_gives_the_same_numbers_and_another_seed_others() {
    double[] first = Inputs.random(graph(), 1, 3).get("any").data();

    assertThat(Inputs.random(graph(), 1, 3).get("any").data()).containsExactly(first);
    assertThat(Inputs.random(graph(), 2, 3).get("any").data()).isNotEqualTo(first);
  }

  @Test
  void a_network_for_any_images_computes_what_the_fixed_one_does() {
    Graph fixed = Nets.repVgg("x", Shape.of(1, 3, 6, 9));
    Graph open = Shapes.ofAnyImages(fixed);
    Map<String, NdArray> inputs = Inputs.random(fixed, 1, 2);
    Map<String, NdArray> expected = new Interpreter(fixed).run(inputs);

    assertThat(open.inputs().get(0)).hasToString("x: FLOAT[N, 3, H, W]");
    assertThat(Difference.ALL_FINITE.relative(expected, new Interpreter(open).run(inputs)))
        .isZero();
    assertThat(new Interpreter(open).run(Inputs.random(open, 1, 2)).get("scores").dims())
        .containsExactly(2, 5, 5, 4);
  }

  @Test
  void a_changed_weight_is_noticed() {
    Graph graph = Nets.repVgg("x", Shape.of(1, 3, 6, 9));
    Graph changed = Weights.changed(graph, "scores.weight", (i, v) -> i == 3 ? v / 2 : v);
    Map<String, NdArray> inputs = Inputs.random(graph, 1, 2);

    assertThat(
            Difference.ALL_FINITE.relative(
                new Interpreter(graph).run(inputs), new Interpreter(changed).run(inputs)))
        .isGreaterThan(1e-3);
    assertThatThrownBy(() -> Weights.changed(graph, "scores", (i, v) -> v))
        .hasMessageContainingAll("no initializer 'scores'", "scores.weight");
  }
}
