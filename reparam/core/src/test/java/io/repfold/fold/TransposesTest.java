package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.kit.Inputs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Transposes in a row become one; those that change nothing go. */
class TransposesTest {
  private static final List<Integer> LAST = List.of(0, 2, 3, 1);
  private static final List<Integer> FIRST = List.of(0, 3, 1, 2);

  private final Net net = new Net();
  private final String x = net.b.relu(net.image("x", "4", "H", "W"));

  private String turned(String value, Integer... order) {
    return net.op(new Op.Transpose(List.of(order)), value);
  }

  private String turned(String value, List<Integer> order) {
    return turned(value, order.toArray(new Integer[0]));
  }

  private String end(String value) {
    return net.op(new Op.Unary(Op.Unary.Function.SIGMOID), value);
  }

  @Test
  void two_become_one() {
    net.fold(end(turned(turned(x, 0, 2, 3, 1), 1, 0, 3, 2)))
        .becomes("Relu", "Transpose", "Sigmoid");
  }

  @Test
  void a_pair_that_cancels_goes() {
    net.fold(end(turned(turned(x, LAST), FIRST))).becomes("Relu", "Sigmoid");
  }

  @Test
  void a_pair_that_looks_alike_and_does_not_cancel_becomes_one() {
    net.fold(end(turned(turned(x, LAST), LAST))).becomes("Relu", "Transpose", "Sigmoid");
  }

  @Test
  void three_that_cancel_go() {
    String all = turned(turned(turned(x, 1, 2, 0, 3), 1, 2, 0, 3), 1, 2, 0, 3);
    net.fold(end(all)).becomes("Relu", "Sigmoid");
  }

  @Test
  void the_order_that_is_not_written_reverses() {
    net.fold(end(turned(turned(x), 3, 2, 1, 0))).becomes("Relu", "Sigmoid");
  }

  @Test
  void reversed_twice_is_as_it_was() {
    net.fold(end(turned(turned(x)))).becomes("Relu", "Sigmoid");
  }

  @Test
  void a_reversal_of_unknown_rank_stays() {
    net.foldUnranked(end(turned(turned(net.image("y", "4", "5", "4")))))
        .becomes("Transpose", "Transpose", "Sigmoid");
  }

  @Test
  void what_others_read_stays_and_the_second_reads_what_was_before() {
    String first = turned(x, LAST);
    Verified verified = net.fold(end(first), end(turned(first, FIRST)));
    verified.becomes("Relu", "Transpose", "Sigmoid", "Sigmoid");
  }

  @Test
  void outputs_keep_their_names() {
    String first = turned(x, LAST);
    String second = turned(first, FIRST);
    Verified verified = net.fold(first, second).becomes("Relu", "Transpose");
    assertThat(verified.graph().outputs()).isEqualTo(verified.before().outputs());
  }

  @Test
  void between_an_input_and_an_output_one_stays() {
    String image = net.image("z", "4", "5", "4");
    net.fold(turned(turned(image, LAST), FIRST)).becomes("Transpose");
  }

  @Test
  void axes_of_size_1_may_change_places() {
    String pixels = net.b.relu(net.image("z", "4", "1", "1"));
    net.fold(end(turned(pixels, 0, 1, 3, 2))).becomes("Relu", "Sigmoid");
  }

  @Test
  void another_shape_stays() {
    String pixels = net.b.relu(net.image("z", "4", "1", "1"));
    net.fold(end(turned(pixels, LAST))).becomes("Relu", "Transpose", "Sigmoid");
  }

  /** Equal sizes do not make equal elements. */
  @Test
  void a_square_image_that_is_mirrored_stays() {
    String square = net.b.relu(net.image("z", "4", "3", "3"));
    net.fold(end(turned(square, 0, 1, 3, 2))).becomes("Relu", "Transpose", "Sigmoid");
  }

  @Test
  void chains_of_any_orders_become_one_at_most() {
    int gone = 0;
    for (long seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Net chain = new Net();
      String value = chain.b.relu(chain.image("x", size(random), size(random), size(random)));
      for (int i = 1 + random.nextInt(4); i >= 0; i--) {
        value = chain.op(new Op.Transpose(order(random)), value);
      }
      Verified verified = chain.fold(chain.op(new Op.Unary(Op.Unary.Function.SIGMOID), value));
      long left = verified.types().stream().filter("Transpose"::equals).count();
      assertThat(left).as(verified::toString).isLessThanOrEqualTo(1);
      gone += left == 0 ? 1 : 0;
    }
    assertThat(gone).isBetween(10, 290);
  }

  private static String size(SplittableRandom random) {
    return Integer.toString(1 + random.nextInt(3));
  }

  private static List<Integer> order(SplittableRandom random) {
    List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3));
    Collections.shuffle(order, new java.util.Random(random.nextLong()));
    return order;
  }

  /** The composition the wrong way round, and the second alone. */
  @Test
  void wrong_compositions_are_noticed() {
    List<Integer> p = List.of(1, 2, 0, 3);
    List<Integer> q = List.of(0, 2, 3, 1);
    net.b.output(end(turned(turned(x, p), q)));
    Graph graph = net.b.build();
    Graph right = Folder.fold(graph).graph();
    assertThat(error(graph, right)).isZero();
    for (List<Integer> wrong : List.of(p.stream().map(q::get).toList(), q, p)) {
      assertThat(error(graph, withOrder(right, wrong))).isGreaterThan(0.01);
    }
  }

  private static double error(Graph before, Graph after) {
    return Equivalence.error(before, after, Inputs.random(before, 7, 3));
  }

  private static Graph withOrder(Graph graph, List<Integer> order) {
    List<Node> nodes =
        graph.nodes().stream()
            .map(
                n ->
                    n.op() instanceof Op.Transpose
                        ? new Node(n.name(), new Op.Transpose(order), n.inputs(), n.outputs())
                        : n)
            .toList();
    return graph.toBuilder().replaceNodes(nodes).replaceDeclared(java.util.Map.of()).build();
  }
}
