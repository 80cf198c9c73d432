package io.repfold.precision;

import static io.repfold.precision.Graphs.conv;
import static io.repfold.precision.Graphs.images;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Allocations;
import io.repfold.kit.Values;
import io.repfold.precision.half.HalfOptions;
import io.repfold.precision.half.HalfPrecision;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceGraphCheckTest {
  private static Graph network() {
    return conv(images(3, 3), "x", "y", 0.5).output(Values.float32("y")).build();
  }

  private static void assertRefused(Graph graph, HalfOptions options, String... parts) {
    assertThatThrownBy(() -> HalfPrecision.convert(graph, options))
        .isInstanceOf(InvalidGraphException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }

  @Test
  void a_graph_that_is_half_already_is_refused() {
    Graph half = HalfPrecision.convert(network(), HalfOptions.FLOAT16).graph();

    assertRefused(half, HalfOptions.FLOAT16, "'y.weight'", "FLOAT16 already", "float32 model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"QuantizeLinear", "DequantizeLinear", "QLinearConv", "ConvInteger"})
  void a_quantized_graph_is_refused(String type) {
    Graph.Builder b = conv(images(3, 3), "x", "a", 0.5);
    b.node(new Op.Opaque("", type, Map.of(), List.of()), List.of("a"), "y")
        .output(new Value("y", Optional.empty(), Optional.empty()));

    assertRefused(b.build(), HalfOptions.FLOAT16, type + " 'y'", "quantized already");
  }

  /** Two bytes of each are the result's. */
  @Test
  void a_large_weight_takes_no_memory_for_each_of_its_elements() {
    long count = 1 << 20;
    Graph large =
        new Graph.Builder("large")
            .opset("", 17)
            .input(Values.float32("x"))
            .initializer("w", Tensor.ofFloats(new float[(int) count], count, 1))
            .node(new Op.MatMul(), List.of("x", "w"), "y")
            .output(Values.float32("y"))
            .build();
    HalfPrecision.convert(large, HalfOptions.FLOAT16);

    long taken = Allocations.during(() -> HalfPrecision.convert(large, HalfOptions.FLOAT16));

    assertThat(taken).isLessThan(5 * count);
  }

  @Test
  void an_opset_without_casts_to_half_is_refused() {
    Graph old = network().toBuilder().opset("", 5).build();

    assertRefused(old, HalfOptions.FLOAT16, "has opset 5", "FLOAT16 came with opset 6");
  }

  @Test
  void a_graph_without_real_numbers_is_refused() {
    Graph graph =
        new Graph.Builder("counts")
            .input(Value.of("x", ElementType.INT64, Shape.of(2)))
            .node(new Op.Identity(), List.of("x"), "y")
            .output(new Value("y", Optional.empty(), Optional.empty()))
            .build();

    assertRefused(graph, HalfOptions.FLOAT16, "'counts' has no float32 value");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void a_weight_that_is_no_number_is_refused(float wrong) {
    float[] values = new float[16];
    values[5] = wrong;
    Graph graph =
        network().toBuilder()
            .replaceInitializers(Map.of("y.weight", Tensor.ofFloats(values, 4, 4, 1, 1)))
            .build();

    assertRefused(graph, HalfOptions.FLOAT16, "'y.weight'", "holds " + wrong + " at element 5");
  }

  @Test
  void an_infinity_that_masks_is_none_of_our_business() {
    Graph.Builder b = conv(images(3, 3), "x", "a", 0.5);
    b.initializer("low", Tensor.ofFloats(new float[] {Float.NEGATIVE_INFINITY}, 1));
    b.node(new Op.Variadic(Op.Variadic.Function.MAX), List.of("a", "low"), "y")
        .output(Values.float32("y"));

    assertThatCode(() -> HalfPrecision.convert(b.build(), HalfOptions.FLOAT16))
        .doesNotThrowAnyException();
  }

  @Test
  void options_name_what_the_graph_has() {
    HalfOptions half = HalfOptions.FLOAT16;

    assertRefused(network(), half.withFloat32(Set.of("z")), "'z' is to stay float32");
    assertRefused(network(), half.withRanges(Map.of("z", new Range(0, 1))), "'z'", "no such value");
    assertRefused(network(), half.withTypes(Map.of("z", ElementType.FLOAT)), "'z'");
  }

  @Test
  void options_are_in_their_range() {
    HalfOptions half = HalfOptions.FLOAT16;

    assertThatThrownBy(() -> half.withMargin(0.5)).hasMessageContaining("1 or more, got 0.5");
    assertThatThrownBy(() -> half.withMargin(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> half.withUnderflow(1.5)).hasMessageContaining("0 to 1");
    assertThatThrownBy(() -> half.withLargestReduction(0)).hasMessageContaining("got 0");
    assertThatThrownBy(() -> half.withRanges(Map.of())).hasMessageContaining("at least one sample");
    assertThatThrownBy(
            () -> new HalfOptions(ElementType.INT8, true, Map.of(), Map.of(), 1, 1, 0, Set.of()))
        .hasMessageContaining("FLOAT16 or BFLOAT16, not INT8");
  }

  @Test
  void ranges_are_finite_and_in_order() {
    assertThatThrownBy(() -> new Range(0, Double.POSITIVE_INFINITY)).hasMessageContaining("finite");
    assertThatThrownBy(() -> Range.of(1, Double.NaN)).hasMessageContaining("finite");
    assertThatThrownBy(() -> new Range(2, 1)).hasMessageContaining("above its max");
    assertThatThrownBy(() -> new Range(0, 1, 0)).hasMessageContaining("above 0");
    assertThatThrownBy(() -> Range.of()).hasMessageContaining("No elements");
    assertThatThrownBy(() -> Range.ofRuns(List.of())).hasMessageContaining("give samples");
    assertThat(Range.of(-3, 0, 2).and(Range.of(0.5, 1))).isEqualTo(new Range(-3, 2, 0.5));
  }
}
