package io.repfold.graph;

import static io.repfold.graph.Nodes.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What cannot be computed is refused with the node's name, and inputs are what was declared. */
class InterpreterErrorsTest {
  private static final Op RELU = new Op.Unary(Op.Unary.Function.RELU);

  private static void refused(String message, Op op, NdArray... inputs) {
    assertThatThrownBy(() -> Nodes.apply(op, inputs))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageStartingWith(op.type() + " 'n', inputs (")
        .hasMessageContaining(message);
  }

  private static NdArray floats(int... dims) {
    return new NdArray(ElementType.FLOAT, dims, new double[Layout.count(dims)]);
  }

  /** Sizes that no int holds. */
  @Test
  void an_overflow_names_its_node() {
    Window far = Window.of(List.of(Integer.MAX_VALUE), List.of(), List.of());
    Op transposed = new Op.ConvTranspose(far, 1, List.of(), List.of());
    refused("4294967295 elements on spatial axis 0", transposed, floats(1, 1, 3), floats(1, 1, 1));
    Op expand = new Op.Expand();
    refused("3000000000, which is no size", expand, vector(1), Nodes.longs(3_000_000_000L));
  }

  @Test
  void a_range_is_made_of_single_numbers() {
    Op range = new Op.Range();
    NdArray one = Nodes.scalar(ElementType.FLOAT, 1);
    NdArray none = floats(0);
    refused("start, limit and delta are one number, got FLOAT[0]", range, one, one, none);
    refused("got FLOAT[0]", range, none, one, one);
    refused("a step of 0 goes nowhere", range, one, one, floats());
    refused("too many", range, floats(), Nodes.scalar(ElementType.FLOAT, 1e12), one);
    refused("input 2 is missing", range, one, one);
  }

  @Test
  void shapes_that_do_not_fit_are_named() {
    refused(
        "does not fit 2 output channels",
        new Op.Conv(Window.DEFAULT, 1),
        floats(1, 1, 3),
        floats(2, 1, 1),
        floats(3));
    refused(
        "the weight FLOAT[1, 1, 1, 1] does not fit the input FLOAT[1, 1, 3]",
        new Op.Conv(Window.DEFAULT, 1),
        floats(1, 1, 3),
        floats(1, 1, 1, 1));
    refused(
        "expected [N, C, D1, ...] with a spatial axis, got FLOAT[1, 1]",
        new Op.GlobalAveragePool(),
        floats(1, 1));
    refused(
        "the kernel [0] is empty",
        new Op.Conv(Window.DEFAULT, 1),
        floats(1, 1, 3),
        floats(1, 1, 0));
    refused(
        "strides [1, 1], dilations [] and pads [] do not fit 1 spatial axes",
        new Op.MaxPool(List.of(1), Window.of(List.of(1, 1), List.of(), List.of()), false, false),
        floats(1, 1, 3));
    refused(
        "the kernel [1, 1] does not fit 1 spatial axes",
        new Op.AveragePool(List.of(1, 1), Window.DEFAULT, false, false),
        floats(1, 1, 3));
    refused(
        "output_padding [0, 0] does not fit 1 spatial axes",
        new Op.ConvTranspose(Window.DEFAULT, 1, List.of(0, 0), List.of()),
        floats(1, 1, 3),
        floats(1, 1, 1));
    refused(
        "output_shape [1, 2] does not fit 1 spatial axes",
        new Op.ConvTranspose(Window.DEFAULT, 1, List.of(), List.of(1, 2)),
        floats(1, 1, 3),
        floats(1, 1, 1));
    refused(
        "cannot multiply FLOAT[2] and FLOAT[3]: 2 columns against 3 rows",
        new Op.MatMul(),
        floats(2),
        floats(3));
    refused("a scalar has no matrix product", new Op.MatMul(), floats(), floats(3));
    refused(
        "parameter FLOAT[1, 2] does not fit 2 channels",
        new Op.BatchNormalization(0, 0, false),
        floats(1, 2),
        floats(2),
        floats(1, 2),
        floats(2),
        floats(2));
    refused(
        "updates FLOAT[4] must have the shape [2, 2]",
        new Op.ScatterND(),
        floats(3, 2),
        floats(2, 1),
        floats(4));
    refused(
        "indices FLOAT[1, 3] go deeper than FLOAT[3, 2]",
        new Op.ScatterND(),
        floats(3, 2),
        floats(1, 3),
        floats(1));
    refused("an index must be a whole number, got 0.5", new Op.Gather(0), floats(3), vector(0.5));
    refused(
        "2 parts do not fit 1 outputs", new Op.Split(0, Optional.of(List.of(1L, 2L))), floats(3));
    refused("it needs at least one input", new Op.Concat(0));
    refused(
        "the output would have 0 elements on spatial axis 0",
        new Op.MaxUnpool(List.of(1), Window.of(List.of(), List.of(), List.of(1, 0))),
        floats(1, 1, 1),
        floats(1, 1, 1));
    refused(
        "index 5 lies outside FLOAT[1, 1, 2]",
        new Op.MaxUnpool(List.of(2), Window.DEFAULT),
        floats(1, 1, 1),
        new NdArray(ElementType.INT64, new int[] {1, 1, 1}, new double[] {5}));
  }

  private static Graph graph(ElementType type) {
    return new Graph.Builder("g")
        .input(Value.of("x", type, new Shape(List.of(Dim.of(2), new Dim.Symbol("N")))))
        .node(RELU, List.of("x"), "y")
        .output(new Value("y", Optional.empty(), Optional.empty()))
        .output(new Value("x", Optional.empty(), Optional.empty()))
        .build();
  }

  @Test
  void an_input_has_the_declared_rank_sizes_and_type() {
    Interpreter interpreter = new Interpreter(graph(ElementType.INT64));
    assertThatThrownBy(() -> interpreter.run(Map.of("x", floats(2))))
        .hasMessage("Input 'x: INT64[2, N]' was given FLOAT[2]");
    assertThatThrownBy(() -> interpreter.run(Map.of("x", floats(3, 1))))
        .hasMessage("Input 'x: INT64[2, N]' was given FLOAT[3, 1]");
    assertThatThrownBy(() -> interpreter.run(Map.of("x", floats(2, 1))))
        .hasMessage("Input 'x: INT64[2, N]' was given FLOAT[2, 1]");
    NdArray doubles = NdArray.of(new double[] {-1, 4}, 2, 1);
    Map<String, NdArray> outputs = interpreter.run(Map.of("x", doubles));
    assertThat(outputs.get("y").data()).containsExactly(0, 4);
    assertThat(outputs.get("y").type()).isEqualTo(ElementType.INT64);
    assertThat(outputs.get("x").data()).containsExactly(-1, 4);
  }

  @Test
  void values_are_shown_when_they_are_computed_and_once() {
    List<String> seen = new ArrayList<>();
    new Interpreter(graph(ElementType.FLOAT))
        .run(Map.of("x", floats(2, 3)), (name, value) -> seen.add(name + value));
    assertThat(seen).containsExactly("yFLOAT[2, 3]");
  }

  @Test
  void an_array_has_as_many_elements_as_its_shape() {
    assertThatThrownBy(() -> NdArray.of(new double[3], 2, 2))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage("Shape [2, 2] takes 4 elements, got 3");
    assertThatThrownBy(() -> Layout.count(1 << 16, 1 << 15))
        .hasMessageContaining("more elements than the interpreter can hold");
    assertThatThrownBy(() -> Layout.count(2, -1)).hasMessageContaining("negative dimension");
    assertThat(NdArray.of(Tensor.ofLongs(new long[] {3}, 1)).toTensor())
        .isEqualTo(Tensor.ofLongs(new long[] {3}, 1));
  }
}
