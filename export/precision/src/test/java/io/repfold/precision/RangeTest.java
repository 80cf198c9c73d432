package io.repfold.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RangeTest {
  private static Map<String, Range> over(double[]... samples) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.he(1));
    b.output(b.named("y").unary(Op.Unary.Function.NEG, b.input("x", 1, 3)));
    Graph graph = b.build();
    List<NdArray> arrays = List.of(samples).stream().map(s -> NdArray.of(s, 1, 3)).toList();
    return Range.over(graph, new InterpretedSamples("x", arrays));
  }

  @Test
  void ranges_are_those_of_the_finite_elements_of_all_samples() {
    double infinity = Double.POSITIVE_INFINITY;
    Map<String, Range> ranges =
        over(new double[] {-1, 0, 4}, new double[] {infinity, 0.25, 2}, new double[] {5, 5, 5});

    assertThat(ranges)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("x", new Range(-1, 5, 0.25), "y", new Range(-5, 1, 0.25)));
  }

  @Test
  void what_is_no_number_is_named() {
    assertThatThrownBy(() -> over(new double[] {1, Double.NaN, 2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("Value '[xy]' holds NaN: leave out the samples .*");
    assertThatThrownBy(() -> over())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("give samples");
  }
}
