package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.blocks.RepKind;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Inputs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which convolutions an expansion replaces, what it says of each, and which names it takes. */
class ExpandReportTest {
  private static final ExpandOptions REPVGG = ExpandOptions.of(RepKind.REPVGG);

  private final GraphBuilder b =
      new GraphBuilder("net", WeightSource.random(1), ElementType.DOUBLE).withEpsilon(0.05f);
  private final String x = b.input("x", 1, 4, 6, 5);

  private String square(String name, String value) {
    return b.named(name).biasedConv(value, 4, Kernel.of(3).withDilation(2), 1);
  }

  private static List<String> types(Graph graph) {
    return graph.nodes().stream().map(n -> n.op().type()).toList();
  }

  @Test
  void a_block_is_described_by_what_it_was_and_what_it_holds() {
    b.output(b.relu(square("c3", x)));
    Graph graph = b.build();
    Expander.Result result = Expander.expand(graph, REPVGG);
    ExpandReport report = result.report();
    assertThat(report.kind()).isEqualTo(RepKind.REPVGG);
    assertThat(report.leftAlone()).isEmpty();
    ExpandReport.Expanded block = report.expanded().get(0);
    assertThat(block.node()).isEqualTo("Conv 'c3'");
    assertThat(block.value()).isEqualTo("c3");
    assertThat(block.convolution()).isEqualTo("Conv 4 -> 4, 3x3 kernel of dilation 2");
    assertThat(block.branches()).containsExactly("kxk", "pointwise", "identity");
    assertThat(block.leftOut()).isEmpty();
    assertThat(block.parametersBefore()).isEqualTo(4 * 4 * 9 + 4);
    assertThat(block.parametersAfter()).isEqualTo(4 * 4 * 9 + 16 + 4 * 4 + 16 + 16);
    assertThat(block.error()).isBetween(0.0, 1e-12);
    assertThat(report.before()).isEqualTo(new FoldReport.Totals(2, 1, 0, 0, 148));
    assertThat(report.after()).isEqualTo(new FoldReport.Totals(8, 2, 3, 2, 208));
    assertThat(result.graph().initializers().keySet()).noneMatch(graph.initializers()::containsKey);
  }

  @Test
  void parameters_that_were_merged_are_parted() {
    String ones =
        b.initializer("ones", Tensor.ofDoubles(ElementType.DOUBLE, new double[] {1, 1, 1, 1}, 4));
    String zeros = b.initializer("zeros", Tensor.ofDoubles(ElementType.DOUBLE, new double[4], 4));
    Op norm = new Op.BatchNormalization(1e-5f, 0.9f, false);
    b.output(b.op("n", norm, List.of(square("c3", x), ones, zeros, zeros, ones), 4));
    Graph graph = b.build();
    Expander.Result result = Expander.expand(graph, REPVGG);
    Node last = result.graph().producer(graph.outputs().get(0).name()).orElseThrow();
    assertThat(last.inputs().stream().distinct()).hasSize(5);
    assertThat(result.report().parted()).hasSize(2);
    assertThat(Expander.expand(graph, REPVGG.withMatch("nothing*")).report().parted()).isEmpty();
  }

  @Test
  void what_the_kind_does_not_have_here_is_named() {
    b.output(b.named("c").conv(x, 8, Kernel.of(3), 1));
    ExpandReport.Expanded block = Expander.expand(b.build(), REPVGG).report().expanded().get(0);
    assertThat(block.branches()).containsExactly("kxk", "pointwise");
    assertThat(block.leftOut()).containsExactly("identity: 4 channels come in and 8 go out");
    assertThat(block.parametersBefore()).isEqualTo(8 * 4 * 9);
  }

  @ParameterizedTest(name = "{0} matches {1}")
  @CsvSource({
    "*, stem.c+1 body",
    "stem.c+1, stem.c+1",
    "stemXc+1, ''",
    "stem?c+?, stem.c+1",
    "stem.c+1?, ''",
    "*1, stem.c+1",
    "s*, stem.c+1",
    "b?d*, body",
    "*.*, stem.c+1",
    "'', ''",
    "BODY, ''"
  })
  void names_match_a_pattern_of_stars_and_question_marks(String pattern, String found) {
    b.output(square("body", square("stem.c+1", x)));
    ExpandReport report = Expander.expand(b.build(), REPVGG.withMatch(pattern)).report();
    List<String> values = report.expanded().stream().map(ExpandReport.Expanded::value).toList();
    assertThat(String.join(" ", values)).isEqualTo(found);
    assertThat(report.leftAlone()).isEmpty();
  }

  @Test
  void a_node_without_a_name_goes_by_its_first_output() {
    b.output(square("c3", x));
    Graph graph = b.build();
    Node node = graph.nodes().get(0);
    Node nameless = new Node("", node.op(), node.inputs(), node.outputs());
    Graph unnamed = graph.toBuilder().replaceNodes(List.of(nameless)).build();
    Expander.Result result = Expander.expand(unnamed, REPVGG.withMatch("c3"));
    assertThat(result.report().expanded()).hasSize(1);
    // The old weight has the name c3.weight.
    assertThat(result.graph().initializers()).containsKey("c3_2.kxk.conv.weight");
  }

  @Test
  void without_a_match_the_graph_is_the_same() {
    b.output(square("c3", x));
    Graph graph = b.build();
    assertThat(Expander.expand(graph, REPVGG.withMatch("d*")).graph()).isSameAs(graph);
  }

  @Test
  void a_pointwise_is_left_alone_unless_it_is_asked_for() {
    b.output(b.named("p").conv(x, 4, Kernel.of(1), 1));
    Graph graph = b.build();
    FoldReport.LeftAlone left = Expander.expand(graph, REPVGG).report().leftAlone().get(0);
    assertThat(left.node()).isEqualTo("Conv 'p'");
    assertThat(left.value()).isEqualTo("p");
    assertThat(left.reasons().get(0)).contains("it is 1x1", "ask for 1x1 convolutions");
    assertThat(Expander.expand(graph, REPVGG).graph()).isSameAs(graph);
    ExpandReport report = Expander.expand(graph, REPVGG.withPointwise(true)).report();
    assertThat(report.expanded()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"If, true", "Loop, true", "Scan, true", "Celu, false"})
  void a_body_is_not_looked_at(String type, boolean said) {
    b.output(square("c3", x));
    Graph.Builder graph = b.build().toBuilder();
    Op op = new Op.Opaque("", type, Map.of(), List.of());
    graph.node(new Node("body", op, List.of("c3"), List.of("z")));
    graph.node(new Node("mute", op, List.of("c3"), List.of()));
    graph.output(new Value("z", Optional.empty(), Optional.empty()));
    Expander.Result result = Expander.expand(graph.build(), REPVGG);
    assertThat(result.report().expanded()).hasSize(1);
    String because = "convolutions in its body are not looked at";
    assertThat(result.report().leftAlone())
        .isEqualTo(
            said
                ? List.of(
                    new FoldReport.LeftAlone(type + " 'body'", "z", List.of(because)),
                    new FoldReport.LeftAlone(type + " 'mute'", "", List.of(because)))
                : List.of());
    assertThat(result.graph().nodes()).filteredOn(n -> n.op().equals(op)).hasSize(2);
  }

  /** Taken by an input, an initializer, a value, and by a block that was made before. */
  @ParameterizedTest
  @ValueSource(strings = {"input", "initializer", "value", "block"})
  void names_that_are_taken_are_not_taken_again(String by) {
    String y = square("c3", x);
    if (by.equals("input")) {
      b.output(b.relu(b.input("c3.kxk.conv", 1, 2)));
    }
    if (by.equals("initializer")) {
      b.output(
          b.relu(
              b.initializer(
                  "c3.anything", Tensor.ofDoubles(ElementType.DOUBLE, new double[1], 1))));
    }
    if (by.equals("value")) {
      b.output(b.named("c3.pointwise").relu(x));
    }
    b.output(y);
    Graph graph = b.build();
    if (by.equals("block")) {
      Node node = graph.nodes().get(0);
      graph =
          graph.toBuilder()
              .node(new Node(node.name(), node.op(), List.of(y, "w", "b"), List.of("again")))
              .initializer("w", graph.initializers().get("c3.weight"))
              .initializer("b", graph.initializers().get("c3.bias"))
              .output(new Value("again", Optional.empty(), Optional.empty()))
              .build();
    }
    // Its own weight is named after it already.
    Map<String, Tensor> renamed = new LinkedHashMap<>(graph.initializers());
    renamed.put("kernel", renamed.remove("c3.weight"));
    renamed.put("shift", renamed.remove("c3.bias"));
    List<Node> nodes =
        graph.nodes().stream()
            .map(
                n ->
                    new Node(
                        n.name(),
                        n.op(),
                        n.inputs().stream()
                            .map(
                                i ->
                                    i.equals("c3.weight")
                                        ? "kernel"
                                        : i.equals("c3.bias") ? "shift" : i)
                            .toList(),
                        n.outputs()))
            .toList();
    graph = graph.toBuilder().replaceInitializers(renamed).replaceNodes(nodes).build();
    Graph expanded = Expander.expand(graph, REPVGG).graph();
    assertThat(expanded.initializers()).containsKey("c3_2.kxk.conv.weight");
    assertThat(expanded.initializers().containsKey("c3.kxk.conv.weight"))
        .isEqualTo(by.equals("block"));
    Equivalence.assertHolds(by, graph, expanded, Inputs.random(graph, 7, 3));
  }

  @Test
  void a_bias_that_others_read_stays_and_a_constant_of_its_own_goes() {
    Tensor weight = new Net().random(4, 4, 3, 3);
    String bias = b.initializer("shift", new Net().random(4));
    Op conv = new Op.Conv(Kernel.of(3).window(), 1);
    String left = b.op("left", conv, List.of(x, b.constant(weight), bias), 4);
    String own = b.constant(new Net().random(4));
    String right = b.op("right", conv, List.of(x, b.constant(weight), own), 4);
    b.output(left);
    b.output(right);
    b.output(
        b.binary(
            Op.Binary.Function.ADD,
            b.relu(x),
            b.op("r", new Op.Unsqueeze(Optional.of(List.of(1, 2))), List.of(bias), 4)));
    Graph graph = b.build();
    Expander.Result result = Expander.expand(graph, REPVGG);
    assertThat(result.report().expanded()).hasSize(2);
    assertThat(result.graph().initializers()).containsKey("shift");
    assertThat(types(result.graph())).doesNotContain("Constant");
    Equivalence.assertHolds("shared", graph, result.graph(), Inputs.random(graph, 7, 3));
  }

  @Test
  void a_bias_that_is_an_output_stays() {
    b.output(square("c3", x));
    Graph graph =
        b.build().toBuilder().output(Value.of("c3.bias", ElementType.DOUBLE, Shape.of(4))).build();
    Graph expanded = Expander.expand(graph, REPVGG).graph();
    assertThat(expanded.initializers()).containsKey("c3.bias").doesNotContainKey("c3.weight");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.MAX_VALUE})
  void weights_that_have_no_remainder_are_left_alone(double weight) {
    b.output(square("c3", x));
    Graph graph = b.build();
    double[] values = graph.initializers().get("c3.weight").toDoubles();
    values[7] = weight;
    Map<String, Tensor> all = new LinkedHashMap<>(graph.initializers());
    all.put("c3.weight", Tensor.ofDoubles(ElementType.DOUBLE, values, 4, 4, 3, 3));
    Graph broken = graph.toBuilder().replaceInitializers(all).build();
    Expander.Result result = Expander.expand(broken, REPVGG);
    assertThat(result.graph()).isSameAs(broken);
    assertThat(result.report().leftAlone().get(0).reasons().get(0))
        .contains("its weights are not finite");
  }

  @Test
  void a_convolution_of_zeros_becomes_a_block_of_zeros() {
    b.output(b.named("c3").conv(x, 4, Kernel.of(3), 1));
    Map<String, Tensor> zeros =
        Map.of("c3.weight", Tensor.ofDoubles(ElementType.DOUBLE, new double[144], 4, 4, 3, 3));
    Graph graph = b.build().toBuilder().replaceInitializers(zeros).build();
    Expander.Result result = Expander.expand(graph, ExpandOptions.of(RepKind.DBB4));
    assertThat(result.report().expanded()).hasSize(1);
    // Measured against the weights of the branches, which are about 1 times 0.1.
    assertThat(result.report().expanded().get(0).error()).isBetween(0.0, 1e-12);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, Double.NaN, 10.000001, Double.POSITIVE_INFINITY})
  void a_scale_of_nothing_or_too_much_is_refused(double scale) {
    assertThatThrownBy(() -> REPVGG.withScale(scale))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("above 0")
        .hasMessageContaining("at most 10.0")
        .hasMessageEndingWith("got " + scale);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.MIN_VALUE, 0.1, 10})
  void a_scale_between_is_taken(double scale) {
    assertThat(REPVGG.withScale(scale).scale()).isEqualTo(scale);
  }

  @Test
  void an_option_changes_nothing_else() {
    WeightSource source = WeightSource.random(5);
    MatrixProduct product = MatrixProduct.inJava();
    ExpandOptions all =
        REPVGG
            .withMatch("a*")
            .withScale(2)
            .withWeights(source)
            .withPointwise(true)
            .withProduct(product);
    assertThat(all).isEqualTo(new ExpandOptions(RepKind.REPVGG, "a*", source, 2, true, product));
    assertThat(all.withScale(3).withMatch("b").withProduct(product).weights()).isSameAs(source);
    assertThat(REPVGG.match()).isEqualTo("*");
    assertThat(REPVGG.scale()).isEqualTo(0.1);
    assertThat(REPVGG.pointwise()).isFalse();
    double[] first = all.withSeed(9).weights().values("w", WeightSource.Role.KERNEL, 2, 2, 1, 1);
    assertThat(first)
        .isEqualTo(WeightSource.he(9).values("w", WeightSource.Role.KERNEL, 2, 2, 1, 1))
        .isNotEqualTo(REPVGG.weights().values("w", WeightSource.Role.KERNEL, 2, 2, 1, 1));
  }
}
