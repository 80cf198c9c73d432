package io.repfold.graph;

import static io.repfold.kit.Layers.ADD;
import static io.repfold.kit.Layers.MUL;
import static io.repfold.kit.Layers.RELU;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.kit.Tensors;
import io.repfold.kit.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ShapeInferenceTest {
  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  private static Value image(String name, Object... dims) {
    List<Dim> parsed = new ArrayList<>();
    for (Object dim : dims) {
      parsed.add(
          dim instanceof Integer size
              ? Dim.of(size)
              : dim.equals("?") ? Dim.unknown() : new Dim.Symbol((String) dim));
    }
    return Value.of(name, ElementType.FLOAT, new Shape(parsed));
  }

  private static Tensor weight(int... dims) {
    int count = Layout.count(dims);
    return Tensor.ofFloats(new float[count], Arrays.stream(dims).asLongStream().toArray());
  }

  private static Window window(int stride, int dilation, int pad) {
    return Window.of(
        List.of(stride, stride), List.of(dilation, dilation), List.of(pad, pad, pad, pad));
  }

  private static Graph.Builder graph() {
    return new Graph.Builder("g").input(image("x", "N", 4, "H", "W"));
  }

  private static String shapeOf(Graph.Builder builder, String value) {
    Graph graph = builder.output(Values.any(value)).build();
    return ShapeInference.infer(graph).get(value).toString();
  }

  @Test
  void a_same_convolution_gives_back_the_symbols() {
    Graph.Builder graph =
        graph()
            .initializer("w", weight(8, 4, 3, 3))
            .node(new Op.Conv(window(1, 2, 2), 1), List.of("x", "w"), "y");

    assertThat(shapeOf(graph, "y")).isEqualTo("y: FLOAT[N, 8, H, W]");
  }

  @Test
  void branches_of_equal_stride_have_equal_symbols() {
    Graph.Builder graph =
        graph()
            .initializer("w3", weight(8, 4, 3, 3))
            .initializer("w1", weight(8, 4, 1, 1))
            .node(new Op.Conv(window(2, 1, 1), 1), List.of("x", "w3"), "a")
            .node(new Op.Conv(window(2, 1, 0), 1), List.of("x", "w1"), "b")
            .node(ADD, List.of("a", "b"), "y");

    assertThat(shapeOf(graph, "y")).isEqualTo("y: FLOAT[N, 8, floor((H+1)/2), floor((W+1)/2)]");
  }

  @Test
  void dimensions_that_cannot_be_known_are_named_after_their_value() {
    Graph.Builder graph =
        new Graph.Builder("g")
            .input(image("x", "?", 3))
            .input(image("y", "?", 1))
            .node(RELU, List.of("x"), "a")
            .node(ADD, List.of("a", "y"), "z");

    Map<String, Value> known = ShapeInference.infer(graph.build());

    assertThat(known.get("a")).hasToString("a: FLOAT[x[0], 3]");
    assertThat(known.get("z")).hasToString("z: FLOAT[z[0], 3]");
  }

  @Test
  void a_computed_reshape_is_known() {
    Graph.Builder graph =
        graph()
            .initializer("two", Tensors.longs(2))
            .initializer("zero", Tensor.ofLongs(new long[] {0}))
            .initializer("axis", Tensors.longs(0))
            .initializer("rest", Tensors.longs(-1))
            .node(new Op.ShapeOf(0, Optional.empty()), List.of("x"), "shape")
            .node(new Op.Gather(0), List.of("shape", "zero"), "n")
            .node(new Op.Unsqueeze(Optional.empty()), List.of("n", "axis"), "n1")
            .node(new Op.Concat(0), List.of("n1", "two", "rest"), "wanted")
            .node(new Op.Reshape(false), List.of("x", "wanted"), "y");

    assertThat(shapeOf(graph, "y")).isEqualTo("y: FLOAT[N, 2, 2*H*W]");
  }

  @Test
  void a_resize_to_twice_the_shape_is_known() {
    Graph.Builder graph =
        graph()
            .initializer("from", Tensors.longs(2))
            .initializer("to", Tensors.longs(4))
            .initializer("zero", Tensors.longs(0))
            .initializer("twice", Tensor.ofFloats(new float[] {2}))
            .node(new Op.ShapeOf(0, Optional.empty()), List.of("x"), "shape")
            .node(new Op.Slice(Optional.empty()), List.of("shape", "from", "to", "zero"), "hw")
            .node(new Op.Slice(Optional.empty()), List.of("shape", "zero", "from"), "nc")
            .node(new Op.Cast(ElementType.FLOAT), List.of("hw"), "real")
            .node(MUL, List.of("real", "twice"), "doubled")
            .node(new Op.Unary(Op.Unary.Function.FLOOR), List.of("doubled"), "whole")
            .node(new Op.Cast(ElementType.INT64), List.of("whole"), "size")
            .node(new Op.Concat(0), List.of("nc", "size"), "sizes")
            .node(resize(), List.of("x", "", "", "sizes"), "y");

    assertThat(shapeOf(graph, "y")).isEqualTo("y: FLOAT[N, 4, 2*H, 2*W]");
  }

  @Test
  void a_resize_by_constant_scales_is_known() {
    Graph.Builder graph =
        graph()
            .initializer("scales", Tensor.ofFloats(new float[] {1, 1, 2, 1.5f}, 4))
            .node(resize(), List.of("x", "", "scales"), "y");

    assertThat(shapeOf(graph, "y")).isEqualTo("y: FLOAT[N, 4, 2*H, W+floor(W/2)]");
  }

  private static Op.Resize resize() {
    return new Op.Resize(
        "nearest", "asymmetric", "floor", -0.75f, false, 0, false, List.of(), "stretch", false);
  }

  @Test
  void an_expand_by_where_on_a_computed_shape_is_known() {
    Graph.Builder graph =
        graph()
            .initializer("minus", Tensors.longs(-1, -1, -1, -1))
            .initializer("ones", Tensors.longs(1, 1, 1, 1))
            .initializer("v", weight(1, 1, 1, 1))
            .node(new Op.ShapeOf(0, Optional.empty()), List.of("x"), "shape")
            .node(new Op.Binary(Op.Binary.Function.EQUAL), List.of("shape", "minus"), "free")
            .node(new Op.Where(), List.of("free", "ones", "shape"), "wanted")
            .node(new Op.Expand(), List.of("v", "wanted"), "y");

    assertThat(shapeOf(graph, "y")).isEqualTo("y: FLOAT[N, 4, H, W]");
  }

  @Test
  void slices_count_from_both_ends() {
    assertThat(sliced(1, Long.MAX_VALUE, 1)).isEqualTo("y: FLOAT[N, 4, H-1, W]");
    assertThat(sliced(0, -1, 1)).isEqualTo("y: FLOAT[N, 4, H-1, W]");
    assertThat(sliced(-2, -1, 1)).isEqualTo("y: FLOAT[N, 4, 1, W]");
    assertThat(sliced(-1, Long.MAX_VALUE, 1)).isEqualTo("y: FLOAT[N, 4, 1, W]");
    assertThat(sliced(0, Long.MAX_VALUE, 2)).isEqualTo("y: FLOAT[N, 4, floor((H+1)/2), W]");
    assertThat(sliced(-1, Long.MIN_VALUE, -1)).isEqualTo("y: FLOAT[N, 4, H, W]");
    assertThat(sliced(0, 1, 1)).isEqualTo("y: FLOAT[N, 4, 1, W]");
    assertThat(sliced(0, 9, 1)).isEqualTo("y: FLOAT[N, 4, y[2], W]");
  }

  /** Of two rows, the last three are two. */
  @Test
  void a_slice_that_may_begin_before_the_axis_is_not_known() {
    assertThat(sliced(-3, Long.MAX_VALUE, 1)).isEqualTo("y: FLOAT[N, 4, y[2], W]");
    assertThat(sliced(-3, -1, 1)).isEqualTo("y: FLOAT[N, 4, y[2], W]");
  }

  private static String sliced(long start, long end, long step) {
    Graph.Builder graph =
        graph()
            .initializer("s", Tensors.longs(start))
            .initializer("e", Tensors.longs(end))
            .initializer("a", Tensors.longs(2))
            .initializer("t", Tensors.longs(step))
            .node(new Op.Slice(Optional.empty()), List.of("x", "s", "e", "a", "t"), "y");
    return shapeOf(graph, "y");
  }

  @Test
  void declarations_fill_what_an_opaque_op_leaves_open() {
    Op opaque = new Op.Opaque("com.example", "Fancy", Map.of(), List.of());
    Graph.Builder graph =
        graph()
            .node(opaque, List.of("x"), "a")
            .node(RELU, List.of("a"), "b")
            .node(opaque, List.of("b"), "c")
            .declare(image("a", "N", 7, "?", "W"));

    Map<String, Value> known = ShapeInference.infer(graph.output(Values.any("c")).build());

    assertThat(known.get("b")).hasToString("b: FLOAT[N, 7, a[2], W]");
    assertThat(known.get("c")).hasToString("c: ?[...]");
  }

  @Test
  void a_declaration_that_contradicts_is_an_error() {
    Graph graph =
        graph().node(RELU, List.of("x"), "y").output(image("y", "N", 5, "H", "W")).build();

    assertThatThrownBy(() -> ShapeInference.infer(graph))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage(
            "Relu 'y' computes FLOAT[N, 4, H, W], but the graph declares y: FLOAT[N, 5, H, W];"
                + " correct or remove the declaration");
  }

  @Test
  void channels_that_do_not_fit_are_an_error() {
    Graph graph =
        graph()
            .initializer("w", weight(8, 3, 3, 3))
            .node(
                new Node("stem", new Op.Conv(window(1, 1, 1), 1), List.of("x", "w"), List.of("y")))
            .build();

    assertThatThrownBy(() -> ShapeInference.infer(graph))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage(
            "Conv 'stem', inputs (FLOAT[N, 4, H, W] FLOAT[8, 3, 3, 3]): the weight [8, 3, 3, 3]"
                + " with 1 groups reads 3 channels, the input [N, 4, H, W] has 4");
  }

  @Test
  void shapes_that_do_not_broadcast_are_an_error() {
    Graph graph =
        graph().initializer("b", weight(3, 1, 1)).node(ADD, List.of("x", "b"), "y").build();

    assertThatThrownBy(() -> ShapeInference.infer(graph))
        .hasMessageContaining("Add 'y'")
        .hasMessageContaining("[N, 4, H, W] and [3, 1, 1]: axis 1: dimensions 4 and 3");
  }

  @Test
  void fixed_inputs_fix_their_symbols_everywhere() {
    Graph graph =
        graph()
            .input(image("z", "N", "H"))
            .node(RELU, List.of("x"), "y")
            .node(RELU, List.of("z"), "v")
            .declare(image("v", "N", "H"))
            .output(image("y", "N", 4, "H", "W"))
            .build();

    Graph fixed = FixedShapes.fix(graph, Map.of("x", new long[] {1, 4, 32, 48}));

    assertThat(fixed.outputs().get(0)).hasToString("y: FLOAT[1, 4, 32, 48]");
    assertThat(fixed.inputs().get(1)).hasToString("z: FLOAT[1, 32]");
    assertThat(fixed.declared().get("v")).hasToString("v: FLOAT[1, 32]");
  }

  @Test
  void a_fixed_shape_must_fit_the_declared_one() {
    Graph graph = graph().build();

    assertThatThrownBy(() -> ShapeInference.infer(graph, Map.of("x", new long[] {1, 3, 8, 8})))
        .hasMessage(
            "Input 'x: FLOAT[N, 4, H, W]' declares 4 on axis 1, the given shape [1, 3, 8, 8] says"
                + " otherwise");
    assertThatThrownBy(() -> ShapeInference.infer(graph, Map.of("x", new long[] {1, 4, 8})))
        .hasMessageContaining("has 4 dimensions, the given shape [1, 4, 8] has 3");
    assertThatThrownBy(() -> ShapeInference.infer(graph, Map.of("q", new long[] {1})))
        .hasMessageContaining("There is no input 'q'");
  }

  /** Symbolic shapes, with numbers put in, are the shapes that the interpreter finds. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void inferred_shapes_are_the_computed_ones(long seed) {
    var random = new SplittableRandom(seed);
    Graph graph = randomGraph(random);
    Map<String, Long> sizes = new HashMap<>();
    for (String symbol : List.of("N", "H", "W")) {
      sizes.put(symbol, symbol.equals("N") ? random.nextLong(1, 3) : random.nextLong(110, 120));
    }
    long[] shape = {sizes.get("N"), 4, sizes.get("H"), sizes.get("W")};
    int[] dims = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();

    Map<String, NdArray> computed =
        new Interpreter(graph)
            .runAll(Map.of("x", NdArray.of(new double[Layout.count(dims)], dims)));
    Map<String, Value> symbolic = ShapeInference.infer(graph);
    Map<String, Value> fixed = ShapeInference.infer(graph, Map.of("x", shape));

    computed.forEach(
        (name, array) -> {
          assertThat(fixed.get(name).toString())
              .isEqualTo(name + ": " + array.type() + Arrays.toString(array.dims()));
          Shape inferred = symbolic.get(name).shape().orElseThrow();
          for (int i = 0; i < array.rank(); i++) {
            if (!inferred.dim(i).toString().contains("[")) {
              assertThat(TextValue.of(inferred.dim(i).toString(), sizes))
                  .as("%s axis %d of %s", name, i, inferred)
                  .isEqualTo(array.dim(i));
            }
          }
        });
  }

  private static Graph randomGraph(SplittableRandom random) {
    Graph.Builder builder = graph();
    String last = "x";
    for (int i = 0; i < 4; i++) {
      String next = "v" + i;
      int k = 1 + random.nextInt(3);
      Window window =
          Window.of(
              List.of(1 + random.nextInt(2), i == 0 ? 3 : 1 + random.nextInt(2)),
              List.of(1 + random.nextInt(2), 1),
              List.of(random.nextInt(k), random.nextInt(k), random.nextInt(k), random.nextInt(k)));
      boolean ceil = random.nextBoolean();
      switch (random.nextInt(8)) {
        case 0 ->
            builder
                .initializer("w" + i, weight(4, 4, k, k))
                .node(new Op.Conv(window, 1), List.of(last, "w" + i), next);
        case 1 ->
            builder
                .initializer("w" + i, weight(4, 2, k, k))
                .node(
                    new Op.ConvTranspose(window, 2, List.of(), List.of()),
                    List.of(last, "w" + i),
                    next);
        case 2 ->
            builder.node(new Op.MaxPool(List.of(k, k), window, ceil, false), List.of(last), next);
        case 3 ->
            builder.node(
                new Op.AveragePool(List.of(k, k), window, ceil, true), List.of(last), next);
        case 4 -> {
          var pads = List.of(0L, 0L, 1L, 2L, 0L, 0L, -1L, (long) k);
          var op = new Op.Pad(Op.Pad.Mode.REFLECT, Optional.of(pads), OptionalDouble.empty());
          builder.node(op, List.of(last), next);
        }
        case 5 ->
            builder
                .initializer("s" + i, Tensor.ofFloats(new float[] {1, 1, k, 0.5f}, 4))
                .node(resize(), List.of(last, "", "s" + i), next);
        case 6 -> {
          Window same =
              new Window(Window.AutoPad.SAME_LOWER, window.strides(), List.of(), List.of());
          builder
              .initializer("w" + i, weight(4, 1, k, 2))
              .node(new Op.Conv(same, 4), List.of(last, "w" + i), next);
        }
        default -> {
          var bounds =
              new Op.Slice.Bounds(List.of(1L, -5L), List.of(-1L, 99999999999L), List.of(2, 3));
          builder.node(new Op.Slice(Optional.of(bounds)), List.of(last), next);
        }
      }
      last = next;
    }
    return builder.output(Values.any(last)).build();
  }
}
