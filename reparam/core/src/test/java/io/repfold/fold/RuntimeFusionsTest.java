package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.kit.Layers;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Activations and normalizations that runtimes fuse stay whole between convolutions. */
class RuntimeFusionsTest {
  private static final Op DIV = new Op.Binary(Op.Binary.Function.DIV);
  private static final Op SUB = new Op.Binary(Op.Binary.Function.SUB);
  private static final Op POW = new Op.Binary(Op.Binary.Function.POW);

  private final Net net = new Net();
  private final String x = net.conv(net.image("x", "4", "3", "3"), 4, 4, 1, 1);

  private String by(Op op, String value, double number) {
    return net.op(op, value, net.reals(number));
  }

  private String unary(Op.Unary.Function function, String value) {
    return net.b.unary(function, value);
  }

  private void staysBefore(String activation, String... types) {
    net.fold(net.conv(activation, 4, 4, 1, 1)).becomes(types);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void gelu(int variant) {
    String erf =
        unary(
            Op.Unary.Function.ERF,
            variant == 0 ? by(DIV, x, Math.sqrt(2)) : by(Layers.MUL, x, Math.sqrt(0.5)));
    String one = by(Layers.ADD, erf, 1);
    String gelu =
        switch (variant) {
          case 0 -> by(Layers.MUL, net.op(Layers.MUL, x, one), 0.5);
          case 1 -> net.op(Layers.MUL, x, by(Layers.MUL, one, 0.5));
          default -> net.op(Layers.MUL, by(Layers.MUL, x, 0.5), one);
        };
    String[] types =
        switch (variant) {
          case 0 -> new String[] {"Conv", "Div", "Erf", "Add", "Mul", "Mul", "Conv"};
          default -> new String[] {"Conv", "Mul", "Erf", "Add", "Mul", "Mul", "Conv"};
        };
    staysBefore(gelu, types);
  }

  @Test
  void gelu_with_tanh() {
    String cube = by(Layers.MUL, by(POW, x, 3), 0.044715);
    String inner = by(Layers.MUL, net.op(Layers.ADD, x, cube), Math.sqrt(2 / Math.PI));
    String one = by(Layers.ADD, unary(Op.Unary.Function.TANH, inner), 1);
    staysBefore(
        net.op(Layers.MUL, by(Layers.MUL, x, 0.5), one),
        "Conv",
        "Pow",
        "Mul",
        "Add",
        "Mul",
        "Tanh",
        "Add",
        "Mul",
        "Mul",
        "Conv");
  }

  @Test
  void quick_gelu() {
    String gate = unary(Op.Unary.Function.SIGMOID, by(Layers.MUL, x, 1.702));
    staysBefore(net.op(Layers.MUL, x, gate), "Conv", "Mul", "Sigmoid", "Mul", "Conv");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void hard_swish(boolean dividesLast) {
    Op clip = new Op.Clip(java.util.OptionalDouble.empty(), java.util.OptionalDouble.empty());
    String six = net.op(clip, by(Layers.ADD, x, 3), net.reals(0), net.reals(6));
    String swish =
        dividesLast
            ? by(DIV, net.op(Layers.MUL, x, six), 6)
            : net.op(Layers.MUL, x, by(DIV, six, 6));
    Verified verified = net.fold(net.conv(swish, 4, 4, 1, 1));
    assertThat(verified.types()).contains("Add", "Clip", "Div");
  }

  @Test
  void a_layer_normalization_written_out() {
    String rows = net.op(new Op.Transpose(List.of(0, 2, 3, 1)), x);
    Op mean = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(-1)), true, false);
    String centered = net.op(SUB, rows, net.op(mean, rows));
    String variance = by(Layers.ADD, net.op(mean, by(POW, centered, 2)), 1e-3);
    String normalized = net.op(DIV, centered, unary(Op.Unary.Function.SQRT, variance));
    String scaled = net.op(Layers.MUL, normalized, net.b.initializer("g", net.random(4)));
    String shifted = net.op(Layers.ADD, scaled, net.b.initializer("b", net.random(4)));
    Verified verified =
        net.fold(net.op(new Op.MatMul(), shifted, net.b.initializer("w", net.random(4, 3))));
    assertThat(verified.types()).endsWith("Sqrt", "Div", "Mul", "Add", "MatMul");
  }

  @Test
  void the_scale_of_an_attention() {
    Net two = new Net();
    String tokens = two.image("x", "5", "4");
    String w = two.b.initializer("w", two.random(4, 4));
    String query = two.op(new Op.MatMul(), tokens, w);
    String keys = two.op(new Op.Transpose(List.of(0, 2, 1)), tokens);
    String scores = two.op(Layers.MUL, two.op(new Op.MatMul(), query, keys), two.reals(0.5));
    two.fold(two.op(new Op.Softmax(-1, false), scores))
        .becomes("MatMul", "Transpose", "MatMul", "Mul", "Softmax");
  }

  /** Twice an Erf is no GELU, nor is a Sigmoid of a scaled value that gates nothing. */
  @Test
  void what_only_looks_like_one_folds() {
    String erf = unary(Op.Unary.Function.ERF, by(Layers.MUL, x, 0.7));
    staysBefore(by(Layers.MUL, erf, 2), "Conv", "Erf", "Conv");
    Net other = new Net();
    String y = other.conv(other.image("x", "4", "3", "3"), 4, 4, 1, 1);
    String gate =
        other.b.unary(Op.Unary.Function.SIGMOID, other.op(Layers.MUL, y, other.reals(1.702)));
    other.fold(gate).becomes("Conv", "Sigmoid");
  }

  @Test
  void a_factor_for_each_channel_is_no_part_of_a_gelu() {
    String erf = unary(Op.Unary.Function.ERF, by(DIV, x, Math.sqrt(2)));
    String gelu = by(Layers.MUL, net.op(Layers.MUL, x, by(Layers.ADD, erf, 1)), 0.5);
    Tensor factors = Tensor.ofDoubles(ElementType.DOUBLE, new double[] {1, 2, 3, 4}, 4, 1, 1);
    staysBefore(
        net.op(Layers.MUL, gelu, net.b.initializer("s", factors)),
        "Conv",
        "Div",
        "Erf",
        "Add",
        "Mul",
        "Mul",
        "Conv");
  }

  private String weight(String rows) {
    return net.op(new Op.MatMul(), rows, net.b.initializer("w", net.random(4, 3)));
  }

  /** The scale behind a root mean square, divided by or multiplied with its reciprocal. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_root_mean_square_normalization(boolean divides) {
    String rows = net.op(new Op.Transpose(List.of(0, 2, 3, 1)), net.b.relu(x));
    Op mean = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(-1)), true, false);
    String square = by(Layers.ADD, net.op(mean, by(POW, rows, 2)), 1e-3);
    String root = unary(Op.Unary.Function.SQRT, square);
    String normal =
        divides
            ? net.op(DIV, rows, root)
            : net.op(Layers.MUL, rows, unary(Op.Unary.Function.RECIPROCAL, root));
    String scaled = net.op(Layers.MUL, normal, net.b.initializer("g", net.random(4)));
    assertThat(net.fold(weight(scaled)).types()).endsWith(divides ? "Div" : "Mul", "Mul", "MatMul");
  }

  /** Without the root it is a scale like any other. */
  @Test
  void a_scale_behind_another_quotient_folds() {
    String rows = net.op(new Op.Transpose(List.of(0, 2, 3, 1)), net.b.relu(x));
    String quotient = net.op(DIV, rows, by(Layers.ADD, unary(Op.Unary.Function.EXP, rows), 1));
    String scaled = net.op(Layers.MUL, quotient, net.b.initializer("g", net.random(4)));
    assertThat(net.fold(weight(scaled)).types()).endsWith("Div", "MatMul");
  }

  private String groups(boolean normalizes) {
    String grouped = net.op(new Op.Reshape(false), net.b.relu(x), net.longs(0, 2, -1));
    String ones = net.b.initializer("ones", Tensor.ofDoubles(ElementType.DOUBLE, ONES, 2));
    String zeros = net.b.initializer("zeros", Tensor.ofDoubles(ElementType.DOUBLE, ZEROS, 2));
    String normal =
        normalizes
            ? net.op(new Op.InstanceNormalization(1e-3f), grouped, ones, zeros)
            : unary(Op.Unary.Function.TANH, grouped);
    String back = net.op(new Op.Reshape(false), normal, net.longs(0, 4, 3, 3));
    String scaled = net.op(Layers.MUL, back, net.b.initializer("g", net.random(4, 1, 1)));
    String shifted = net.op(Layers.ADD, scaled, net.b.initializer("b", net.random(4, 1, 1)));
    return net.conv(shifted, 4, 4, 1, 1);
  }

  private static final double[] ONES = {1, 1};
  private static final double[] ZEROS = {0, 0};

  /** Reshape, InstanceNormalization of neutral parameters, Reshape, Mul, Add. */
  @Test
  void a_group_normalization_as_pytorch_exports_it() {
    net.fold(groups(true))
        .becomes(
            "Conv", "Relu", "Reshape", "InstanceNormalization", "Reshape", "Mul", "Add", "Conv");
  }

  @Test
  void a_scale_behind_reshaped_groups_of_another_function_folds() {
    net.fold(groups(false)).becomes("Conv", "Relu", "Reshape", "Tanh", "Reshape", "Conv");
  }
}
