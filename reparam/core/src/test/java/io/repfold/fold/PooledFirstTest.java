package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Window;
import io.repfold.kit.Difference;
import io.repfold.kit.Inputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pooling before a convolution of single pixels computes the same where the average keeps 1. */
class PooledFirstTest {
  private static final int MIDDLE = 6;
  private static final Op GLOBAL = new Op.GlobalAveragePool();

  private final Net net = new Net();

  private static Op average(int size, int stride, int pad, boolean ceil, boolean counts) {
    Window window = Window.of(List.of(stride, stride), List.of(), List.of(pad, pad, pad, pad));
    return new Op.AveragePool(List.of(size, size), window, ceil, counts);
  }

  /** A convolution of single pixels of a value of four channels, with a bias or without. */
  private String pointwise(String value, int groups, boolean biased) {
    Optional<Tensor> bias = biased ? Optional.of(net.random(MIDDLE)) : Optional.empty();
    return net.b.conv(value, net.random(MIDDLE, 4 / groups, 1, 1), bias, Window.DEFAULT, groups);
  }

  private String image(String height, String width) {
    return net.b.relu(net.image("x", "4", height, width));
  }

  private Verified pooled(Op pool, boolean biased, String height, String width) {
    return net.fold(net.op(pool, pointwise(image(height, width), 1, biased)));
  }

  /** The transition of a DenseNet (Huang et al., 2017): no parameter more than before. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void a_transition_pools_first(int groups) {
    String value = pointwise(image("8", "6"), groups, true);
    Verified verified = net.fold(net.op(average(2, 2, 0, false, false), value));
    verified.becomes("Relu", "AveragePool", "Conv");
    assertThat(verified.report().after().parameters())
        .isEqualTo(verified.report().before().parameters());
  }

  @ParameterizedTest
  @CsvSource({
    // What divides by what it holds keeps 1, whatever its pads.
    "2, 2, 0, false, false, true, true",
    "3, 2, 1, false, false, true, true",
    "3, 2, 1, true, false, true, true",
    "2, 2, 0, true, false, true, true",
    "2, 2, 0, false, true, true, true",
    // What counts zeros moves a shift towards zero.
    "3, 2, 1, false, true, true, false",
    "3, 2, 1, false, true, false, true",
    // Runtimes differ in what a last window divides by.
    "2, 2, 0, true, true, true, false",
    "2, 2, 0, true, true, false, true",
    // A last window may hold nothing.
    "1, 2, 0, true, false, true, false",
    "1, 2, 0, true, false, false, true"
  })
  void what_keeps_1_or_meets_no_bias(
      int size, int stride, int pad, boolean ceil, boolean counts, boolean biased, boolean first) {
    Op pool = average(size, stride, pad, ceil, counts);
    Verified verified = pooled(pool, biased, "7", "6");
    assertThat(verified.types().indexOf("Conv") > verified.types().indexOf("AveragePool"))
        .as(verified::toString)
        .isEqualTo(first);
  }

  @ParameterizedTest
  @CsvSource({"SAME_UPPER, false, true", "SAME_LOWER, false, true", "SAME_UPPER, true, false"})
  void padding_of_its_own(Window.AutoPad autoPad, boolean counts, boolean first) {
    Window window = new Window(autoPad, List.of(2, 2), List.of(), List.of());
    Verified verified =
        pooled(new Op.AveragePool(List.of(3, 3), window, false, counts), true, "H", "W");
    assertThat(verified.types())
        .isEqualTo(
            first
                ? List.of("Relu", "AveragePool", "Conv")
                : List.of("Relu", "Conv", "AveragePool"));
  }

  /** Both taps of the first window may lie outside an image of one pixel. */
  @ParameterizedTest
  @CsvSource({"0, true", "1, false"})
  void a_dilated_window_with_pads_may_hold_nothing(int pad, boolean first) {
    Window window = Window.of(List.of(2, 2), List.of(3, 3), List.of(pad, pad, pad, pad));
    Verified verified =
        pooled(new Op.AveragePool(List.of(2, 2), window, false, false), true, "7", "6");
    assertThat(verified.types().get(1)).isEqualTo(first ? "AveragePool" : "Conv");
  }

  @ParameterizedTest
  @CsvSource({"5, 4", "5, W"})
  void a_global_pooling(String height, String width) {
    pooled(GLOBAL, true, height, width).becomes("Relu", "GlobalAveragePool", "Conv");
  }

  @ParameterizedTest
  @CsvSource({"2 3, true, true", "-1, true, true", "1, true, false", "0 2, true, false"})
  void a_mean(String axes, boolean keeps, boolean first) {
    List<Integer> list =
        java.util.Arrays.stream(axes.split(" ", -1)).map(Integer::valueOf).toList();
    Op mean = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(list), keeps, false);
    Verified verified = pooled(mean, true, "5", "4");
    assertThat(verified.types().get(1)).isEqualTo(first ? "ReduceMean" : "Conv");
  }

  @Test
  void a_mean_without_its_axes_and_another_reduction_stay() {
    Op mean = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(2, 3)), false, false);
    pooled(mean, true, "5", "4").becomes("Relu", "Conv", "ReduceMean");
  }

  @Test
  void a_maximum_stays() {
    Op max = new Op.Reduce(Op.Reduce.Function.MAX, Optional.of(List.of(2, 3)), true, false);
    pooled(max, true, "5", "4").becomes("Relu", "Conv", "ReduceMax");
  }

  @Test
  void norms_and_scales_between_move_along() {
    String value = net.b.batchNorm(pointwise(image("8", "6"), 1, true));
    String scaled = net.op(new Op.Binary(Op.Binary.Function.SUB), net.reals(2, 1), value);
    Verified verified = net.fold(net.op(average(2, 2, 0, false, false), scaled));
    verified.becomes("Relu", "AveragePool", "Conv");
  }

  /** A norm in front of the convolution would go into the pooling then, and stay a node. */
  @Test
  void a_norm_in_front_goes_into_the_convolution_and_not_into_the_pooling() {
    String value = pointwise(net.b.batchNorm(image("8", "6")), 1, true);
    net.fold(net.op(average(3, 2, 1, false, false), value)).becomes("Relu", "AveragePool", "Conv");
  }

  @Test
  void a_value_that_others_read_stays() {
    String value = pointwise(image("6", "4"), 1, true);
    net.fold(net.op(average(2, 2, 0, false, false), value), net.b.relu(value))
        .becomes("Relu", "Conv", "AveragePool", "Relu");
  }

  @Test
  void an_output_stays() {
    String value = pointwise(image("6", "4"), 1, true);
    net.fold(net.op(average(2, 2, 0, false, false), value), value)
        .becomes("Relu", "Conv", "AveragePool");
  }

  @Test
  void a_kernel_of_more_pixels_stays() {
    String value = net.conv(image("6", "4"), MIDDLE, 4, 2, 2);
    assertThat(net.fold(net.op(average(3, 2, 1, false, false), value)).types())
        .containsExactly("Relu", "Conv", "AveragePool");
  }

  @Test
  void a_stride_or_pads_stay() {
    for (Window window :
        List.of(
            Window.of(List.of(2, 2), List.of(), List.of()),
            Window.of(List.of(), List.of(), List.of(1, 0, 0, 0)))) {
      Net other = new Net();
      String x = other.b.relu(other.image("x", "4", "9", "8"));
      String value = other.conv(x, window, 1, MIDDLE, 4, 1, 1);
      Verified verified = other.fold(other.op(average(3, 2, 1, false, false), value));
      verified.becomes("Relu", "Conv", "AveragePool");
    }
  }

  /** To pool many channels instead of few is more traffic than the convolution saves. */
  @Test
  void a_convolution_that_narrows_much_stays_where_it_reads_each_pixel_once() {
    String value = net.conv(image("6", "4"), 1, 4, 1, 1);
    net.fold(net.op(average(3, 1, 1, false, false), value)).becomes("Relu", "Conv", "AveragePool");
  }

  /** Two kernels become one, which costs less than to pool between them. */
  @Test
  void a_kernel_before_it_is_joined_first() {
    String kernel = net.conv(net.image("x", "4", "9", "8"), 8, 4, 3, 3);
    String value = net.conv(kernel, 2, 8, 1, 1);
    Verified verified = net.fold(net.op(average(2, 2, 0, true, false), value));
    assertThat(verified.types()).containsExactly("Conv", "AveragePool");
  }

  /** A norm in front goes into the convolution first; then the pooling moves. */
  @Test
  void a_convolution_that_took_in_a_norm_moves_in_the_end() {
    String value = pointwise(net.b.batchNorm(net.image("x", "4", "7", "6")), 1, true);
    Op pool = average(3, 2, 1, false, false);
    String pooled = net.b.op("pooled", pool, List.of(value), MIDDLE);
    Verified verified = net.fold(net.b.batchNorm(pooled)).becomes("AveragePool", "Conv");
    assertThat(verified.report().folded())
        .flatExtracting(FoldReport.Folded::held)
        .contains("BatchNormalization 'bn'", "Conv 'conv'", "BatchNormalization 'bn_2'");
    assertThat(verified.report().after()).isEqualTo(Reporting.totals(verified.graph()));
  }

  /**
   * ONNX Runtime pools an image that is too small to nothing, and has no convolution of nothing.
   */
  @Test
  void an_image_that_may_become_empty_stays() {
    String value = pointwise(net.image("x", "4", "H", "W"), 1, true);
    net.fold(net.op(average(2, 2, 0, false, false), value)).becomes("Conv", "AveragePool");
  }

  /** The next convolution refuses an empty image anyway. */
  @Test
  void an_image_that_a_convolution_reads_is_not_empty() {
    String value = pointwise(image("H", "W"), 1, true);
    String next = net.b.relu(net.op(average(2, 2, 0, false, false), value));
    net.fold(net.conv(next, 4, MIDDLE, 2, 2))
        .becomes("Relu", "AveragePool", "Conv", "Relu", "Conv");
  }

  @Test
  void folding_again_changes_nothing() {
    Verified once = pooled(average(2, 2, 0, false, false), true, "8", "6");
    assertThat(Folder.fold(once.graph()).graph()).isEqualTo(once.graph());
  }

  /** One axis, three axes. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void other_numbers_of_axes(int axes) {
    List<String> dims = new ArrayList<>(List.of("4", "5", "4", "6").subList(0, axes + 1));
    String x = net.b.relu(net.image("x", dims.toArray(new String[0])));
    long[] weight = new long[axes + 2];
    java.util.Arrays.fill(weight, 1);
    weight[0] = 3;
    weight[1] = 4;
    List<Integer> twos = java.util.Collections.nCopies(axes, 2);
    Op pool = new Op.AveragePool(twos, Window.of(twos, List.of(), List.of()), true, false);
    net.fold(net.op(pool, net.conv(x, weight))).becomes("Relu", "AveragePool", "Conv");
  }

  @Test
  void random_transitions_compute_the_same_at_several_sizes() {
    int moved = 0;
    for (long seed = 0; seed < 400; seed++) {
      Graph graph = RandomTransition.of(seed);
      Graph folded = Folder.fold(graph).graph();
      List<String> types = folded.nodes().stream().map(n -> n.op().type()).toList();
      moved += types.indexOf("Conv") > types.indexOf("AveragePool") ? 1 : 0;
      for (int size : new int[] {5, 6, 9}) {
        Map<String, NdArray> image = RandomTransition.image(seed, size, size + 2);
        Equivalence.assertHolds("seed " + seed, graph, folded, image);
      }
    }
    assertThat(moved).isBetween(50, 350);
  }

  /** What this pass must not do, done by hand: each changes the numbers. */
  @ParameterizedTest
  @CsvSource({"3, 2, 1, false, true", "3, 1, 1, false, true"})
  void moving_a_pooling_that_counts_zeros_over_a_bias_is_noticed(
      int size, int stride, int pad, boolean ceil, boolean counts) {
    net.b.output(
        net.op(average(size, stride, pad, ceil, counts), pointwise(image("7", "6"), 1, true)));
    Graph graph = net.b.build();
    assertThat(error(graph, swapped(graph))).isGreaterThan(1e-3);
    assertThat(error(graph, Folder.fold(graph).graph())).isLessThan(Equivalence.BAR);
  }

  /** With equal numbers of channels, to leave the convolution out or to pool twice still fits. */
  @Test
  void a_lost_node_is_noticed() {
    String value = net.conv(image("8", "6"), 4, 4, 1, 1);
    net.b.output(net.op(average(2, 2, 0, false, false), value));
    Graph graph = net.b.build();
    Graph right = Folder.fold(graph).graph();
    List<Node> nodes =
        right.nodes().stream()
            .map(
                n ->
                    n.op() instanceof Op.Conv
                        ? new Node("", new Op.Identity(), List.of(n.input(0)), n.outputs())
                        : n)
            .toList();
    assertThat(error(graph, right)).isLessThan(Equivalence.BAR);
    assertThat(error(graph, right.toBuilder().replaceNodes(nodes).build())).isGreaterThan(1e-3);
  }

  private static double error(Graph before, Graph after) {
    Map<String, NdArray> inputs = Inputs.random(before, 7, 3);
    return Difference.SAME_SPECIALS.relative(
        new Interpreter(before).run(inputs), new Interpreter(after).run(inputs));
  }

  /** The last two nodes in the other order. */
  private static Graph swapped(Graph graph) {
    List<Node> nodes = new ArrayList<>(graph.nodes());
    Node pool = nodes.remove(nodes.size() - 1);
    Node conv = nodes.remove(nodes.size() - 1);
    List<String> inputs = new ArrayList<>(conv.inputs());
    inputs.set(0, "pooled");
    nodes.add(new Node("", pool.op(), List.of(conv.input(0)), List.of("pooled")));
    nodes.add(new Node("", conv.op(), inputs, pool.outputs()));
    return graph.toBuilder().replaceNodes(nodes).build();
  }

  /** A convolution of single pixels, what may follow it, and a pooling of any window. */
  private static final class RandomTransition {
    private RandomTransition() {}

    static Graph of(long seed) {
      SplittableRandom r = new SplittableRandom(seed);
      Net net = new Net();
      int groups = 1 + r.nextInt(2);
      int out = 2 * (1 + r.nextInt(3));
      String value = net.b.relu(net.image("x", "4", "H", "W"));
      Optional<Tensor> bias = r.nextBoolean() ? Optional.of(net.random(out)) : Optional.empty();
      value = net.b.conv(value, net.random(out, 4 / groups, 1, 1), bias, Window.DEFAULT, groups);
      if (r.nextInt(3) == 0) {
        value = net.b.batchNorm(value);
      }
      int size = 1 + r.nextInt(3);
      int pad = r.nextInt(size);
      Op pool = average(size, 1 + r.nextInt(3), pad, r.nextBoolean(), r.nextBoolean());
      value = net.op(pool, value);
      net.b.output(value);
      net.b.output(net.conv(net.b.relu(value), 1, out, 1, 1));
      return net.b.build();
    }

    static Map<String, NdArray> image(long seed, int height, int width) {
      double[] data = new SplittableRandom(seed).doubles(2L * 4 * height * width, -3, 3).toArray();
      return Map.of("x", NdArray.of(data, 2, 4, height, width));
    }
  }
}
