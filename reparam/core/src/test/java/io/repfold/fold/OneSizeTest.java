package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.kit.Inputs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Folds that hold for the size that the graph's inputs have, and for no other. */
class OneSizeTest {
  private static final Window SAME =
      new Window(Window.AutoPad.SAME_UPPER, List.of(2, 2), List.of(), List.of());

  private final Net net = new Net();

  /** As tf2onnx writes a RepVGG block of stride 2. */
  private String branches(String x) {
    String wide = net.conv(x, SAME, 1, 4, 4, 3, 3);
    String narrow = net.conv(x, SAME, 1, 4, 4, 1, 1);
    return net.b.add(List.of(net.b.batchNorm(wide), net.b.batchNorm(narrow)));
  }

  private static List<Map<String, String>> sizes(FoldReport report) {
    return report.folded().stream().map(FoldReport.Folded::holdsFor).toList();
  }

  @Test
  void branches_whose_grids_agree_at_the_declared_size_say_so() {
    Verified verified = net.fold(branches(net.image("x", "4", "6", "8"))).becomes("Conv");
    assertThat(sizes(verified.report())).containsExactly(Map.of("x", "Nx4x6x8"));
    assertThat(sizes(Folder.plan(verified.before(), FoldOptions.DEFAULT)))
        .isEqualTo(sizes(verified.report()));
  }

  /** Written pads, whose grids differ where the size is odd: no auto_pad is in play. */
  @Test
  void aligned_grids_alone_say_so() {
    String x = net.image("x", "4", "6", "8");
    Window begins = Window.of(List.of(2, 2), List.of(), List.of(0, 0, 1, 1));
    Window none = Window.of(List.of(2, 2), List.of(), List.of(0, 0, 0, 0));
    String wide = net.conv(x, begins, 1, 4, 4, 3, 3);
    String narrow = net.conv(x, none, 1, 4, 4, 1, 1);
    Verified verified = net.fold(net.b.add(List.of(wide, narrow))).becomes("Conv");
    assertThat(sizes(verified.report())).containsExactly(Map.of("x", "Nx4x6x8"));
  }

  @Test
  void a_size_that_was_given_is_told_and_the_result_takes_no_other() {
    net.b.output(branches(net.image("x", "4", "H", "W")));
    FoldOptions options = FoldOptions.DEFAULT.withShapes(Map.of("x", new long[] {2, 4, 6, 8}));
    Folder.Result result = Folder.fold(net.b.build(), options);
    assertThat(sizes(result.report())).containsExactly(Map.of("x", "2x4x6x8"));
    assertThat(result.graph().inputs().get(0).shape()).contains(Shape.of(2, 4, 6, 8));
  }

  @Test
  void what_holds_at_all_sizes_says_nothing() {
    String x = net.image("x", "4", "6", "8");
    String y = net.b.batchNorm(net.conv(x, Window.DEFAULT, 1, 4, 4, 3, 3));
    assertThat(sizes(net.fold(y).report())).containsExactly(Map.of());
  }

  /** Whatever the size of the input is. */
  @Test
  void a_size_that_the_graph_makes_holds_for_all_inputs() {
    String x = net.image("x", "4", "H", "W");
    Op resize =
        new Op.Resize(
            "nearest", "asymmetric", "floor", -0.75f, false, 0, false, List.of(), "stretch", false);
    String resized = net.op(resize, x, "", "", net.longs(2, 4, 6, 8));
    Verified verified = net.fold(branches(resized));
    verified.becomes("Resize", "Conv");
    assertThat(sizes(verified.report())).containsExactly(Map.of());
  }

  @Test
  void pads_of_ceil_mode_and_ends_of_slices_say_so() {
    String x = net.image("x", "4", "9");
    Op pool =
        new Op.AveragePool(List.of(3), Window.of(List.of(2), List.of(), List.of()), true, true);
    String y = net.b.batchNorm(net.op(pool, x));
    assertThat(sizes(net.fold(y).report())).containsExactly(Map.of("x", "Nx4x9"));

    Net strided = new Net();
    String all = strided.image("x", "2", "9");
    String some =
        strided.op(
            Net.SLICE, all, strided.longs(0), strided.longs(8), strided.longs(2), strided.longs(2));
    Verified sampled = strided.fold(strided.conv(some, 3, 2, 1)).becomes("Slice", "Conv");
    assertThat(sizes(sampled.report())).containsExactly(Map.of("x", "Nx2x9"));
  }

  /** The inputs are open, but a declaration of an inner value was left from another size. */
  @Test
  void a_stale_declaration_decides_nothing() {
    String x = net.image("x", "4", "H", "W");
    String inner = net.b.unary(Op.Unary.Function.TANH, x);
    net.b.output(branches(inner));
    Graph graph = declaring(net.b.build(), inner);
    Folder.Result result = Folder.fold(graph);
    assertThat(Equivalence.error(graph, result.graph(), Inputs.random(graph, 3, 1)))
        .isLessThanOrEqualTo(Equivalence.BAR);
  }

  /** Not even the rank of the input is declared. */
  @Test
  void nor_does_one_behind_an_input_of_any_shape() {
    String x = net.image("x", "4", "H", "W");
    String inner = net.b.unary(Op.Unary.Function.TANH, x);
    net.b.output(branches(inner));
    Graph graph = declaring(net.b.build(), inner);
    Graph open =
        graph.toBuilder()
            .replaceInputs(
                List.of(new Value("x", Optional.of(ElementType.DOUBLE), Optional.empty())))
            .build();
    assertThat(Folder.fold(open).graph().nodes().stream().filter(n -> n.op() instanceof Op.Conv))
        .hasSize(2);
  }

  private static Graph declaring(Graph graph, String value) {
    Shape stale = new Shape(List.of(new Dim.Symbol("N"), Dim.of(4), Dim.of(6), Dim.of(8)));
    List<Value> outputs =
        graph.outputs().stream().map(v -> new Value(v.name(), v.type(), Optional.empty())).toList();
    return graph.toBuilder()
        .replaceDeclared(Map.of(value, Value.of(value, ElementType.DOUBLE, stale)))
        .replaceOutputs(outputs)
        .build();
  }
}
