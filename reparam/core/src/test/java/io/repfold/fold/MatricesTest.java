package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.graph.Window;
import io.repfold.kit.Layers;
import io.repfold.kit.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products by constant matrices. */
class MatricesTest {
  private static final Op PRODUCT = new Op.MatMul();
  private static final Op SUB = new Op.Binary(Op.Binary.Function.SUB);

  private final Net net = new Net();

  private String random(long... dims) {
    return net.b.initializer("random", net.random(dims));
  }

  private String product(String value, long in, long out) {
    return net.op(PRODUCT, value, random(in, out));
  }

  private String add(String a, String b) {
    return net.op(Layers.ADD, a, b);
  }

  private String mul(String a, String b) {
    return net.op(Layers.MUL, a, b);
  }

  private String norm(String value, int channels) {
    String variance =
        net.b.initializer("variance", Tensors.filled(ElementType.DOUBLE, 2, channels));
    Op norm = new Op.BatchNormalization(0.05f, 0.9f, false);
    List<String> inputs =
        List.of(value, random(channels), random(channels), random(channels), variance);
    return net.b.op("norm", norm, inputs, channels);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, true, 3",
    "0.5, -2, true, 3",
    "-1.5, 0.5, false, 3",
    "0, 1, false, 1",
    "2, 0, true, 0"
  })
  void norm_behind_gemm(float alpha, float beta, boolean transposed, int bias) {
    String x = net.image("x", "4");
    String matrix = transposed ? random(3, 4) : random(4, 3);
    String c = bias == 3 ? random(3) : bias == 1 ? random(1, 3) : random();
    Op gemm = new Op.Gemm(alpha, beta, false, transposed);
    net.fold(norm(net.op(gemm, x, matrix, c), 3)).becomes("Gemm");
  }

  @Test
  void a_column_of_numbers_is_no_bias() {
    String x = net.b.input("x", 3, 4);
    Op gemm = new Op.Gemm(1, 1, false, false);
    net.fold(norm(net.op(gemm, x, random(4, 3), random(3, 1)), 3))
        .isLeftAlone("its C DOUBLE[3, 1] is not one number a column");
  }

  @Test
  void a_transposed_value_is_no_row() {
    String x = net.b.input("x", 4, 2);
    Verified verified =
        net.fold(mul(net.op(new Op.Gemm(1, 1, true, false), x, random(4, 3)), random(3)));
    assertThat(verified.types()).containsExactly("Gemm", "Mul");
  }

  /** Up to opset 10 a Gemm must have a C. */
  @Test
  void an_old_gemm_keeps_a_bias_of_zeros() {
    String x = net.b.input("x", 2, 4);
    Op gemm = new Op.Gemm(1, 0, false, false);
    net.b.output(mul(net.op(gemm, x, random(4, 3), random(3)), random(3)));
    Graph graph = net.b.build().toBuilder().opset("", 9).build();
    Verified verified = Verified.fold(graph).becomes("Gemm");
    assertThat(verified.graph().nodes().get(0).inputs()).hasSize(3);
  }

  @Test
  void products_up_to_opset_6_stay() {
    String x = net.b.input("x", 2, 4);
    net.b.output(product(product(x, 4, 2), 2, 3));
    Graph graph = net.b.build().toBuilder().opset("", 6).build();
    assertThat(Folder.fold(graph).graph().nodes()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "5,6"})
  void scales_before_and_behind_rows(String between) {
    String[] dims = (between.isEmpty() ? "4" : between + ",4").split(",", -1);
    String x = net.image("x", dims);
    String y = product(add(mul(x, random(4)), random(4)), 4, 3);
    net.fold(net.op(SUB, mul(add(y, random(3)), net.reals(-1.5)), random(3)))
        .becomes("MatMul", "Add");
  }

  @Test
  void rows_without_a_batch() {
    String x = net.b.input("x", 4);
    net.fold(product(product(x, 4, 4), 4, 3)).becomes("MatMul");
  }

  @ParameterizedTest
  @ValueSource(strings = {"4,5", "2,4,5"})
  void a_matrix_on_the_left(String dims) {
    String x = net.image("x", dims.split(",", -1));
    String y = net.op(PRODUCT, random(3, 4), mul(x, random(4, 1)));
    net.fold(mul(add(y, random(3, 1)), random(3, 1))).becomes("MatMul", "Add");
  }

  @Test
  void a_matrix_on_the_left_of_a_matrix() {
    String x = net.b.input("x", 4, 5);
    String y = net.op(PRODUCT, random(3, 4), x);
    net.fold(net.op(PRODUCT, random(2, 3), add(y, random(3, 1)))).becomes("MatMul", "Add");
  }

  /** They work along two axes, so that neither takes in the other. */
  @Test
  void a_matrix_on_each_side() {
    String x = net.image("x", "4", "5");
    net.fold(product(net.op(PRODUCT, random(4, 4), x), 5, 5)).becomes("MatMul", "MatMul");
  }

  @Test
  void a_norm_over_rows_and_over_columns() {
    String x = net.image("x", "4");
    net.fold(norm(product(x, 4, 3), 3)).becomes("MatMul", "Add");
    Net images = new Net();
    String y = images.image("x", "4", "5");
    String z = images.op(PRODUCT, images.b.initializer("w", images.random(4, 4)), y);
    Verified verified =
        images.fold(images.b.batchNorm(images.b.op("i", new Op.Identity(), List.of(z), 4)));
    verified.becomes("MatMul", "Add");
  }

  /** Channels of the norm are rows of the product, which mixes columns. */
  @Test
  void a_norm_across_a_product_stays() {
    String x = net.image("x", "3", "4");
    net.fold(norm(product(x, 4, 4), 3)).becomes("MatMul", "BatchNormalization");
  }

  @Test
  void one_gemm_behind_another() {
    String x = net.image("x", "8");
    Op gemm = new Op.Gemm(1, 1, false, false);
    String narrow = net.op(gemm, x, random(8, 2), random(2));
    net.fold(net.op(gemm, narrow, random(2, 8), random(8))).becomes("Gemm", "Gemm");
    Net wide = new Net();
    String y = wide.image("x", "4");
    String a = wide.op(gemm, y, wide.b.initializer("a", wide.random(4, 8)));
    wide.fold(wide.op(gemm, a, wide.b.initializer("b", wide.random(8, 4)))).becomes("Gemm");
  }

  @Test
  void low_rank_updates_and_the_identity_become_one_matrix() {
    String x = net.image("x", "5", "8");
    String update = mul(product(product(x, 8, 2), 2, 8), net.reals(0.7));
    net.fold(add(add(product(x, 8, 8), update), x)).becomes("MatMul");
  }

  @Test
  void parallel_gemms_become_one() {
    String x = net.image("x", "4");
    Op gemm = new Op.Gemm(0.5f, 2, false, true);
    String a = norm(net.op(gemm, x, random(4, 4), random(4)), 4);
    net.fold(add(a, net.op(gemm, x, random(4, 4), random(4)))).becomes("Gemm");
  }

  @Test
  void products_side_by_side_become_one() {
    String x = net.image("x", "5", "4");
    String q = add(product(x, 4, 4), random(4));
    net.fold(net.op(new Op.Concat(2), q, product(x, 4, 4), product(x, 4, 3)))
        .becomes("MatMul", "Add");
  }

  @Test
  void a_mean_of_products() {
    String x = net.image("x", "5", "4");
    net.fold(
            net.op(
                new Op.Variadic(Op.Variadic.Function.MEAN), product(x, 4, 4), x, product(x, 4, 4)))
        .becomes("MatMul");
  }

  @Test
  void a_convolution_beside_a_matrix_on_the_left() {
    String x = net.image("x", "4", "5");
    Window padded = Window.of(List.of(), List.of(), List.of(1, 1));
    String conv = net.conv(x, padded, 1, 4, 4, 3);
    net.fold(add(conv, net.op(PRODUCT, random(4, 4), x))).becomes("Conv");
  }

  @Test
  void tokens_between_reshapes() {
    String x = net.image("x", "4", "3", "3");
    String flat = net.op(new Op.Reshape(false), x, net.longs(0, 4, 9));
    String tokens = net.op(new Op.Transpose(List.of(0, 2, 1)), flat);
    String y = add(mul(product(tokens, 4, 4), random(4)), random(4));
    net.fold(net.op(new Op.Transpose(List.of(0, 2, 1)), y))
        .becomes("Reshape", "Transpose", "MatMul", "Add", "Transpose");
  }

  @Test
  void weights_that_callers_may_replace_stay() {
    String x = net.image("x", "4");
    String w = net.b.input("w", 4, 3);
    net.fold(mul(net.op(PRODUCT, x, w), random(3))).becomes("MatMul", "Mul");
    Net other = new Net();
    String y = other.image("x", "4");
    String v = other.b.input("v", 4, 3);
    other
        .fold(other.op(Layers.MUL, other.op(new Op.Gemm(1, 1, false, false), y, v), other.reals(2)))
        .isLeftAlone("'v' is computed at run time");
  }

  @Test
  void half_precision_matrices_are_rounded_once() {
    GraphBuilder b = new GraphBuilder("half", WeightSource.random(1), ElementType.FLOAT16);
    String x = b.input("x", 2, 4);
    Tensor w = Tensors.filled(ElementType.FLOAT16, 0.3, 4, 4);
    String y = b.op("y", PRODUCT, List.of(x, b.initializer("w", w)), 4);
    String s = b.initializer("s", Tensors.filled(ElementType.FLOAT16, 1.7, 4));
    b.output(b.op("z", Layers.MUL, List.of(y, s), 4));
    Verified verified = Verified.fold(b.build(), FoldOptions.DEFAULT, 2e-3).becomes("MatMul");
    Tensor folded = verified.graph().initializers().values().iterator().next();
    double exact = w.doubleAt(0) * Tensors.filled(ElementType.FLOAT16, 1.7).doubleAt(0);
    assertThat(folded).isEqualTo(Tensors.filled(ElementType.FLOAT16, exact, 4, 4));
  }

  @Test
  void what_runs_at_known_sizes_on_one_grid_is_merged() {
    String x = net.b.input("x", 1, 4, 8, 8);
    Window same = new Window(Window.AutoPad.SAME_UPPER, List.of(2, 2), List.of(), List.of());
    Window strided = Window.of(List.of(2, 2), List.of(), List.of(0, 0, 0, 0));
    String square = net.conv(x, same, 1, 4, 4, 3, 3);
    net.fold(net.b.add(List.of(square, net.conv(x, strided, 1, 4, 4, 1, 1)))).becomes("Conv");
    Net open = new Net();
    String image = open.image("x", "4", "H", "W");
    Window padded = Window.of(List.of(2, 2), List.of(), List.of(0, 0, 1, 1));
    String left = open.conv(image, padded, 1, 4, 4, 3, 3);
    open.b.output(open.b.add(List.of(left, open.conv(image, strided, 1, 4, 4, 1, 1))));
    assertThat(Folder.fold(open.b.build()).graph().nodes()).hasSize(3);
  }

  @Test
  void grids_that_differ_at_the_size_stay_two() {
    String x = net.b.input("x", 1, 4, 7, 7);
    Window padded = Window.of(List.of(2, 2), List.of(), List.of(1, 1, 1, 1));
    Window shifted = Window.of(List.of(2, 2), List.of(), List.of(0, 0, 2, 2));
    String square = net.conv(x, padded, 1, 4, 4, 3, 3);
    net.fold(net.b.add(List.of(square, net.conv(x, shifted, 1, 4, 4, 3, 3))));
  }
}
