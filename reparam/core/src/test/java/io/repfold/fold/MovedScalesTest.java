package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.graph.Window;
import io.repfold.kit.Layers;
import io.repfold.kit.Tensors;
import io.repfold.kit.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scales and shifts that meet their convolution behind ops that move elements. */
class MovedScalesTest {
  private static final Op SWAP = new Op.Transpose(List.of(0, 1, 3, 2));

  private final Net net = new Net();
  private final String x = net.image("x", "4", "6", "6");

  private String conv(String value, int out) {
    return net.conv(value, out, net.b.channels(value), 1, 1);
  }

  private String norm(String value, int channels) {
    return norm(value, random(channels), random(channels));
  }

  private String norm(String value, String factors, String shifts) {
    int channels = (int) net.b.build().constant(factors).orElseThrow().size();
    String mean = random(channels);
    String variance =
        net.b.initializer("variance", Tensors.filled(ElementType.DOUBLE, 2, channels));
    Op norm = new Op.BatchNormalization(0.05f, 0.9f, false);
    return net.b.op("norm", norm, List.of(value, factors, shifts, mean, variance), channels);
  }

  private String random(long... dims) {
    return net.b.initializer("random", net.random(dims));
  }

  private String op(Op op, int channels, String... inputs) {
    return net.b.op("op", op, List.of(inputs), channels);
  }

  private String mul(String a, String b) {
    return net.op(Layers.MUL, a, b);
  }

  private String slice(String value, long start, long end, long axis, long step) {
    return net.op(
        Net.SLICE, value, net.longs(start), net.longs(end), net.longs(axis), net.longs(step));
  }

  private String resized(String value, String mode, float channels) {
    Op resize =
        new Op.Resize(
            mode, "asymmetric", "floor", -0.75f, false, 0, false, List.of(), "stretch", false);
    Tensor factors = Tensor.ofFloats(new float[] {1, channels, 2, 2}, 4);
    return net.op(resize, value, "", net.b.initializer("factors", factors));
  }

  @Test
  void back_through_concat() {
    String joined = net.b.concat(List.of(conv(net.b.relu(x), 2), conv(x, 3)));
    net.fold(norm(joined, 5)).becomes("Relu", "Conv", "Conv", "Concat");
  }

  @Test
  void a_part_of_a_concat_that_is_no_convolution_keeps_its_own() {
    String joined = net.b.concat(List.of(conv(x, 3), net.b.relu(x)));
    net.fold(norm(joined, 7)).becomes("Conv", "Relu", "BatchNormalization", "Concat");
  }

  @Test
  void an_image_of_the_graph_or_a_constant_beside_is_no_place() {
    String z = net.image("z", "2", "6", "6");
    net.fold(norm(net.op(new Op.Concat(1), conv(x, 4), z), 6));
  }

  @Test
  void a_value_twice_in_a_concat() {
    String y = conv(x, 2);
    net.fold(norm(net.op(new Op.Concat(1), y, y), 4));
  }

  @Test
  void back_through_a_shuffle_of_channels() {
    String apart = net.op(new Op.Reshape(false), conv(x, 4), net.longs(0, 2, 2, 6, 6));
    String turned = net.op(new Op.Transpose(List.of(0, 2, 1, 3, 4)), apart);
    net.fold(norm(net.op(new Op.Reshape(false), turned, net.longs(0, 4, 6, 6)), 4))
        .becomes("Conv", "Reshape", "Transpose", "Reshape");
  }

  @Test
  void back_and_ahead_through_transpose() {
    String y = net.op(SWAP, norm(net.op(SWAP, conv(x, 4)), 4));
    net.fold(net.b.relu(y)).becomes("Conv", "Relu");
  }

  @Test
  void ahead_through_transpose_into_a_product() {
    String rows = net.op(new Op.Transpose(List.of(0, 2, 3, 1)), norm(net.b.relu(x), 4));
    net.fold(net.op(new Op.MatMul(), rows, random(4, 3)))
        .becomes("Relu", "Transpose", "MatMul", "Add");
  }

  @Test
  void ahead_through_flatten_into_a_gemm() {
    String flat = net.op(new Op.Flatten(1), norm(net.b.relu(x), 4));
    net.fold(net.op(new Op.Gemm(1, 1, false, false), flat, random(144, 3), random(3)))
        .becomes("Relu", "Flatten", "Gemm");
  }

  @Test
  void ahead_through_a_mean_into_a_gemm() {
    String mean =
        net.op(
            new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(-1, 2)), false, false),
            norm(net.b.relu(x), 4));
    net.fold(net.op(new Op.Gemm(1, 1, false, true), mean, random(3, 4), random(3)))
        .becomes("Relu", "ReduceMean", "Gemm");
  }

  /** The product mixes the columns that the mean is over. */
  @Test
  void a_mean_does_not_go_before_a_product_of_columns() {
    Op mean = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(2, 3)), true, false);
    String columns = net.op(new Op.MatMul(), conv(x, 4), random(6, 6));
    net.fold(net.op(mean, columns)).becomes("Conv", "MatMul", "ReduceMean");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void back_through_means(boolean keepsDims) {
    Op mean = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(2, 3)), keepsDims, false);
    net.fold(norm(net.op(mean, conv(x, 4)), 4))
        .becomes(
            keepsDims ? new String[] {"ReduceMean", "Conv"} : new String[] {"Conv", "ReduceMean"});
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void back_through_depth_to_space(boolean columnRowDepth) {
    String y = conv(x, 8);
    Verified verified =
        net.fold(mul(net.op(new Op.DepthToSpace(2, columnRowDepth), y), random(2, 1, 1)));
    verified.becomes("Conv", "DepthToSpace");
  }

  @Test
  void a_block_that_is_larger_than_any_image() {
    Net open = new Net();
    String image = open.image("x", "C", "H", "W");
    String y = open.op(new Op.DepthToSpace(50_000, true), image);
    open.b.output(open.op(Layers.MUL, y, open.b.initializer("s", open.random(4, 1, 1))));
    assertThat(Folder.fold(open.b.build()).graph().nodes()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nearest", "linear", "cubic"})
  void back_through_resize(String mode) {
    net.fold(norm(resized(conv(x, 4), mode, 1), 4)).becomes("Conv", "Resize");
  }

  /** Four channels times 1.2 are four. */
  @Test
  void a_resize_that_mixes_channels_lets_nothing_pass() {
    Verified verified = net.fold(norm(resized(conv(x, 4), "linear", 1.2f), 4));
    assertThat(verified.types()).contains("BatchNormalization");
  }

  @Test
  void back_through_pools() {
    Window padded = Window.of(List.of(), List.of(), List.of(1, 1, 1, 1));
    Op average = new Op.AveragePool(List.of(3, 3), padded, false, false);
    String y = net.op(average, norm(net.op(new Op.GlobalAveragePool(), conv(x, 4)), 4));
    net.fold(norm(y, 4)).becomes("GlobalAveragePool", "Conv", "AveragePool");
  }

  @ParameterizedTest
  @CsvSource({"1, true", "-1, false"})
  void maxima_keep_positive_factors_only(double sign, boolean folds) {
    Op max = new Op.MaxPool(List.of(3, 3), Window.DEFAULT, false, false);
    double[] factors = {0.5, 2, sign * 0.7, 3};
    String scale = net.b.initializer("s", Tensor.ofDoubles(ElementType.DOUBLE, factors, 4, 1, 1));
    net.fold(mul(net.op(max, conv(x, 4)), scale))
        .becomes(
            folds ? new String[] {"Conv", "MaxPool"} : new String[] {"Conv", "MaxPool", "Mul"});
  }

  private String padded(String value, Op.Pad.Mode mode, long... pads) {
    Op pad = new Op.Pad(mode, Optional.empty(), OptionalDouble.empty());
    return net.op(pad, value, net.longs(pads));
  }

  @Test
  void a_border_of_zeros_keeps_factors_and_no_shift() {
    String y = padded(conv(x, 4), Op.Pad.Mode.CONSTANT, 0, 0, 1, 1, 0, 0, 0, 2);
    String twice = padded(net.b.relu(y), Op.Pad.Mode.EDGE, 0, 0, 1, 1, 0, 0, 0, 2);
    net.fold(mul(twice, random(4, 1, 1)));
  }

  /** The border would be the shift instead of 0 behind the Pad. */
  @Test
  void a_border_of_zeros_lets_no_shift_pass() {
    Op pad = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
    String rows = net.op(SWAP, conv(x, 4));
    String y = net.op(SWAP, net.op(pad, rows, net.longs(0, 0, 1, 1, 0, 0, 0, 2)));
    Verified verified = net.fold(norm(y, 4));
    assertThat(verified.types()).contains("BatchNormalization");
  }

  @Test
  void mirrored_borders_keep_shifts() {
    String y = padded(conv(x, 4), Op.Pad.Mode.REFLECT, 0, 0, 1, 1, 0, 0, 2, 2);
    net.fold(norm(y, 4)).becomes("Conv", "Pad");
  }

  /** One channel more at the begin and one less at the end: as many, but others. */
  @Test
  void a_pad_that_shifts_channels_lets_nothing_pass() {
    String y = padded(conv(x, 4), Op.Pad.Mode.EDGE, 0, 1, 0, 0, 0, -1, 0, 0);
    Verified verified = net.fold(norm(y, 4));
    assertThat(verified.types()).contains("BatchNormalization");
  }

  @Test
  void one_part_of_a_split_is_scaled() {
    String y = conv(x, 4);
    net.fold(mul(slice(y, 0, 2, 1, 1), random(2, 1, 1)), net.b.relu(slice(y, 2, 4, 1, 1)))
        .becomes("Conv", "Slice", "Slice", "Relu");
  }

  @Test
  void slices_in_steps_and_backward() {
    String y = conv(x, 4);
    net.fold(mul(slice(y, 3, Long.MIN_VALUE, 1, -2), random(2, 1, 1))).becomes("Conv", "Slice");
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40})
  void steps_beyond_all_sizes(long step) {
    long start = step > 0 ? 1 : -1;
    String y = slice(conv(x, 4), start, step > 0 ? Long.MAX_VALUE : Long.MIN_VALUE, 1, step);
    net.fold(mul(y, random(1, 1, 1)));
  }

  @Test
  void a_table_for_each_position_is_scaled_with_the_rest() {
    String y = net.op(Layers.ADD, conv(x, 4), random(1, 4, 6, 6));
    net.fold(norm(y, 4)).becomes("Conv", "Add");
  }

  @Test
  void a_sum_takes_its_shift_once() {
    String z = net.op(Layers.ADD, net.op(SWAP, conv(x, 4)), net.op(SWAP, conv(net.b.relu(x), 4)));
    net.fold(norm(z, 4)).becomes("Conv", "Transpose", "Relu", "Conv", "Transpose", "Add");
  }

  @Test
  void what_others_read_stays() {
    String y = net.op(SWAP, conv(x, 4));
    net.fold(norm(y, 4), net.b.relu(y)).becomes("Conv", "Transpose", "BatchNormalization", "Relu");
  }

  @Test
  void what_is_an_output_stays() {
    String y = net.op(SWAP, conv(x, 4));
    net.fold(norm(y, 4), y).becomes("Conv", "Transpose", "BatchNormalization");
  }

  @Test
  void what_a_subgraph_reads_stays() {
    String y = net.op(SWAP, conv(x, 4));
    String scaled = norm(y, 4);
    Op branch = new Op.Opaque("", "If", Map.of(), List.of(y));
    net.b.output(scaled);
    net.b.output(op(branch, 4, x));
    Graph graph = net.b.build();
    assertThat(Folder.fold(graph).graph().nodes()).hasSameSizeAs(graph.nodes());
  }

  /** A single channel is scaled along every axis at once; the map behind knows one. */
  @Test
  void a_scale_between_maps_of_two_axes() {
    Net single = new Net();
    String image = single.image("x", "1", "4", "3");
    String rows = single.op(new Op.MatMul(), image, single.b.initializer("w", single.random(3, 3)));
    String shifted = single.op(Layers.ADD, rows, single.b.initializer("b", single.random(3)));
    String scale = single.b.initializer("s", single.random(1, 4, 1));
    String joined =
        single.op(new Op.Concat(1), single.op(Layers.MUL, shifted, scale), single.b.relu(image));
    single.b.output(
        single.op(Layers.MUL, joined, single.b.initializer("t", single.random(2, 1, 1))));
    Graph graph = single.b.build();
    assertThat(Verified.fold(graph).graph().nodes()).hasSizeLessThanOrEqualTo(graph.nodes().size());
  }

  @Test
  @Timeout(20)
  void many_scales_before_a_convolution() {
    String y = net.op(SWAP, net.b.relu(x));
    for (int i = 0; i < 60; i++) {
      y = mul(y, random(4, 1, 1));
    }
    assertThat(net.fold(conv4(y)).types()).hasSizeLessThan(40);
  }

  private String conv4(String value) {
    return net.conv(value, 4, 4, 1, 1);
  }

  /** The folded weights do not fit: then the norm stays one node, and is not taken apart. */
  @Test
  void a_scale_that_no_convolution_can_hold_stays_where_it_was() {
    GraphBuilder b = new GraphBuilder("half", WeightSource.random(1), ElementType.FLOAT16);
    String image = b.input("x", 1, 4, 3, 3);
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Tensor weight = Tensors.filled(ElementType.FLOAT16, 300, 2, 4, 1, 1);
      parts.add(b.conv(b.relu(image), weight, Optional.empty(), Window.DEFAULT, 1));
    }
    String large = b.initializer("large", Tensors.filled(ElementType.FLOAT16, 300, 6));
    String one = b.initializer("one", Tensors.filled(ElementType.FLOAT16, 1, 6));
    Op norm = new Op.BatchNormalization(0.001f, 0.9f, false);
    b.output(b.op("norm", norm, List.of(b.concat(parts), large, one, one, one), 6));
    Graph graph = b.build();
    assertThat(Folder.fold(graph).graph().nodes()).hasSameSizeAs(graph.nodes());
  }

  @Test
  void a_shape_that_is_declared_wrong_moves_nothing() {
    Shape rows = new Shape(List.of(new Dim.Symbol("N"), Dim.of(4), Dim.of(3)));
    Shape wrong = new Shape(List.of(new Dim.Symbol("N"), Dim.of(5), Dim.of(3)));
    Optional<ElementType> type = Optional.of(ElementType.DOUBLE);
    Graph graph =
        new Graph.Builder("g")
            .input(new Value("x", type, Optional.of(rows)))
            .input(new Value("s", Optional.of(ElementType.INT64), Optional.of(Shape.of(3))))
            .initializer("w", net.random(4, 4, 1))
            .initializer("m", net.random(1, 5, 1))
            .node(Layers.CONV, List.of("x", "w"), "c")
            .node(new Op.Reshape(false), List.of("c", "s"), "r")
            .node(Layers.MUL, List.of("r", "m"), "y")
            .output(Values.any("y"))
            .build();
    Graph declared =
        graph.toBuilder()
            .replaceDeclared(Map.of("r", new Value("r", type, Optional.of(wrong))))
            .build();
    assertThat(Folder.fold(declared).graph().nodes()).hasSize(3);
  }

  /** Neither is a convolution: a scale of rows of two axes has no kernel. */
  @Test
  void a_one_on_the_left_passes_its_value_on() {
    Net rows = new Net();
    String value = rows.image("x", "4");
    String scaled = rows.op(Layers.MUL, value, rows.b.initializer("s", rows.random(4)));
    rows.fold(rows.b.relu(rows.op(Layers.MUL, rows.reals(1), scaled))).becomes("Mul", "Relu");
  }
}
