package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Parallel transposed convolutions of one tensor become one. */
class ParallelTransposedTest {
  private final Net net = new Net();
  private final String x = net.image("x", "4", "H", "W");

  /** A kernel of k x k with pads p on all sides. */
  private String branch(Net net, String x, int k, int stride, int dilation, int p, int more) {
    Window window =
        Window.of(List.of(stride, stride), List.of(dilation, dilation), List.of(p, p, p, p));
    List<Integer> padding = more == 0 ? List.of() : List.of(more, more);
    Op op = new Op.ConvTranspose(window, 1, padding, List.of());
    String weight = net.b.constant(net.random(4, 6, k, k));
    return net.b.op("up", op, List.of(x, weight), 6);
  }

  private String branch(int k, int stride, int p) {
    return branch(net, x, k, stride, 1, p, 0);
  }

  private String norm(String value) {
    return net.b.batchNorm(value);
  }

  /** RepCT: 4x4 and 2x2, stride 2, each with its norm. */
  @Test
  void branches_with_norms() {
    String sum = net.b.add(List.of(norm(branch(4, 2, 1)), norm(branch(2, 2, 0))));
    Verified verified = net.fold(norm(sum)).becomes("ConvTranspose");
    FoldReport.Folded region = verified.report().folded().get(0);
    assertThat(verified.report().folded()).hasSize(1);
    assertThat(region.held()).hasSize(6);
    assertThat(region.parametersAfter()).isEqualTo(4 * 6 * 16 + 6);
    assertThat(region.multiplyAddsAfter()).isEqualTo(4 * 6 * 16 / 4);
    // Kernels of 16 and 4 taps for 4 positions, three norms and an Add of 6 channels.
    assertThat(region.multiplyAddsBefore()).isEqualTo(4 * 6 * 20 / 4 + 4 * 6);
    assertThat(verified.report().leftAlone()).isEmpty();
  }

  @Test
  void three_branches_and_a_difference() {
    String two = net.op(new Op.Binary(Op.Binary.Function.SUB), branch(4, 2, 1), branch(2, 2, 0));
    net.fold(net.op(new Op.Variadic(Op.Variadic.Function.SUM), two, branch(6, 2, 2)))
        .becomes("ConvTranspose");
  }

  @Test
  void one_branch_twice() {
    String one = branch(2, 2, 0);
    net.fold(net.op(new Op.Binary(Op.Binary.Function.ADD), one, one)).becomes("ConvTranspose");
  }

  @Test
  void positions_behind_the_last_tap() {
    String wide = branch(net, x, 3, 2, 1, 1, 1);
    net.fold(net.b.add(List.of(wide, branch(2, 2, 0)))).becomes("ConvTranspose");
  }

  /** One makes an axis of 2 n, the other one of 2 n + 1: they are added where a batch of 1 is. */
  @Test
  void grids_that_differ_are_no_sum() {
    String sum = net.b.add(List.of(branch(2, 2, 0), branch(3, 2, 0)));
    net.b.output(sum);
    assertThat(Folder.plan(net.b.build(), FoldOptions.DEFAULT).folded()).isEmpty();
  }

  @Test
  void other_inputs_stay_with_the_reason() {
    String other = net.b.relu(x);
    String sum = net.b.add(List.of(branch(2, 2, 0), branch(net, other, 2, 2, 1, 0, 0)));
    net.fold(sum).isLeftAlone("different inputs");
  }

  @Test
  void scattered_taps_stay_with_the_costs() {
    Window shifted = Window.of(List.of(1, 1), List.of(9, 9), List.of(4, 4, 5, 5));
    Op pair = new Op.ConvTranspose(shifted, 1, List.of(), List.of());
    String two = net.b.op("pair", pair, List.of(x, net.b.constant(net.random(4, 6, 2, 2))), 6);
    net.fold(net.b.add(List.of(two, branch(1, 1, 0)))).isLeftAlone("multiply-adds a position");
  }

  @Test
  void a_branch_that_is_an_output_stays() {
    String one = branch(2, 2, 0);
    Verified verified = net.fold(net.b.add(List.of(one, branch(4, 2, 1))), one);
    assertThat(verified.types()).containsExactlyInAnyOrder("ConvTranspose", "ConvTranspose", "Add");
  }

  @Test
  void pads_by_themselves_stay_with_the_reason() {
    Window same = new Window(Window.AutoPad.SAME_UPPER, List.of(2, 2), List.of(), List.of());
    Op op = new Op.ConvTranspose(same, 1, List.of(), List.of());
    String auto = net.b.op("auto", op, List.of(x, net.b.constant(net.random(4, 6, 2, 2))), 6);
    net.fold(net.b.add(List.of(branch(2, 2, 0), auto))).isLeftAlone("depend on the size");
  }

  @Test
  void random_sums_compute_the_same_at_several_sizes() {
    int joined = 0;
    for (long seed = 0; seed < 300; seed++) {
      Graph graph = random(seed);
      Graph folded = Folder.fold(graph).graph();
      joined +=
          folded.nodes().stream().filter(n -> n.op() instanceof Op.Binary).count() == 0 ? 1 : 0;
      for (int size : new int[] {1, 2, 4}) {
        Equivalence.assertHolds("seed " + seed, graph, folded, image(seed, size, 5 - size));
      }
    }
    assertThat(joined).isBetween(100, 299);
  }

  private static Map<String, NdArray> image(long seed, int height, int width) {
    double[] data = new SplittableRandom(seed).doubles(2L * 4 * height * width, -3, 3).toArray();
    return Map.of("x", NdArray.of(data, 2, 4, height, width));
  }

  /** Two branches on one grid: equal strides, and pads that make up for the kernel's reach. */
  private static Graph random(long seed) {
    SplittableRandom r = new SplittableRandom(seed);
    Net net = new Net();
    String x = net.image("x", "4", "H", "W");
    int stride = 1 + r.nextInt(3);
    int groups = 1 + r.nextInt(2);
    int extent = stride + r.nextInt(2);
    List<String> branches = new ArrayList<>();
    while (branches.size() < 2) {
      List<Integer> size = new ArrayList<>();
      List<Integer> dilations = new ArrayList<>();
      List<Integer> begins = new ArrayList<>();
      List<Integer> ends = new ArrayList<>();
      List<Integer> more = new ArrayList<>();
      for (int axis = 0; axis < 2; axis++) {
        int kernel = 1 + r.nextInt(4);
        int dilation = 1 + r.nextInt(2);
        int left = dilation * (kernel - 1) + 1 - extent;
        int begin = left > 0 ? r.nextInt(left + 1) : 0;
        size.add(kernel);
        dilations.add(dilation);
        begins.add(begin);
        ends.add(Math.max(0, left - begin));
        more.add(Math.max(0, -left));
      }
      if (more.stream().anyMatch(m -> m >= stride)) {
        continue;
      }
      begins.addAll(ends);
      Window window = Window.of(List.of(stride, stride), dilations, begins);
      Op op = new Op.ConvTranspose(window, groups, more, List.of());
      String weight = net.b.constant(net.random(4, 6 / groups, size.get(0), size.get(1)));
      List<String> inputs = new ArrayList<>(List.of(x, weight));
      if (r.nextBoolean()) {
        inputs.add(net.b.constant(net.random(6)));
      }
      String up = net.b.op("up", op, inputs, 6);
      branches.add(r.nextBoolean() ? net.b.batchNorm(up) : up);
    }
    boolean minus = r.nextInt(3) == 0;
    net.b.output(
        net.op(
            new Op.Binary(minus ? Op.Binary.Function.SUB : Op.Binary.Function.ADD),
            branches.get(0),
            branches.get(1)));
    return net.b.build();
  }

  /** Taps laid one position beside where they belong, on either axis. */
  @Test
  void taps_in_the_wrong_place_are_noticed() {
    int noticed = 0;
    int wrong = 0;
    for (long seed = 0; seed < 100; seed++) {
      Graph graph = random(seed);
      Graph folded = Folder.fold(graph).graph();
      if (folded.nodes().size() == 1) {
        for (Graph moved : moved(folded)) {
          wrong++;
          noticed += Equivalence.error(graph, moved, image(seed, 4, 3)) > 1e-6 ? 1 : 0;
        }
      }
    }
    assertThat(wrong).isGreaterThan(30);
    assertThat(noticed).isEqualTo(wrong);
  }

  /** The only node with a pad moved from one end of an axis to the other. */
  private static List<Graph> moved(Graph graph) {
    List<Graph> all = new ArrayList<>();
    Node node = graph.nodes().get(0);
    Op.ConvTranspose op = (Op.ConvTranspose) node.op();
    for (int axis = 0; axis < 2; axis++) {
      List<Integer> pads = new ArrayList<>(op.window().pads());
      if (!pads.isEmpty() && pads.get(axis) > 0) {
        pads.set(axis, pads.get(axis) - 1);
        pads.set(axis + 2, pads.get(axis + 2) + 1);
        Window window = Window.of(op.window().strides(), op.window().dilations(), pads);
        Op wrong = new Op.ConvTranspose(window, op.groups(), op.outputPadding(), op.outputShape());
        Node other = new Node(node.name(), wrong, node.inputs(), node.outputs());
        all.add(graph.toBuilder().replaceNodes(List.of(other)).build());
      }
    }
    return all;
  }
}
