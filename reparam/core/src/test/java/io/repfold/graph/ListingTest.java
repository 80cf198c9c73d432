package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ListingTest {
  private static String line(Op op) {
    return String.join(" ", op.accept(new ListedAttributes()));
  }

  @Test
  void a_graph_is_listed_with_the_types_that_are_known() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.he(1));
    String x =
        b.input("x", new Shape(List.of(new Dim.Symbol("N"), Dim.of(3), Dim.of(8), Dim.unknown())));
    String y = b.scope("stem").convBn(x, 4, Kernel.of(3).withStride(2), 1);
    b.output(b.pad(b.relu(y), 0, 1, 0, 1));
    Map<String, Value> types =
        Map.of(
            "stem.conv", Value.float32("stem.conv", 1, 4, 4, 4),
            "pad", Value.float32("pad", 1, 4, 4, 6));
    assertThat(Listing.of(b.build(), types))
        .isEqualTo(
            """
            graph net (opset 17)
              in   %x: FLOAT[N, 3, 8, ?]
              %stem.conv = Conv(%x, stem.conv.weight: FLOAT[4, 3, 3, 3]) strides=[2, 2] pads=[1, 1, 1, 1]   # FLOAT[1, 4, 4, 4]
              %stem.bn = BatchNormalization(%stem.conv, stem.bn.weight: FLOAT[4], stem.bn.bias: FLOAT[4], stem.bn.running_mean: FLOAT[4], stem.bn.running_var: FLOAT[4])
              %relu = Relu(%stem.bn)
              %pad = Pad(%relu, pad.pads: INT64[8] = [0, 0, 0, 1, 0, 0, 0, 1])   # FLOAT[1, 4, 4, 6]
              out  %pad: FLOAT[1, 4, 4, 6]
            """);
  }

  @Test
  void declared_types_are_shown_where_none_are_given() {
    Graph graph =
        new Graph.Builder("g")
            .input(Value.float32("x", 2))
            .node(new Op.Identity(), List.of("x"), "y")
            .declare(Value.float32("y", 2))
            .output(new Value("y", Optional.empty(), Optional.empty()))
            .build();
    assertThat(Listing.of(graph))
        .isEqualTo(
            """
            graph g (opset 17)
              in   %x: FLOAT[2]
              %y = Identity(%x)   # FLOAT[2]
              out  %y: FLOAT[2]
            """);
  }

  @Test
  void unknown_ops_show_domain_attributes_and_captures() {
    Op foreign =
        new Op.Opaque(
            "com.acme",
            "Magic",
            Map.of(
                "mode", "fast \"quoted\"\n",
                "bytes", "tanh".getBytes(StandardCharsets.UTF_8),
                "axes", List.of(1L, 2L),
                "table", Tensor.ofFloats(new float[2], 2),
                "body", new Object()),
            List.of("w"));
    Graph graph =
        new Graph.Builder("two words")
            .opset("com.acme", 3)
            .input(Value.float32("x", 2))
            .input(Value.float32("w", 1))
            .initializer("w", Tensor.ofFloats(new float[] {0.5f}, 1))
            .node(new Node("n", foreign, List.of("", "x"), List.of("a b", "", "c")))
            .output(new Value("c", Optional.empty(), Optional.empty()))
            .build();
    assertThat(Listing.of(graph))
        .isEqualTo(
            """
            graph "two words" (opset 17, com.acme 3)
              in   %x: FLOAT[2]
              in   %w: FLOAT[1] = FLOAT[1] = [0.5]
              %"a b", _, %c = com.acme::Magic(_, %x) axes=[1, 2] body={...} bytes="tanh" mode="fast \\"quoted\\"\\u000a" table=FLOAT[2] captures=[%w]
              out  %c
            """);
  }

  @Test
  void defaults_are_not_listed() {
    List<Op> ops =
        List.of(
            new Op.Conv(Window.of(List.of(1, 1), List.of(1, 1), List.of(0, 0, 0, 0)), 1),
            new Op.BatchNormalization(1e-5f, 0.9f, false),
            new Op.LeakyRelu(0.01f),
            new Op.Elu(1),
            new Op.HardSigmoid(0.2f, 0.5f),
            new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty()),
            new Op.Softmax(-1, false),
            new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty()),
            new Op.Reduce(Op.Reduce.Function.MEAN, Optional.empty(), true, false),
            new Op.Gemm(1, 1, false, false),
            new Op.Flatten(1),
            new Op.Transpose(List.of()),
            new Op.Split(0, Optional.empty()),
            new Op.ArgMax(0, true, false),
            new Op.ShapeOf(0, Optional.empty()),
            new Op.Gather(0));
    assertThat(ops).allSatisfy(op -> assertThat(line(op)).isEmpty());
  }

  @Test
  void what_differs_from_the_defaults_has_the_name_that_onnx_gives_it() {
    Window window = Window.of(List.of(2, 1), List.of(1, 3), List.of(0, 1, 0, 1));
    Window same = new Window(Window.AutoPad.SAME_UPPER, List.of(), List.of(), List.of());
    assertThat(line(new Op.Conv(window, 2)))
        .isEqualTo("strides=[2, 1] dilations=[1, 3] pads=[0, 1, 0, 1] group=2");
    assertThat(line(new Op.ConvTranspose(same, 1, List.of(1, 0), List.of())))
        .isEqualTo("auto_pad=SAME_UPPER output_padding=[1, 0]");
    assertThat(line(new Op.AveragePool(List.of(2, 2), Window.DEFAULT, true, true)))
        .isEqualTo("kernel_shape=[2, 2] ceil_mode=1 count_include_pad=1");
    assertThat(line(new Op.BatchNormalization(1e-3f, 0.9f, true)))
        .isEqualTo("epsilon=0.001 training_mode=1");
    assertThat(line(new Op.Clip(OptionalDouble.of(0), OptionalDouble.of(6))))
        .isEqualTo("min=0.0 max=6.0");
    assertThat(line(new Op.Reduce(Op.Reduce.Function.SUM, Optional.of(List.of(2)), false, true)))
        .isEqualTo("axes=[2] keepdims=0 noop_with_empty_axes=1");
    assertThat(line(new Op.Gemm(0.5f, 1, false, true))).isEqualTo("alpha=0.5 transB=1");
    assertThat(
            line(
                new Op.Slice(
                    Optional.of(new Op.Slice.Bounds(List.of(1L), List.of(2L), List.of())))))
        .isEqualTo("starts=[1] ends=[2]");
    assertThat(
            line(
                new Op.Pad(
                    Op.Pad.Mode.REFLECT, Optional.of(List.of(1L, 1L)), OptionalDouble.empty())))
        .isEqualTo("mode=reflect pads=[1, 1]");
    assertThat(line(new Op.Constant(Tensor.ofDoubles(ElementType.DOUBLE, new double[] {2.5}))))
        .isEqualTo("value=DOUBLE[] = 2.5");
    assertThat(line(new Op.DepthToSpace(2, true))).isEqualTo("blocksize=2 mode=CRD");
  }

  @Test
  void long_text_is_cut() {
    assertThat(Listing.quoted("x".repeat(100))).hasSize(65).endsWith("x...\"");
  }
}
