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

/** Equations by hand; ONNX's operator tests and the parts judge the rest. */
class EinsumTest {
  private static final NdArray MATRIX = NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
  private static final NdArray SQUARE = NdArray.of(new double[] {1, 2, 3, 4}, 2, 2);
  private static final NdArray TWO = NdArray.of(new double[] {10, 100}, 2);

  private static double[] sums(String equation, NdArray... inputs) {
    return Nodes.apply(new Op.Einsum(equation), inputs).data();
  }

  @Test
  void letters_say_what_is_multiplied_and_summed() {
    assertThat(sums("ij,i->j", MATRIX, TWO)).containsExactly(410, 520, 630);
    assertThat(sums("ij,i->ji", MATRIX, TWO)).containsExactly(10, 400, 20, 500, 30, 600);
    assertThat(sums("ij->", MATRIX)).containsExactly(21);
    assertThat(sums("ij,k->k", MATRIX, TWO)).containsExactly(210, 2100);
    assertThat(sums("a,b,a->b", TWO, TWO, TWO)).containsExactly(101000, 1010000);
  }

  @Test
  void without_an_arrow_letters_that_stand_once_are_sorted_capitals_first() {
    assertThat(sums("ba", MATRIX)).containsExactly(1, 4, 2, 5, 3, 6);
    assertThat(sums("aB", MATRIX)).containsExactly(1, 4, 2, 5, 3, 6);
    assertThat(sums("ij,ij", MATRIX, MATRIX)).containsExactly(91);
  }

  @Test
  void a_letter_twice_in_a_term_is_the_diagonal() {
    assertThat(sums("ii->i", SQUARE)).containsExactly(1, 4);
    assertThat(sums("ii", SQUARE)).containsExactly(5);
    assertThat(sums("ii,i->i", SQUARE, TWO)).containsExactly(10, 400);
    NdArray stack = NdArray.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2);
    assertThat(sums("...ii->...i", stack)).containsExactly(1, 4, 5, 8);
    assertThat(sums("iji->ji", stack)).containsExactly(1, 6, 3, 8);
    assertThatThrownBy(() -> sums("ii->i", MATRIX))
        .hasMessageContaining("the diagonal 'i' needs equal sizes, got DOUBLE[2, 3]");
    NdArray row = NdArray.of(new double[] {1, 2, 3}, 1, 3);
    assertThatThrownBy(() -> sums("ii->i", row)).hasMessageContaining("needs equal sizes");
  }

  @Test
  void one_element_stretches() {
    NdArray row = NdArray.of(new double[] {1, 2, 3}, 1, 3);
    assertThat(sums("ij,ij->ij", row, MATRIX)).containsExactly(1, 4, 9, 4, 10, 18);
    assertThat(sums("ij,ij->j", row, MATRIX)).containsExactly(5, 14, 27);
    assertThat(sums("...i,...i->...", MATRIX, row)).containsExactly(14, 32);
    assertThatThrownBy(() -> sums("ij,i->j", MATRIX, vector()))
        .hasMessageContaining("axis 'i' has 2 and 3 elements; they must be equal or 1");
  }

  private static NdArray vector() {
    return NdArray.of(new double[] {1, 2, 3}, 3);
  }

  @Test
  void sums_of_nothing_are_zero() {
    assertThat(sums("ij,jk->ik", NdArray.of(new double[0], 2, 0), NdArray.of(new double[0], 0, 2)))
        .containsExactly(0, 0, 0, 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bij,bjk->bik | N,4,H | N,H,W | y: FLOAT[N, 4, W]",
        "abcd,ceaf->bedf | H,W,2,3 | 2,5,H,6 | y: FLOAT[W, 5, 3, 6]",
        "...i,...i->... | N,H,3 | H,3 | y: FLOAT[N, H]",
        "...i,...i->... | N,1,3 | H,3 | y: FLOAT[N, H]",
        "iij,j->i | 4,4,H | H | y: FLOAT[4]",
        "ij,jk->ik | N,1 | 5,W | y: FLOAT[N, W]",
        "ij,jk->ik | ? | 5,W | y: FLOAT[y[0], W]",
        "ij,jk->jik | ? | ? | y: FLOAT[y[0], y[1], y[2]]",
        "...ij,jk | ? | 5,W | y: FLOAT[...]",
      })
  void shapes_are_known_as_far_as_they_can_be(String equation, String a, String b, String y) {
    assertThat(inferred(equation, a, b)).hasToString(y);
  }

  private static Value inferred(String equation, String a, String b) {
    Graph graph =
        new Graph.Builder("g")
            .opset("", 12)
            .input(value("a", a))
            .input(value("b", b))
            .node(new Op.Einsum(equation), List.of("a", "b"), "y")
            .output(Values.any("y"))
            .build();
    return ShapeInference.infer(graph).get("y");
  }

  private static Value value(String name, String dims) {
    Optional<ElementType> type = Optional.of(ElementType.FLOAT);
    if (dims.equals("?")) {
      return new Value(name, type, Optional.empty());
    }
    List<Dim> parsed = new ArrayList<>();
    for (String dim : dims.split(",", -1)) {
      boolean size = Character.isDigit(dim.charAt(0));
      parsed.add(size ? Dim.of(Long.parseLong(dim)) : new Dim.Symbol(dim));
    }
    return new Value(name, type, Optional.of(new Shape(parsed)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ij,jk->ik | 2,3 | 4,5 | axis 'j': dimensions 3 and 4 do not broadcast",
        "ii,j->i | 2,3 | 4 | the diagonal 'i' needs equal sizes, got [2, 3]",
        "ijk,j | 2,3 | 4 | term 'ijk' does not fit an operand of 2 axes",
        "ij | 2,3 | ? | equation 'ij' has 1 terms for 2 operands",
        "ij,j->k | 2,3 | 3 | equation 'ij,j->k' has 'k' in no term",
        "......j,j | 2,3 | 3 | has an ellipsis twice in one term",
      })
  void what_does_not_fit_is_named(String equation, String a, String b, String because) {
    assertThatThrownBy(() -> inferred(equation, a, b))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining(because);
  }

  @Test
  void an_equation_is_known_by_its_text() {
    assertThat(Op.Einsum.isEquation("...ii , j -> ...ij", 2)).isTrue();
    assertThat(Op.Einsum.isEquation("->", 1)).isTrue();
    assertThat(Op.Einsum.isEquation("", 1)).isTrue();
    assertThat(Op.Einsum.isEquation("ij,j", 1)).isFalse();
    assertThat(Op.Einsum.isEquation("...i,i->i", 2)).isFalse();
    assertThat(Op.Einsum.isEquation("ij->ii", 1)).isFalse();
    assertThat(Op.Einsum.isEquation("i1->i", 1)).isFalse();
    assertThat(Op.Einsum.isEquation("i->i->", 1)).isFalse();
    assertThat(Op.Einsum.isEquation("......i->...", 1)).isFalse();
  }

  /** The product of all sizes of each pair, without axes that were summed over alone before. */
  @Test
  void multiply_adds_are_those_of_each_product() {
    assertThat(multiplyAdds("bij,bjk->bik", "2,3,4", "2,4,5")).isEqualTo(2 * 3 * 4 * 5);
    assertThat(multiplyAdds("ij,kl->kl", "2,3", "4,5")).isEqualTo(4 * 5);
    assertThat(multiplyAdds("...i,ij->...j", "7,2,3", "3,5")).isEqualTo(7 * 2 * 3 * 5);
    assertThat(multiplyAdds("ii,i->i", "4,4", "4")).isEqualTo(4);
    assertThat(EinsumMath.multiplyAdds(new Op.Einsum("ij->j"), List.of(new long[] {2, 3})))
        .isZero();
    List<long[]> chain = List.of(new long[] {2, 3}, new long[] {3, 4}, new long[] {4, 5});
    assertThat(EinsumMath.multiplyAdds(new Op.Einsum("ij,jk,kl->il"), chain))
        .isEqualTo(2 * 3 * 4 + 2 * 4 * 5);
  }

  private static long multiplyAdds(String equation, String a, String b) {
    Graph graph =
        new Graph.Builder("g")
            .input(value("a", a))
            .input(value("b", b))
            .node(new Op.Einsum(equation), List.of("a", "b"), "y")
            .output(Values.any("y"))
            .build();
    return MultiplyAdds.of(graph).byValue().get("y");
  }

  @Test
  void a_graph_runs_it_in_any_opset_that_has_it() {
    Graph graph =
        new Graph.Builder("g")
            .opset("", 12)
            .input(Value.float32("a", 2, 3))
            .node(new Op.Einsum("ij->ji"), List.of("a"), "y")
            .output(Values.any("y"))
            .build();
    assertThat(new Interpreter(graph).run(Map.of("a", MATRIX)).get("y").data())
        .containsExactly(1, 4, 2, 5, 3, 6);
  }
}
