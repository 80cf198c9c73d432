package io.repfold.precision.half;

import static io.repfold.kit.Layers.ADD;
import static io.repfold.kit.Layers.RELU;
import static io.repfold.precision.Graphs.casts;
import static io.repfold.precision.Graphs.conv;
import static io.repfold.precision.Graphs.images;
import static io.repfold.precision.Graphs.run;
import static io.repfold.precision.Graphs.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Rounding;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Difference;
import io.repfold.kit.Layers;
import io.repfold.kit.Values;
import io.repfold.precision.Graphs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfPrecisionTest {
  private static Graph network() {
    Graph.Builder b = conv(images(5, 7), "x", "a", 0.5);
    conv(b.node(RELU, List.of("a"), "r"), "r", "c", 0.5);
    return b.node(ADD, List.of("c", "r"), "y").output(Values.float32("y")).build();
  }

  @ParameterizedTest
  @CsvSource({"FLOAT16, 0x1p-11", "BFLOAT16, 0x1p-8"})
  void weights_and_values_become_half_and_the_boundary_stays(ElementType half, double digit) {
    Graph graph = network().toBuilder().opset("", 22).build();
    HalfOptions options = half == ElementType.FLOAT16 ? HalfOptions.FLOAT16 : HalfOptions.BFLOAT16;

    HalfPrecision.Result result = HalfPrecision.convert(graph, options);

    assertThat(result.graph().initializers().values()).allMatch(t -> t.type() == half);
    assertThat(List.of("a", "r", "c")).allMatch(value -> type(result.graph(), value) == half);
    assertThat(List.of("x", "y"))
        .allMatch(value -> type(result.graph(), value) == ElementType.FLOAT);
    assertThat(casts(result.graph())).hasSize(2);
    assertThat(result.report())
        .extracting(HalfReport::type, HalfReport::halfNodes, HalfReport::casts)
        .containsExactly(half, 4, 2);
    assertThat(result.report().halfWeightBytes() * 2).isEqualTo(result.report().weightBytes());
    double error =
        Difference.ALL_FINITE.relative(
            run(graph, Rounding.NONE), run(result.graph(), Rounding.STORED));
    assertThat(error).isBetween(digit / 16, 8 * digit);
    assertThat(
            Difference.ALL_FINITE.relative(
                run(graph, Rounding.NONE), run(result.graph(), Rounding.NONE)))
        .as("of rounding the weights alone")
        .isLessThan(error);
  }

  @Test
  void the_boundary_may_be_half_too() {
    HalfPrecision.Result result =
        HalfPrecision.convert(network(), HalfOptions.FLOAT16.withBoundary(false));

    assertThat(casts(result.graph())).isEmpty();
    assertThat(List.of("x", "y"))
        .allMatch(value -> type(result.graph(), value) == ElementType.FLOAT16);
    assertThat(result.graph().outputs().get(0).type()).contains(ElementType.FLOAT16);
  }

  @Test
  void each_value_is_cast_once_however_many_read_it() {
    Graph.Builder b = conv(images(3, 3), "x", "a", 0.5);
    b.node(Graphs.SOFTMAX, List.of("a"), "p");
    b.node(new Op.Unary(Op.Unary.Function.EXP), List.of("a"), "e");
    conv(b, "p", "pc", 0.5);
    conv(b, "e", "ec", 0.5);
    Graph graph =
        b.node(ADD, List.of("pc", "ec"), "s")
            .node(ADD, List.of("s", "a"), "y")
            .output(Values.float32("y"))
            .build();

    Graph half = HalfPrecision.convert(graph, HalfOptions.FLOAT16).graph();

    assertThat(casts(half))
        .extracting(Node::output)
        .containsExactlyInAnyOrder("x_float16", "a_float32", "p_float16", "e_float16", "y");
    assertThat(
            Difference.ALL_FINITE.relative(run(graph, Rounding.NONE), run(half, Rounding.STORED)))
        .isLessThan(0.005);
  }

  @Test
  void a_cast_of_the_graph_itself_takes_the_place_of_ours() {
    Graph.Builder b = images(3, 3).input(Value.of("mask", ElementType.BOOL, Shape.of(4)));
    b.node(new Op.Cast(ElementType.FLOAT), List.of("mask"), "m");
    conv(b, "x", "a", 0.5);
    b.initializer("shape", Tensor.ofLongs(new long[] {4, 1, 1}, 3));
    b.node(new Op.Reshape(false), List.of("m", "shape"), "m3");
    b.node(Layers.MUL, List.of("a", "m3"), "y").output(Values.float32("y"));

    Graph half = HalfPrecision.convert(b.build(), HalfOptions.FLOAT16).graph();

    assertThat(type(half, "m")).isEqualTo(ElementType.FLOAT16);
    assertThat(casts(half)).extracting(Node::output).containsExactly("m", "x_float16", "y");
  }

  @Test
  void names_that_are_taken_are_not_taken_again() {
    Graph.Builder b = images(3, 3);
    b.node(RELU, List.of("x"), "x_float16");
    conv(b, "x_float16", "y", 0.5).output(Values.float32("y"));

    Graph half = HalfPrecision.convert(b.build(), HalfOptions.FLOAT16).graph();

    assertThat(half.nodes()).extracting(Node::output).doesNotHaveDuplicates();
    assertThat(half.nodes()).extracting(Node::name).doesNotHaveDuplicates();
    assertThat(casts(half).get(0).output()).isEqualTo("x_float16_2");
  }

  @Test
  void scales_of_resize_stay_float32_and_what_computes_them() {
    Graph.Builder b = conv(images(4, 4), "x", "a", 0.5);
    b.node(new Op.ShapeOf(0, Optional.empty()), List.of("a"), "size");
    b.node(new Op.Cast(ElementType.FLOAT), List.of("size"), "real");
    b.initializer("factor", Tensor.ofFloats(new float[] {1, 0.25f, 0.5f, 0.5f}, 4));
    b.node(Layers.MUL, List.of("real", "factor"), "scales");
    b.node(Graphs.RESIZE, List.of("a", "", "scales"), "big");
    b.initializer("twice", Tensor.ofFloats(new float[] {1, 1, 2, 2}, 4));
    b.node(Graphs.RESIZE, List.of("big", "", "twice"), "y").output(Values.float32("y"));
    Graph graph = b.build();

    HalfPrecision.Result result = HalfPrecision.convert(graph, HalfOptions.FLOAT16);

    Graph half = result.graph();
    assertThat(List.of("real", "factor", "scales", "twice"))
        .allMatch(value -> type(half, value) == ElementType.FLOAT);
    assertThat(List.of("a", "big")).allMatch(value -> type(half, value) == ElementType.FLOAT16);
    assertThat(result.report().islands())
        .extracting(HalfReport.Island::cause)
        .containsOnly(HalfReport.Cause.SIZES);
    assertThat(
            Difference.ALL_FINITE.relative(run(graph, Rounding.NONE), run(half, Rounding.STORED)))
        .isLessThan(0.002);
  }

  @Test
  void an_op_that_is_not_modeled_stays_float32_between_casts() {
    Op opaque = new Op.Opaque("my", "Bend", Map.of(), List.of());
    Graph.Builder b = conv(images(3, 3), "x", "a", 0.5);
    b.node(opaque, List.of("a"), "o");
    Graph graph = conv(b, "o", "y", 0.5).output(Values.float32("y")).build();

    HalfPrecision.Result blind = HalfPrecision.convert(graph, HalfOptions.FLOAT16);
    HalfPrecision.Result told =
        HalfPrecision.convert(graph, HalfOptions.FLOAT16.withTypes(Map.of("o", ElementType.FLOAT)));

    assertThat(blind.report().islands())
        .extracting(HalfReport.Island::node)
        .containsExactly("Bend 'o'", "Conv 'y'");
    assertThat(type(blind.graph(), "y.weight")).isEqualTo(ElementType.FLOAT);
    assertThat(told.report().islands())
        .extracting(HalfReport.Island::node)
        .containsExactly("Bend 'o'");
    assertThat(told.graph().producer("o").orElseThrow().inputs()).containsExactly("a_float32");
    assertThat(told.graph().producer("y_float16").orElseThrow().input(0)).isEqualTo("o_float16");
  }

  @Test
  void what_a_body_reads_keeps_its_name_and_type() {
    Op loop = new Op.Opaque("", "If", Map.of(), List.of("a", "w"));
    Graph.Builder b = conv(images(3, 3), "x", "a", 0.5);
    b.initializer("w", Tensor.ofFloats(new float[] {2}, 1))
        .input(Value.of("c", ElementType.BOOL, Shape.of()));
    b.node(loop, List.of("c"), "o");
    b.node(ADD, List.of("a", "w"), "y").output(Values.float32("y")).output(Values.float32("o"));

    Graph half = HalfPrecision.convert(b.build(), HalfOptions.FLOAT16).graph();

    assertThat(type(half, "a")).isEqualTo(ElementType.FLOAT);
    assertThat(type(half, "w")).isEqualTo(ElementType.FLOAT);
    assertThat(type(half, "a_float16")).isEqualTo(ElementType.FLOAT16);
    assertThat(half.producer("o").orElseThrow().op()).isEqualTo(loop);
  }

  @Test
  void nodes_may_be_kept_by_name_or_output() {
    Graph graph = network();

    HalfPrecision.Result result =
        HalfPrecision.convert(graph, HalfOptions.FLOAT16.withFloat32(Set.of("c")));

    assertThat(result.report().islands())
        .extracting(HalfReport.Island::output, HalfReport.Island::cause)
        .contains(tuple("c", HalfReport.Cause.REQUESTED));
    assertThat(result.graph().initializers().get("c.weight"))
        .isEqualTo(graph.initializers().get("c.weight"));
  }
}
