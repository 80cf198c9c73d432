package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Op;
import io.repfold.graph.Window;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The true reason of each node that looks foldable and stays; and none of others. */
class NodeReasonsTest {
  private static final Window PADDED = Window.of(List.of(), List.of(), List.of(1, 1, 1, 1));

  private final Net net = new Net();
  private final String x = net.image("x", "4", "H", "W");

  private String square(String value) {
    return net.conv(value, PADDED, 1, 4, 4, 3, 3);
  }

  private String point(String value) {
    return net.conv(value, 4, 4, 1, 1);
  }

  private String relu(String value) {
    return net.b.relu(value);
  }

  private String sum(String... values) {
    return net.b.add(List.of(values));
  }

  @Test
  void side_by_side_with_an_image_of_the_graph() {
    net.fold(net.b.concat(List.of(square(x), x))).isLeftAlone("its input 'x' is no convolution");
  }

  @Test
  void side_by_side_with_an_activation() {
    net.fold(net.b.concat(List.of(relu(x), square(x))))
        .isLeftAlone("its input 'relu' comes from Relu 'relu', which is not linear");
  }

  @Test
  void activations_side_by_side_are_no_candidate() {
    Verified verified =
        net.fold(net.b.concat(List.of(relu(x), net.b.unary(Op.Unary.Function.TANH, x))));
    assertThat(verified.report().leftAlone()).isEmpty();
  }

  @Test
  void scales_side_by_side_are_no_candidate() {
    String negative = net.op(new Op.Unary(Op.Unary.Function.NEG), x);
    Verified verified = net.fold(net.b.concat(List.of(negative, relu(x))));
    assertThat(verified.becomes("Neg", "Relu", "Concat").report().leftAlone()).isEmpty();
  }

  @Test
  void convolutions_of_two_images_side_by_side_stay() {
    String z = net.image("z", "4", "H", "W");
    net.fold(net.b.concat(List.of(square(x), square(z)))).becomes("Conv", "Conv", "Concat");
  }

  @Test
  void a_convolution_that_others_read_stays_beside_another() {
    String y = square(x);
    net.fold(net.b.concat(List.of(y, square(x))), relu(y))
        .becomes("Conv", "Conv", "Concat", "Relu");
  }

  @Test
  void a_norm_of_an_image_of_the_graph() {
    net.fold(net.b.batchNorm(x)).isLeftAlone("its input 'x' is an input of the graph");
  }

  @Test
  void a_norm_of_an_activation() {
    net.fold(net.b.batchNorm(relu(x)))
        .isLeftAlone("its input comes from Relu 'relu', which is not linear");
  }

  /** A way of twelve ops is looked along for the activation, and no farther. */
  @ParameterizedTest
  @CsvSource({"1, true", "11, true", "12, true", "13, false"})
  void an_activation_on_the_way_from_the_other_branch(int activations, boolean found) {
    String y = x;
    for (int i = 0; i < activations; i++) {
      y = net.b.named("act" + i).relu(y);
    }
    Verified verified = net.fold(sum(point(y), point(x)));
    String because = "a branch holds Relu 'act%d', which is not linear".formatted(activations - 1);
    assertThat(verified.report().leftAlone().toString().contains(because)).isEqualTo(found);
  }

  @Test
  void the_activation_nearest_to_the_sum_is_named_even_behind_linear_nodes() {
    String early = net.b.named("early").relu(x);
    String late = net.b.named("late").unary(Op.Unary.Function.TANH, square(early));
    String scaled = net.op(new Op.Unary(Op.Unary.Function.NEG), late);
    net.fold(sum(square(scaled), point(x)))
        .saysWhy("a branch holds Tanh 'late', which is not linear");
  }

  @Test
  void an_activation_of_another_image_is_no_reason() {
    String z = net.image("z", "4", "H", "W");
    Verified verified = net.fold(sum(point(relu(z)), point(x)));
    assertThat(verified.report().leftAlone().toString()).doesNotContain("a branch holds");
  }

  @Test
  void a_sum_of_unknown_sizes_without_a_convolution_is_no_candidate() {
    String z = net.image("z", "4", "H2", "W");
    net.b.output(sum(net.b.batchNorm(x), z));
    FoldReport report = Folder.fold(net.b.build()).report();
    assertThat(report.leftAlone().toString()).doesNotContain("are not known to be equal");
  }

  @Test
  void branches_of_one_image_on_grids_of_unknown_size() {
    String strided = net.conv(x, Window.of(List.of(2, 2), List.of(), List.of()), 1, 4, 4, 1, 1);
    net.b.output(sum(strided, net.conv(x, 4, 4, 3, 3)));
    Folder.Result result = Folder.fold(net.b.build());
    assertThat(result.report().folded()).isEmpty();
    assertThat(result.report().leftAlone().toString())
        .contains("its branches of 'x' have different strides or output grids");
  }

  private static FoldReport.Folded only(Verified verified) {
    assertThat(verified.report().folded()).hasSize(1);
    return verified.report().folded().get(0);
  }

  /** 144 and 16 weights, 4 factors of each norm, 4 additions a position. */
  @Test
  void the_cost_of_a_block_is_that_of_its_nodes() {
    FoldReport.Folded block =
        only(net.fold(sum(net.b.batchNorm(square(x)), net.b.batchNorm(point(x)))));
    assertThat(block.multiplyAddsBefore()).isEqualTo(144 + 4 + 16 + 4 + 4);
    assertThat(block.multiplyAddsAfter()).isEqualTo(144);
  }

  @Test
  void a_value_that_is_read_twice_is_computed_once() {
    String y = square(x);
    FoldReport.Folded twice = only(net.fold(sum(y, y)));
    assertThat(twice.multiplyAddsBefore()).isEqualTo(144 + 4);
  }

  /** Each position of a stride of 2 by 3 needs six of the image before it. */
  @Test
  void what_is_before_a_stride_is_computed_for_all_it_skips() {
    Window strided = Window.of(List.of(2, 3), List.of(), List.of());
    FoldReport.Folded chain = only(net.fold(net.conv(point(x), strided, 1, 4, 4, 3, 3)));
    assertThat(chain.multiplyAddsBefore()).isEqualTo(144 + 6 * 16);
    assertThat(chain.multiplyAddsAfter()).isEqualTo(144);
  }

  @Test
  void side_by_side_nothing_is_added() {
    String left = net.b.batchNorm(net.conv(x, PADDED, 1, 2, 4, 3, 3));
    FoldReport.Folded stack = only(net.fold(net.b.concat(List.of(left, square(x)))));
    assertThat(stack.multiplyAddsBefore()).isEqualTo(72 + 2 + 144);
    assertThat(stack.multiplyAddsAfter()).isEqualTo(6 * 4 * 9);
  }

  @Test
  void what_others_read_is_not_counted() {
    String y = point(x);
    Verified verified = net.fold(net.b.batchNorm(square(relu(y))), relu(y));
    assertThat(only(verified).multiplyAddsBefore()).isEqualTo(144 + 4);
  }
}
