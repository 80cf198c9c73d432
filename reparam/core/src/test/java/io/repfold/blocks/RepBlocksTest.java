package io.repfold.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RepBlocksTest {
  private static final Kernel SQUARE = Kernel.of(3);

  private static Graph block(RepSpec spec, int in) {
    GraphBuilder b = new GraphBuilder("test", WeightSource.random(1));
    b.output(RepBlocks.append(b.scope("block"), b.input("x", 1, in, 9, 9), spec));
    return b.build();
  }

  private static List<String> types(Graph graph) {
    return graph.nodes().stream().map(n -> n.op().type()).toList();
  }

  private static List<String> names(Graph graph) {
    return graph.nodes().stream().map(Node::name).toList();
  }

  /** Learnt numbers, running statistics not among them. */
  private static long parameters(Graph graph) {
    return graph.initializers().entrySet().stream()
        .filter(e -> e.getValue().type().isFloat() && !e.getKey().contains(".running_"))
        .mapToLong(e -> e.getValue().size())
        .sum();
  }

  private static Op.Conv conv(Graph graph, String value) {
    return (Op.Conv) graph.producer(value).orElseThrow().op();
  }

  @Test
  void a_plain_block_is_a_convolution_and_its_norm() {
    Graph graph = block(RepSpec.of(RepKind.PLAIN, 8, SQUARE), 4);
    assertThat(types(graph)).containsExactly("Conv", "BatchNormalization");
    assertThat(graph.outputs().get(0).name()).isEqualTo("block.kxk.bn");
  }

  @Test
  void asymmetric_branches_share_the_dilation_and_lie_on_the_center() {
    Graph graph =
        block(RepSpec.of(RepKind.ACB, 8, Kernel.of(3, 5).withStride(2).withDilation(2, 3)), 4);
    assertThat(names(graph))
        .containsExactly(
            "block.kxk.conv",
            "block.kxk.bn",
            "block.horizontal.conv",
            "block.horizontal.bn",
            "block.vertical.conv",
            "block.vertical.bn",
            "block.partial_sum",
            "block.add");
    assertThat(conv(graph, "block.horizontal.conv").window().dilations()).containsExactly(2, 3);
    assertThat(conv(graph, "block.horizontal.conv").window().pads()).containsExactly(0, 6, 0, 6);
    assertThat(conv(graph, "block.vertical.conv").window().pads()).containsExactly(2, 0, 2, 0);
    assertThat(conv(graph, "block.vertical.conv").window().strides()).containsExactly(2, 2);
  }

  @Test
  void the_identity_exists_where_the_shape_allows_it() {
    assertThat(names(block(RepSpec.of(RepKind.REPVGG, 4, SQUARE.withDilation(2)), 4)))
        .containsExactly(
            "block.kxk.conv",
            "block.kxk.bn",
            "block.pointwise.conv",
            "block.pointwise.bn",
            "block.identity.bn",
            "block.partial_sum",
            "block.add");
    assertThat(RepBlocks.leftOut(RepSpec.of(RepKind.REPVGG, 4, SQUARE), 4)).isEmpty();
    assertThat(RepBlocks.leftOut(RepSpec.of(RepKind.REPVGG, 8, SQUARE), 4))
        .containsExactly("identity: 4 channels come in and 8 go out");
    assertThat(RepBlocks.leftOut(RepSpec.of(RepKind.DBB3, 4, SQUARE.withStride(1, 2)), 4))
        .containsExactly("identity: the stride is [1, 2]");
    assertThat(RepBlocks.leftOut(RepSpec.of(RepKind.DBB4, 4, SQUARE.withPads(2, 1, 0, 1)), 4))
        .containsExactly(
            "identity: the pads [2, 1, 0, 1] do not put the kernel's center on the pixel itself");
  }

  @Test
  void a_quantization_aware_block_has_one_norm_in_its_kernel_and_one_behind_the_sum() {
    RepSpec spec = RepSpec.of(RepKind.QAREPVGG, 4, SQUARE.withDilation(2));
    Graph graph = block(spec, 4);
    assertThat(names(graph))
        .containsExactly(
            "block.kxk.conv",
            "block.kxk.bn",
            "block.pointwise.conv",
            "block.partial_sum",
            "block.add",
            "block.bn");
    assertThat(graph.producer("block.add").orElseThrow().inputs())
        .containsExactly("block.partial_sum", "x");
    assertThat(RepBlocks.names(spec, 4)).containsExactly("kxk", "pointwise", "identity");
    assertThat(RepBlocks.leftOut(RepSpec.of(RepKind.QAREPVGG, 8, SQUARE), 4))
        .containsExactly("identity: 4 channels come in and 8 go out");
    GraphBuilder b = new GraphBuilder("test", WeightSource.random(1));
    assertThat(RepBlocks.append(b.named("sum"), b.input("x", 1, 4, 9, 9), spec)).isEqualTo("sum");
  }

  @Test
  void a_diverse_branch_block_pads_before_the_inner_norms() {
    Graph graph = block(RepSpec.of(RepKind.DBB, 8, SQUARE), 4);
    assertThat(names(graph))
        .containsExactly(
            "block.kxk.conv",
            "block.kxk.bn",
            "block.pointwise.conv",
            "block.pointwise.bn",
            "block.sequence.conv",
            "block.sequence.pad",
            "block.sequence.bn",
            "block.sequence.conv_2",
            "block.sequence.bn_2",
            "block.average.conv",
            "block.average.pad",
            "block.average.bn",
            "block.average.average_pool",
            "block.average.bn_2",
            "block.partial_sum",
            "block.partial_sum_2",
            "block.add");
    assertThat(conv(graph, "block.sequence.conv_2").window().pads()).containsOnly(0);
    assertThat(graph.initializers().get("block.sequence.pad.pads"))
        .isEqualTo(Tensor.ofLongs(new long[] {0, 0, 1, 1, 0, 0, 1, 1}, 8));
  }

  @Test
  void a_dilated_average_is_a_convolution_that_is_not_learnt() {
    Graph graph = block(RepSpec.of(RepKind.DBB4, 4, SQUARE.withDilation(2)), 4);
    assertThat(types(graph)).contains("Constant").doesNotContain("AveragePool");
    Op.Conv average = conv(graph, "block.average.average");
    assertThat(average.groups()).isEqualTo(4);
    assertThat(average.window().dilations()).containsExactly(2, 2);
    Tensor taps = graph.constant("block.average.taps").orElseThrow();
    assertThat(taps.dims()).containsExactly(4, 1, 3, 3);
    assertThat(taps.toDoubles()).containsOnly((float) (1.0 / 9));
    assertThat(graph.initializers()).doesNotContainKey("block.average.taps");
  }

  @Test
  void a_depthwise_diverse_branch_block_averages_the_input_itself() {
    Graph graph = block(RepSpec.of(RepKind.DBB, 4, SQUARE).withGroups(4), 4);
    assertThat(names(graph))
        .contains("block.average.average_pool", "block.average.bn")
        .doesNotContain("block.average.conv", "block.pointwise.conv");
    assertThat(graph.initializers().get("block.sequence.conv.weight").dims())
        .containsExactly(8, 1, 1, 1);
  }

  @Test
  void a_pooling_never_has_pads_as_large_as_its_kernel() {
    RepSpec spec = RepSpec.of(RepKind.DBB, 4, SQUARE.withPads(3, 1, 1, 1)).withGroups(4);
    assertThat(types(block(spec, 4))).doesNotContain("AveragePool");
  }

  @Test
  void small_branches_of_a_block_without_pads_cut_the_image() {
    Graph graph = block(RepSpec.of(RepKind.ACB, 4, Kernel.of(3, 4).withoutPads()), 4);
    assertThat(types(graph).stream().filter("Slice"::equals)).hasSize(2);
    assertThat(graph.initializers().get("block.horizontal.crop.starts").toLongs())
        .containsExactly(1, 0);
    assertThat(graph.initializers().get("block.vertical.crop.starts").toLongs())
        .containsExactly(0, 1);
    assertThat(graph.initializers().get("block.vertical.crop.ends").toLongs())
        .containsExactly(Long.MAX_VALUE, -2);
  }

  @Test
  void a_one_sided_block_pads_before_it_cuts() {
    Graph graph = block(RepSpec.of(RepKind.REPVGG, 4, SQUARE.withPads(2, 1, 0, 1)), 4);
    assertThat(names(graph))
        .containsSubsequence("block.pointwise.pad", "block.pointwise.crop", "block.pointwise.conv");
  }

  @Test
  void copies_and_small_kernels_are_what_was_asked_for() {
    Graph mobile = block(RepSpec.of(RepKind.MOBILEONE, 4, SQUARE).withCopies(3), 4);
    assertThat(names(mobile))
        .contains("block.kxk0.conv", "block.kxk2.conv", "block.pointwise.conv", "block.identity.bn")
        .doesNotContain("block.kxk3.conv");
    Graph large = block(RepSpec.of(RepKind.LARGEKERNEL, 4, Kernel.of(9, 3)), 4);
    assertThat(large.initializers().get("block.small.conv.weight").dims())
        .containsExactly(4, 4, 5, 3);
    Graph asked = block(RepSpec.of(RepKind.LARGEKERNEL, 4, Kernel.of(9)).withSmallKernel(2, 7), 4);
    assertThat(conv(asked, "block.small.conv").window().pads()).containsExactly(0, 3, 1, 3);
  }

  @Test
  void a_one_by_one_block_has_no_branch_twice() {
    assertThat(names(block(RepSpec.of(RepKind.ACB, 8, Kernel.of(1)), 4)))
        .containsExactly("block.kxk.conv", "block.kxk.bn");
    assertThat(RepBlocks.leftOut(RepSpec.of(RepKind.DBB, 8, Kernel.of(1)), 4))
        .containsExactly(
            "pointwise: a 1x1 kernel is the block's own",
            "average: the average over 1x1 is the identity");
  }

  /** The counts of the published classes; k is 3. */
  @ParameterizedTest(name = "{0} {1} -> {2}, {3} groups has {4} parameters")
  @CsvSource({
    "plain, 4, 8, 1, 304",
    "acb, 4, 8, 1, 528",
    "repvgg, 4, 8, 1, 352",
    "repvgg, 8, 8, 1, 688",
    "qarepvgg, 4, 8, 1, 352",
    "qarepvgg, 8, 8, 1, 672",
    "dbb, 4, 8, 1, 744",
    "dbb2, 4, 8, 1, 680",
    "dbb3, 4, 8, 1, 680",
    "dbb3, 8, 8, 1, 1360",
    "dbb4, 8, 8, 1, 1456",
    "dbb, 8, 8, 8, 312",
    "mobileone, 8, 8, 1, 2464",
    "largekernel, 4, 8, 1, 352"
  })
  void parameters_are_counted(String kind, int in, int out, int groups, long expected) {
    RepSpec spec = RepSpec.of(RepKind.of(kind), out, SQUARE).withGroups(groups);
    assertThat(parameters(block(spec, in))).isEqualTo(expected);
  }

  @Test
  void the_pointwise_of_the_sequence_starts_as_the_identity() {
    GraphBuilder b = new GraphBuilder("test", WeightSource.he(1), ElementType.DOUBLE);
    RepSpec spec = RepSpec.of(RepKind.DBB2, 8, SQUARE).withGroups(2);
    b.output(RepBlocks.append(b, b.input("x", 1, 4, 9, 9), spec));
    assertThat(b.build().initializers().get("sequence.conv.weight").toDoubles())
        .containsExactly(1, 0, 0, 1, 1, 0, 0, 1);
  }

  @Test
  void mistakes_are_named() {
    RepSpec spec = RepSpec.of(RepKind.DBB, 6, SQUARE);
    assertThatThrownBy(() -> spec.withGroups(4))
        .hasMessage("dbb: 6 output channels cannot be split into 4 groups");
    assertThatThrownBy(() -> spec.withGroups(3).withInternalChannels(5))
        .hasMessage("dbb: 5 internal channels cannot be split into 3 groups");
    assertThatThrownBy(() -> block(spec.withGroups(3), 4))
        .hasMessage("dbb after 'x': 4 input channels cannot be split into 3 groups");
    assertThatThrownBy(() -> spec.withSmallKernel(3, 3))
        .hasMessageContaining("the small kernel must be height and width, within [3, 3]");
    assertThatThrownBy(() -> RepKind.of("dbb5")).hasMessageContaining("did you mean 'dbb");
    assertThatThrownBy(() -> RepKind.of("rep-vgg"))
        .hasMessageStartingWith("There is no block kind 'rep-vgg'; did you mean 'repvgg'?");
  }

  @ParameterizedTest
  @EnumSource
  void kinds_are_known_by_name(RepKind kind) {
    assertThat(RepKind.of(kind.id())).isEqualTo(kind);
    assertThat(RepKind.of(" " + kind.name())).isEqualTo(kind);
  }
}
