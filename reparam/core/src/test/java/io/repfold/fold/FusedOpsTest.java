package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Layers;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Activations and normalizations that are written out, and what only looks like one. */
class FusedOpsTest {
  private static final Op DIV = new Op.Binary(Op.Binary.Function.DIV);
  private static final Op SUB = new Op.Binary(Op.Binary.Function.SUB);
  private static final Op POW = new Op.Binary(Op.Binary.Function.POW);
  private static final Op MEAN =
      new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(-1)), true, false);
  private static final FoldOptions FUSED = FoldOptions.DEFAULT.withFusedOps();

  private final GraphBuilder b = new GraphBuilder("net", WeightSource.random(1));
  private final String x = b.input("x", 2, 3, 4);

  private String op(Op op, String... inputs) {
    return b.op("op", op, List.of(inputs), 4);
  }

  private String number(double value, long... dims) {
    double[] values = new double[(int) Tensor.count(dims)];
    Arrays.fill(values, value);
    return b.constant(Tensor.ofDoubles(ElementType.FLOAT, values, dims));
  }

  private String by(Op op, String value, double number) {
    return op(op, value, number(number));
  }

  private static String[] types(Graph graph) {
    return graph.nodes().stream()
        .map(n -> n.op().type())
        .filter(type -> !type.equals("Constant"))
        .toArray(String[]::new);
  }

  /** Rounded numbers of the pattern are what the op has exactly. */
  private Verified fold(int opset, String output) {
    b.output(output);
    Graph graph = b.build().toBuilder().opset("", opset).build();
    return Verified.fold(graph, FUSED, 1e-6);
  }

  private String erfGelu(int variant, double inner, double one, double half) {
    String erf =
        b.unary(
            Op.Unary.Function.ERF, variant == 0 ? by(DIV, x, 1 / inner) : by(Layers.MUL, x, inner));
    String sum = variant == 1 ? op(Layers.ADD, number(one), erf) : by(Layers.ADD, erf, one);
    return switch (variant) {
      case 0 -> by(Layers.MUL, op(Layers.MUL, x, sum), half);
      case 1 -> op(Layers.MUL, x, by(DIV, sum, 1 / half));
      default -> op(Layers.MUL, by(Layers.MUL, x, half), sum);
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void gelu_with_erf(int variant) {
    Verified verified = fold(20, erfGelu(variant, Math.sqrt(0.5), 1, 0.5)).becomes("Gelu");
    assertThat(verified.graph().nodes().get(0).op()).isEqualTo(new Op.Gelu(false));
    assertThat(verified.report().fused())
        .containsExactly(new FoldReport.Fused(verified.graph().outputs().get(0).name(), "Gelu"));
  }

  @Test
  void an_opset_without_it_keeps_the_nodes() {
    String[] before = {"Div", "Erf", "Add", "Mul", "Mul"};
    fold(19, erfGelu(0, Math.sqrt(0.5), 1, 0.5)).becomes(before);
  }

  /** Each number is wrong in turn, by little or by much. */
  @ParameterizedTest
  @CsvSource({
    "0.70711, 1, 0.5",
    "0.7071067811865476, 1.00001, 0.5",
    "0.7071067811865476, 1, 0.50001",
    "0.7071067811865476, 0.5, 0.5",
    "0.7071067811865476, 1, 1",
    "0.7, 1, 0.5"
  })
  void other_numbers_are_no_gelu(double inner, double one, double half) {
    for (int variant = 0; variant < 3; variant++) {
      FusedOpsTest other = new FusedOpsTest();
      Verified verified = other.fold(20, other.erfGelu(variant, inner, one, half));
      assertThat(verified.types()).doesNotContain("Gelu");
    }
  }

  private String tanhGelu(boolean powers, double cube, double root, String gatedBy) {
    String third = powers ? by(POW, x, 3) : op(Layers.MUL, x, op(Layers.MUL, x, x));
    String inner = by(Layers.MUL, op(Layers.ADD, x, by(Layers.MUL, third, cube)), root);
    String one = by(Layers.ADD, b.unary(Op.Unary.Function.TANH, inner), 1);
    return op(Layers.MUL, by(Layers.MUL, gatedBy, 0.5), one);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void gelu_with_tanh(boolean powers) {
    Verified verified =
        fold(20, tanhGelu(powers, 0.044715, Math.sqrt(2 / Math.PI), x)).becomes("Gelu");
    assertThat(verified.graph().nodes().get(0).op()).isEqualTo(new Op.Gelu(true));
  }

  @ParameterizedTest
  @CsvSource({
    "0.0447, 0.7978845608028654, false",
    "0.044715, 0.79788, false",
    "0.044715, 0.7978845608028654, true"
  })
  void other_polynomials_are_none(double cube, double root, boolean other) {
    String gated = other ? b.relu(x) : x;
    assertThat(fold(20, tanhGelu(true, cube, root, gated)).types()).doesNotContain("Gelu");
  }

  @ParameterizedTest
  @CsvSource({
    "6, 3, 6, true, HardSwish",
    "6, 3, 6, false, HardSwish",
    "6, 3.5, 6, true, Clip",
    "5, 3, 6, true, Clip",
    "6, 3, 5, true, Clip"
  })
  void hard_swish(double most, double shift, double by, boolean last, String expected) {
    Op clip = new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty());
    String six = op(clip, by(Layers.ADD, x, shift), number(0), number(most));
    String y = last ? by(DIV, op(Layers.MUL, x, six), by) : op(Layers.MUL, by(DIV, six, by), x);
    assertThat(fold(17, y).types()).contains(expected);
    assertThat(fold(17, y).types().contains("HardSwish")).isEqualTo(expected.equals("HardSwish"));
  }

  @Test
  void hard_swish_by_hard_sigmoid() {
    fold(17, op(Layers.MUL, x, op(new Op.HardSigmoid(1f / 6, 0.5f), x))).becomes("HardSwish");
    FusedOpsTest other = new FusedOpsTest();
    String gate = other.op(new Op.HardSigmoid(0.2f, 0.5f), other.x);
    other.fold(17, other.op(Layers.MUL, other.x, gate)).becomes("HardSigmoid", "Mul");
  }

  @ParameterizedTest
  @CsvSource({"18, Mish", "17, Mul"})
  void mish(int opset, String last) {
    String tanh = b.unary(Op.Unary.Function.TANH, b.unary(Op.Unary.Function.SOFTPLUS, x));
    assertThat(fold(opset, op(Layers.MUL, x, tanh)).types()).endsWith(last);
  }

  @Test
  void what_is_read_elsewhere_stays() {
    String erf = b.unary(Op.Unary.Function.ERF, by(DIV, x, Math.sqrt(2)));
    b.output(by(Layers.MUL, op(Layers.MUL, x, by(Layers.ADD, erf, 1)), 0.5));
    assertThat(fold(20, erf).types()).doesNotContain("Gelu");
  }

  /** [2, 3, 4] and a number of four axes make four axes. */
  @Test
  void a_number_of_more_axes_than_the_image_stays() {
    String erf = b.unary(Op.Unary.Function.ERF, by(DIV, x, Math.sqrt(2)));
    String half = number(0.5, 1, 1, 1, 1);
    String y = op(Layers.MUL, op(Layers.MUL, x, by(Layers.ADD, erf, 1)), half);
    assertThat(fold(20, y).types()).doesNotContain("Gelu");
  }

  private String layerNorm(Op mean, Op again, String root, double exponent, long... scale) {
    String centered = op(SUB, x, op(mean, x));
    String square = by(POW, centered, exponent);
    String variance = by(Layers.ADD, op(again, square), 0.05f);
    String deviation = root.equals("Sqrt") ? b.unary(Op.Unary.Function.SQRT, variance) : variance;
    String y = op(DIV, centered, deviation);
    double[] values = new double[(int) Tensor.count(scale)];
    Arrays.setAll(values, i -> i - 1.5);
    Tensor factors = Tensor.ofDoubles(ElementType.FLOAT, values, scale);
    String scaled = op(Layers.MUL, y, b.initializer("g", factors));
    return op(Layers.ADD, scaled, b.initializer("b", factors));
  }

  @Test
  void layer_normalization_over_the_last_axis() {
    Verified verified = fold(17, layerNorm(MEAN, MEAN, "Sqrt", 2, 4));
    verified.becomes("LayerNormalization");
    assertThat(verified.graph().nodes().get(0).op())
        .isEqualTo(new Op.LayerNormalization(-1, 0.05f));
  }

  @Test
  void layer_normalization_over_the_last_two() {
    Op mean = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(1, 2)), true, false);
    fold(17, layerNorm(mean, mean, "Sqrt", 2, 3, 4)).becomes("LayerNormalization");
  }

  @Test
  void other_means_powers_roots_and_scales_are_none() {
    Op other = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(1)), true, false);
    Op sum = new Op.Reduce(Op.Reduce.Function.SUM, Optional.of(List.of(2)), true, false);
    for (int wrong = 0; wrong < 7; wrong++) {
      FusedOpsTest net = new FusedOpsTest();
      String y =
          switch (wrong) {
            case 0 -> net.layerNorm(MEAN, other, "Sqrt", 2, 4);
            case 1 -> net.layerNorm(other, MEAN, "Sqrt", 2, 4);
            case 2 -> net.layerNorm(other, other, "Sqrt", 2, 4);
            case 3 -> net.layerNorm(MEAN, MEAN, "Sqrt", 4, 4);
            case 4 -> net.layerNorm(MEAN, MEAN, "", 2, 4);
            case 5 -> net.layerNorm(MEAN, sum, "Sqrt", 2, 4);
            default -> net.layerNorm(MEAN, MEAN, "Sqrt", 2, 1);
          };
      assertThat(net.fold(17, y).types()).as("%d", wrong).doesNotContain("LayerNormalization");
    }
  }

  @Test
  void without_being_asked_nothing_is_fused() {
    b.output(erfGelu(0, Math.sqrt(0.5), 1, 0.5));
    Graph graph = b.build().toBuilder().opset("", 20).build();
    assertThat(types(Folder.fold(graph).graph()))
        .containsExactly("Div", "Erf", "Add", "Mul", "Mul");
  }
}
