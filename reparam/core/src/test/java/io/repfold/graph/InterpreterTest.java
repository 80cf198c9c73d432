package io.repfold.graph;

import static io.repfold.graph.Nodes.apply;
import static io.repfold.graph.Nodes.applyAll;
import static io.repfold.graph.Nodes.counting;
import static io.repfold.graph.Nodes.scalar;
import static io.repfold.graph.Nodes.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class InterpreterTest {
  private static final Op ADD = new Op.Binary(Op.Binary.Function.ADD);
  private static final Op RELU = new Op.Unary(Op.Unary.Function.RELU);

  private static Graph graph() {
    return new Graph.Builder("small")
        .input(Value.float32("x", 2))
        .input(Value.float32("bias", 2))
        .initializer("bias", Tensor.ofFloats(new float[] {1, 2}, 2))
        .initializer("one", Tensor.ofFloats(new float[] {1}))
        .node(ADD, List.of("x", "bias"), "a")
        .node(RELU, List.of("a"), "b")
        .node(ADD, List.of("b", "one"), "y")
        .output(Value.float32("y", 2))
        .output(Value.float32("a", 2))
        .build();
  }

  @Test
  void outputs_come_in_the_order_of_the_graph() {
    Map<String, NdArray> outputs = new Interpreter(graph()).run(Map.of("x", vector(-5, 5)));

    assertThat(outputs.keySet()).containsExactly("y", "a");
    assertThat(outputs.get("y").data()).containsExactly(1, 8);
    assertThat(outputs.get("a").data()).containsExactly(-4, 7);
    assertThat(outputs.get("a").type()).isEqualTo(ElementType.FLOAT);
  }

  @Test
  void every_value_can_be_asked_for() {
    assertThat(new Interpreter(graph()).runAll(Map.of("x", vector(0, 0))))
        .containsKeys("x", "a", "b", "y");
  }

  @Test
  void an_initializer_that_is_an_input_can_be_overridden() {
    var inputs = Map.of("x", vector(1, 1), "bias", vector(9, 9));

    assertThat(new Interpreter(graph()).run(inputs).get("a").data()).containsExactly(10, 10);
  }

  @Test
  void inputs_are_checked() {
    Interpreter interpreter = new Interpreter(graph());

    assertThatThrownBy(() -> interpreter.run(Map.of()))
        .hasMessage("Input 'x: FLOAT[2]' is not given");
    assertThatThrownBy(() -> interpreter.run(Map.of("x", vector(1, 2, 3))))
        .hasMessage("Input 'x: FLOAT[2]' was given DOUBLE[3]");
    assertThatThrownBy(() -> interpreter.run(Map.of("z", vector(1, 2))))
        .hasMessageContaining("has no input 'z'")
        .hasMessageContaining("x: FLOAT[2]");
  }

  @Test
  void an_opaque_op_is_named() {
    Op op = new Op.Opaque("com.example", "Fancy", Map.of(), List.of());
    Node node = new Node("magic", op, List.of("x"), List.of("y"));

    assertThatThrownBy(() -> Interpreter.evaluate(node, List.of(vector(1))))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("Fancy 'magic'")
        .hasMessageContaining("domain 'com.example'");
  }

  @Test
  void a_missing_input_and_an_output_too_many_are_named() {
    assertThatThrownBy(() -> apply(ADD, vector(1)))
        .hasMessage("Add 'n', inputs (DOUBLE[1]): input 1 is missing");
    assertThatThrownBy(() -> applyAll(RELU, 2, vector(1)))
        .hasMessage("Relu 'n' names 2 outputs, but the op has 1");
  }

  @Test
  void dropout_is_the_identity_unless_it_is_random() {
    Op dropout = new Op.Dropout(OptionalDouble.empty());
    NdArray x = counting(3);
    NdArray half = scalar(ElementType.FLOAT, 0.5);
    NdArray on = scalar(ElementType.BOOL, 1);

    assertThat(applyAll(dropout, 2, x, half).get(0)).isSameAs(x);
    assertThat(applyAll(dropout, 2, x).get(1).data()).containsExactly(1, 1, 1);
    assertThat(apply(dropout, x, scalar(ElementType.FLOAT, 0), on)).isSameAs(x);
    assertThatThrownBy(() -> apply(dropout, x, half, on))
        .hasMessageContaining("training_mode is on, so the result is random");
  }

  @Test
  void identity_and_constant_are_themselves() {
    NdArray x = counting(3);

    assertThat(apply(new Op.Identity(), x)).isSameAs(x);
    assertThat(apply(new Op.Constant(Tensor.ofLongs(new long[] {4, 2}, 2))).data())
        .containsExactly(4, 2);
  }
}
