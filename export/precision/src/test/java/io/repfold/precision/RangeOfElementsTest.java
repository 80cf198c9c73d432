package io.repfold.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Ranges of elements, of runs and of samples. */
class RangeOfElementsTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  @Test
  void hold_the_ends_and_the_smallest_that_is_not_zero() {
    assertThat(Range.of(3, -0.25, 0, 2)).isEqualTo(new Range(-0.25, 3, 0.25));
    assertThat(Range.of(0.5, 8)).isEqualTo(new Range(0.5, 8, 0.5));
    assertThat(Range.of(0, 0)).isEqualTo(new Range(0, 0, INFINITY));
    assertThat(new Range(1, 2).smallest()).isInfinite();
    assertThat(Range.of(-7, 3).largest()).isEqualTo(7);
    assertThat(Range.of(-3, 7).largest()).isEqualTo(7);
    assertThat(Range.of(-7, 1e-9).and(Range.of(-1, 2))).isEqualTo(new Range(-7, 2, 1e-9));
    assertThat(Range.of(-1, 2).and(Range.of(-7, 0.5))).isEqualTo(new Range(-7, 2, 0.5));
    assertThat(new Range(-0.5, 1234.56)).hasToString("[-0.5000, 1235]");
  }

  @Test
  void have_finite_ends_in_order() {
    refused(() -> new Range(Double.NaN, 1), "must be finite, got [NaN, 1.0]");
    refused(() -> new Range(0, INFINITY), "must be finite, got [0.0, Infinity]");
    refused(() -> new Range(-INFINITY, 0), "must be finite");
    refused(() -> new Range(2, 1), "min 2.0 is above its max 1.0");
    refused(() -> new Range(0, 1, 0), "must be above 0, got 0.0");
    refused(() -> new Range(0, 1, Double.NaN), "must be above 0, got NaN");
    refused(Range::of, "No elements have no range");
    refused(() -> Range.of(1, INFINITY), "must be finite");
    assertThat(new Range(2, 2).min()).isEqualTo(2);
  }

  @Test
  void of_runs_are_those_of_the_real_values_that_have_elements() {
    NdArray integers = new NdArray(ElementType.INT64, new int[] {2}, new double[] {5, 6});
    Map<String, NdArray> first = new HashMap<>();
    first.put("x", NdArray.of(new double[] {1, -2}, 2));
    first.put("i", integers);
    first.put("empty", NdArray.of(new double[0], 0));
    Map<String, NdArray> second = Map.of("x", NdArray.of(new double[] {0, 4}, 2));

    assertThat(Range.ofRuns(List.of(first, second)))
        .containsExactlyEntriesOf(Map.of("x", new Range(-2, 4, 1)));
    refused(() -> Range.ofRuns(List.of()), "No sample was run");
    refused(() -> Range.ofRuns(List.of(Map.of("i", integers))), "No sample was run");
    Map<String, NdArray> broken = Map.of("y", NdArray.of(new double[] {Double.NaN}, 1));
    refused(() -> Range.ofRuns(List.of(broken)), "Value 'y': A range must be finite");
  }

  /** Only inputs and what modeled nodes compute is asked for, and only what is real is taken. */
  @Test
  void over_samples_are_those_of_inputs_and_of_what_is_computed() {
    Graph graph =
        new Graph.Builder("g")
            .input(Value.float32("x", 2))
            .node(new Op.Constant(Tensor.ofFloats(new float[] {9}, 1)), List.of(), "c")
            .node(new Op.Opaque("d", "Thing", Map.of(), List.of()), List.of("x"), "o")
            .node(
                new Node(
                    "", new Op.Dropout(OptionalDouble.empty()), List.of("x"), List.of("y", "")))
            .node(new Op.Binary(Op.Binary.Function.ADD), List.of("y", "c"), "z")
            .output(new Value("z", Optional.empty(), Optional.empty()))
            .build();
    SampleRunner runner =
        (g, values, most, sink) -> {
          assertThat(values).isEqualTo(Set.of("x", "y", "z"));
          assertThat(most).isEqualTo(Integer.MAX_VALUE);
          sink.accept(0, Map.of("x", real(99, -1, 0.5f, 99), "y", integers(7)));
          sink.accept(1, Map.of("x", real(99, 2, Float.NEGATIVE_INFINITY, 99)));
          sink.accept(2, Map.of("z", real(99, Float.POSITIVE_INFINITY, 99)));
        };
    assertThat(Range.over(graph, runner))
        .containsExactlyEntriesOf(Map.of("x", new Range(-1, 2, 0.5)));
  }

  /** All but the first and last, which lie outside of the buffer's window. */
  private static SampleRunner.Computed real(float... values) {
    FloatBuffer data = FloatBuffer.wrap(values, 1, values.length - 2);
    return new SampleRunner.Computed(data, true, values.length - 2);
  }

  private static SampleRunner.Computed integers(float... values) {
    return new SampleRunner.Computed(FloatBuffer.wrap(values), false, values.length);
  }

  private static void refused(Runnable work, String because) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(work::run)
        .withMessageContaining(because);
  }
}
