package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An input that has a value is none. */
class FixedInputsTest {
  private static Graph graph() {
    return new Graph.Builder("g")
        .input(Value.float32("x", 2, 3))
        .input(Value.of("rate", ElementType.INT64, Shape.of()))
        .node(new Op.Cast(ElementType.FLOAT), List.of("rate"), "factor")
        .node(new Op.Binary(Op.Binary.Function.MUL), List.of("x", "factor"), "y")
        .output(Value.float32("y", 2, 3))
        .build();
  }

  private static Tensor rate(long value) {
    return Tensor.ofLongs(new long[] {value});
  }

  @Test
  void it_computes_what_the_graph_does_when_it_is_fed() {
    NdArray x = NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
    Graph fixed = FixedInputs.fix(graph(), Map.of("rate", rate(16000)));
    NdArray expected =
        new Interpreter(graph()).run(Map.of("x", x, "rate", NdArray.of(rate(16000)))).get("y");
    NdArray found = new Interpreter(fixed).run(Map.of("x", x)).get("y");
    assertThat(fixed.inputs()).extracting(Value::name).containsExactly("x");
    assertThat(found.data()).containsExactly(expected.data());
    assertThat(found.data()).containsExactly(16000, 32000, 48000, 64000, 80000, 96000);
  }

  @Test
  void the_default_of_an_input_is_replaced() {
    Graph graph = graph().toBuilder().initializer("rate", rate(8000)).build();
    Graph fixed = FixedInputs.fix(graph, Map.of("rate", rate(16000)));
    assertThat(fixed.constant("rate").orElseThrow().doubleAt(0)).isEqualTo(16000);
    assertThat(fixed.isOverridable("rate")).isFalse();
  }

  @Test
  void an_input_that_is_not_there_is_named() {
    assertThatThrownBy(() -> FixedInputs.fix(graph(), Map.of("sr", rate(1))))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("no input 'sr'")
        .hasMessageContaining("rate");
  }

  @Test
  void another_type_or_shape_is_refused() {
    Tensor real = Tensor.ofFloats(new float[] {16000});
    Tensor row = Tensor.ofLongs(new long[] {16000}, 1);
    Tensor matrix = Tensor.ofFloats(new float[6], 3, 2);
    for (Map<String, Tensor> wrong :
        List.of(Map.of("rate", real), Map.of("rate", row), Map.of("x", matrix))) {
      assertThatThrownBy(() -> FixedInputs.fix(graph(), wrong))
          .isInstanceOf(InvalidGraphException.class)
          .hasMessageContaining("cannot have the value");
    }
  }
}
