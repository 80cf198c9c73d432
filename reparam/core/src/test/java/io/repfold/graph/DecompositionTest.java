package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.kit.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Special numbers, symbolic shapes and what is refused; ONNX's operator tests judge the rest. */
class DecompositionTest {
  private static final double INFINITE = Double.POSITIVE_INFINITY;

  private static Op.Opaque op(String type, Object... attributes) {
    Map<String, Object> named =
        attributes.length == 0 ? Map.of() : Map.of((String) attributes[0], attributes[1]);
    return new Op.Opaque("", type, named, List.of());
  }

  private static Graph graph(int opset, Op op, Shape... shapes) {
    Graph.Builder graph = new Graph.Builder("g").opset("", opset);
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < shapes.length; i++) {
      graph.input(Value.of("x" + i, ElementType.FLOAT, shapes[i]));
      inputs.add("x" + i);
    }
    return graph.node(new Node("n", op, inputs, List.of("y"))).output(Values.any("y")).build();
  }

  private static double[] computed(int opset, Op op, double... x) {
    Graph graph = graph(opset, op, Shape.of(x.length));
    NdArray y = new Interpreter(graph).run(Map.of("x0", NdArray.of(x, x.length))).get("y");
    assertThat(y.type()).isEqualTo(ElementType.FLOAT);
    return y.data();
  }

  private static Shape symbolic(Object... dims) {
    List<Dim> parsed = new ArrayList<>();
    for (Object dim : dims) {
      parsed.add(dim instanceof Integer size ? Dim.of(size) : new Dim.Symbol((String) dim));
    }
    return new Shape(parsed);
  }

  @Test
  void a_half_is_rounded_to_the_even_number() {
    double below = 0.49999999999999994;
    assertThat(computed(11, op("Round"), -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, below, 1e300, -0.7))
        .containsExactly(-2, -2, 0, 0, 2, 2, 0, 1e300, -1);
  }

  @Test
  void zeros_have_no_sign() {
    assertThat(computed(13, op("Sign"), -3, -0.0, 0, 1e-300, INFINITE))
        .containsExactly(-1, 0, 0, 1, 1);
  }

  @Test
  void exponentials_do_not_overflow() {
    assertThat(computed(13, new Op.LogSoftmax(-1, false), 1e4, 1e4 - 1, -1e4, -INFINITE))
        .usingComparatorWithPrecision(1e-9)
        .containsExactly(
            -Math.log1p(Math.exp(-1)),
            -1 - Math.log1p(Math.exp(-1)),
            -20000 - Math.log1p(Math.exp(-1)),
            -INFINITE);
    assertThat(computed(13, op("ReduceLogSumExp"), 1e4, 1e4)[0]).isEqualTo(1e4 + Math.log(2));
    assertThat(computed(13, op("ReduceLogSumExp"), -INFINITE, -INFINITE)[0]).isEqualTo(-INFINITE);
    assertThat(computed(13, op("ReduceLogSumExp"), INFINITE, 1)[0]).isEqualTo(INFINITE);
  }

  @Test
  void a_norm_of_zeros_is_zero_and_of_nan_is_nan() {
    assertThat(computed(13, op("ReduceL2"), 0, -0.0)[0]).isZero();
    assertThat(computed(13, op("ReduceL2"), 3, Double.NaN)[0]).isNaN();
    assertThat(computed(13, op("ReduceL2"), 3, -4)[0]).isEqualTo(5);
  }

  /** Before opset 13 it is a softmax over all axes from one on, of which there may be none. */
  @Test
  void an_older_log_softmax_flattens() {
    assertThat(computed(11, new Op.LogSoftmax(0, true), 0, 0)[0]).isEqualTo(-Math.log(2));
    assertThat(computed(11, new Op.LogSoftmax(1, true), 5, 7)).containsExactly(0, 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bij,bjk->bik | N,4,H | N,H,W | y: FLOAT[N, 4, W]",
        "abcd,ceaf->bedf | H,W,2,3 | 2,5,H,6 | y: FLOAT[W, 5, 3, 6]",
        "...i,...i->... | N,H,3 | H,3 | y: FLOAT[N, H]",
        "ab,cd | 2,H | 3,W | y: FLOAT[2, H, 3, W]"
      })
  void an_einsum_keeps_symbols(String equation, String a, String b, String expected) {
    Graph graph = graph(12, op("Einsum", "equation", equation), parsed(a), parsed(b));

    assertThat(ShapeInference.infer(graph).get("y")).hasToString(expected);
  }

  private static Shape parsed(String dims) {
    List<Object> parsed = new ArrayList<>();
    for (String dim : dims.split(",", -1)) {
      parsed.add(Character.isDigit(dim.charAt(0)) ? Integer.valueOf(dim) : dim);
    }
    return symbolic(parsed.toArray());
  }

  @Test
  void normalizations_keep_symbols() {
    Shape image = symbolic("N", 6, "H", "W");
    List<Graph> graphs =
        List.of(
            graph(17, new Op.InstanceNormalization(1e-5f), image, Shape.of(6), Shape.of(6)),
            graph(21, op("GroupNormalization", "num_groups", 2L), image, Shape.of(6), Shape.of(6)),
            graph(17, op("LayerNormalization"), image, symbolic("W")),
            graph(17, new Op.LayerNormalization(-1, 0.1f), image, symbolic("W")),
            graph(21, new Op.GroupNormalization(2, 0.1f, false), image, Shape.of(6), Shape.of(6)),
            graph(13, op("LRN", "size", 3L), image));
    for (Graph graph : graphs) {
      assertThat(ShapeInference.infer(graph).get("y")).hasToString("y: FLOAT[N, 6, H, W]");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Frobnicate | 17 | op Frobnicate of domain '' has no meaning here",
        "Swish | 17 | its form before opset 24 has no meaning here",
        "Upsample | 10 | it exists up to opset 9",
        "ReduceL2 | 17 | before opset 18 it has no second input",
        "GroupNormalization | 18 | input 2 is missing",
        "Shrink | 17 | it takes up to 1 inputs, got 2",
        "LRN | 17 | it takes up to 1 inputs, got 2",
        "GatherND | 10 | its form before opset 11 has no meaning here",
        "Einsum | 17 | equation '' has 1 terms for 2 operands"
      })
  void a_refusal_says_why(String type, int opset, String because) {
    Node node = new Node("n", op(type), List.of("a", "b"), List.of("y"));
    List<Value> inputs = List.of(Value.float32("a", 2, 3), Value.float32("b", 3));

    assertThat(Decomposition.of(node, inputs, opset)).isEqualTo(new Decomposition.Refused(because));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ii,i->i | equation 'ii,i->i' has 'i' twice in one term; diagonals have no meaning here",
        "ij,j->jj | equation 'ij,j->jj' has 'j' twice in its result",
        "ij,j->k | equation 'ij,j->k' has 'k' in no term",
        "...j,j->j | equation '...j,j->j' sums over an ellipsis, which has no meaning here",
        "ijk,j | term 'ijk' does not fit an operand of 2 axes",
        "i-,j | equation 'i-,j' holds '-'",
        "0i,j | equation '0i,j' has digits for axes"
      })
  void an_equation_is_refused_with_its_text(String equation, String because) {
    Node node = new Node("n", op("Einsum", "equation", equation), List.of("a", "b"), List.of("y"));
    List<Value> inputs = List.of(Value.float32("a", 2, 3), Value.float32("b", 3));

    assertThat(Decomposition.of(node, inputs, 12)).isEqualTo(new Decomposition.Refused(because));
  }

  @Test
  void an_unknown_attribute_type_or_rank_is_refused() {
    Node swish = new Node("", op("Swish", "beta", 1f), List.of("a"), List.of("y"));
    Node shrink = new Node("", op("Shrink"), List.of("a"), List.of("y"));
    Node pool = new Node("", op("GlobalMaxPool"), List.of("a"), List.of("y"));
    Node wrong = new Node("", op("Einsum", "equation", 1L), List.of("a"), List.of("y"));
    Value integers = Value.of("a", ElementType.INT32, Shape.of(2));
    Value nothing = new Value("a", Optional.empty(), Optional.empty());

    assertThat(Decomposition.of(swish, List.of(integers), 24))
        .isEqualTo(new Decomposition.Refused("attributes [beta] have no meaning here"));
    assertThat(Decomposition.of(wrong, List.of(integers), 20))
        .isEqualTo(new Decomposition.Refused("attribute 'equation' has no meaning here: 1"));
    assertThat(Decomposition.of(shrink, List.of(integers), 18))
        .isEqualTo(new Decomposition.Refused("it is computed of real numbers only, not of INT32"));
    assertThat(Decomposition.of(shrink, List.of(nothing), 18))
        .isEqualTo(new Decomposition.Refused("the element type of input 0 is not known"));
    assertThat(Decomposition.of(pool, List.of(nothing), 18))
        .isEqualTo(new Decomposition.Refused("the rank of input 0 is not known"));
  }

  /** Whatever the node's own values are called. */
  @Test
  void parts_define_names_of_their_own() {
    Op op = op("Swish");
    Node node = new Node("", op, List.of("y/0"), List.of("y"));
    Value x = Value.float32("y/0", 2);

    Decomposition.Parts parts = (Decomposition.Parts) Decomposition.of(node, List.of(x), 24);

    List<String> defined = parts.nodes().stream().map(Node::output).toList();
    assertThat(defined).doesNotHaveDuplicates().doesNotContain("y/0").endsWith("y");
  }

  @Test
  void an_error_names_the_node_and_the_part() {
    Graph graph = graph(17, op("MeanVarianceNormalization"), Shape.of(2, 3));
    Map<String, NdArray> inputs = Map.of("x0", NdArray.of(new double[6], 2, 3));

    assertThatThrownBy(() -> new Interpreter(graph).run(inputs))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage(
            "MeanVarianceNormalization 'n', inputs (FLOAT[2, 3]): ReduceMean 'n', inputs (FLOAT[2,"
                + " 3]): axis 2 is outside the 2 axes of the input");
    assertThatThrownBy(() -> ShapeInference.infer(graph))
        .hasMessageStartingWith("MeanVarianceNormalization 'n', inputs (FLOAT[2, 3]): ReduceMean");
  }

  @Test
  void only_real_inputs_are_learnt() {
    List<String> three = List.of("x", "scale", "");

    assertThat(floatInputs(op("LayerNormalization"), three)).containsExactly(0, 1);
    assertThat(floatInputs(op("ReduceL2"), List.of("x", "axes"))).containsExactly(0);
    assertThat(floatInputs(op("Einsum"), List.of("a", "b", "c", "d"))).containsExactly(0, 1, 2, 3);
    assertThat(floatInputs(op("Sign"), List.of("x"))).isEmpty();
    assertThat(floatInputs(op("Frobnicate"), three)).isEmpty();
    assertThat(floatInputs(new Op.Identity(), three)).isEmpty();
    Op foreign = new Op.Opaque("com.example", "Swish", Map.of(), List.of());
    assertThat(floatInputs(foreign, List.of("x"))).isEmpty();
  }

  private static List<Integer> floatInputs(Op op, List<String> inputs) {
    return Decomposition.floatInputs(new Node("n", op, inputs, List.of("y")));
  }
}
