package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Tensor;
import io.repfold.kit.Tensors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Integers become real numbers that are rounded to them, and integers again. */
class RealWeightsTest {
  private static double[] scores(Graph graph) {
    Tensor images = Tensors.random(new SplittableRandom(3), 1, 2, 3, 7, 9);
    return new Interpreter(graph)
        .run(Map.of("image", NdArray.of(images))).values().stream()
            .flatMapToDouble(array -> Arrays.stream(array.data()))
            .toArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {127, 64, 63})
  void the_function_stays_and_the_way_back_is_the_same_file(int most) {
    Graph stored = RoundingNetwork.of(most);
    Graph real = RealWeights.of(stored);
    assertThat(real.initializers())
        .containsKeys("first.weight", "first.bias", "last.weight", "last.bias")
        .doesNotContainKeys("first.weight_quantized", "last.bias_quantized");
    assertThat(scores(real)).containsExactly(scores(stored));

    Graph again = StoredIntegers.of(real);
    assertThat(again.nodes()).isEqualTo(stored.nodes());
    assertThat(again.initializers()).isEqualTo(new HashMap<>(stored.initializers()));
  }

  private static Graph with(Graph graph, String name, double factor) {
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    Tensor tensor = initializers.get(name);
    double[] values = Arrays.stream(tensor.toDoubles()).map(v -> v * factor).toArray();
    initializers.put(name, Tensor.ofDoubles(ElementType.FLOAT, values, tensor.dims()));
    return graph.toBuilder().replaceInitializers(initializers).build();
  }

  @ParameterizedTest
  @CsvSource({"127, 127", "64, 64", "63, 63", "20, 63"})
  void weights_keep_to_the_bits_of_the_file(int most, int expected) {
    Graph grown = with(RealWeights.of(RoundingNetwork.of(most)), "first.weight", 50);

    Graph stored = StoredIntegers.of(grown);

    double[] weights = stored.initializers().get("first.weight_quantized").toDoubles();
    assertThat(Arrays.stream(weights).max()).hasValue(expected);
    assertThat(Arrays.stream(weights).min()).hasValue(-expected);
    assertThat(scores(stored)).containsExactly(scores(grown));
  }

  @Test
  void what_was_learnt_is_rounded_as_in_the_forward_pass() {
    Graph learnt = RealWeights.of(RoundingNetwork.of(127));
    for (String name : new String[] {"first.weight", "first.bias", "last.weight", "last.bias"}) {
      learnt = with(learnt, name, 0.8317); // no multiple of it is a tie
    }
    Graph stored = StoredIntegers.of(learnt);
    assertThat(stored.nodes()).isEqualTo(RoundingNetwork.of(127).nodes());
    assertThat(scores(stored)).containsExactly(scores(learnt));
    assertThat(scores(stored)).isNotEqualTo(scores(RoundingNetwork.of(127)));
  }

  @Test
  void a_graph_that_rounds_no_weights_is_left_as_it_is() {
    Graph plain = TinyRun.network().graph();
    assertThat(StoredIntegers.of(plain)).isSameAs(plain);
  }
}
