package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DimMathTest {
  private static Dim dim(String text) {
    return text.equals("?")
        ? Dim.unknown()
        : Character.isDigit(text.charAt(0)) ? Dim.of(Long.parseLong(text)) : new Dim.Symbol(text);
  }

  /** Stretching is symmetric. */
  @ParameterizedTest
  @CsvSource({
    "3, 3, 3", "1, 3, 3", "1, N, N", "N, N, N", "N, M, ?", "N, 3, 3", "?, 3, 3", "?, 1, ?",
    "?, ?, ?", "N, ?, ?", "0, 1, 0", "1, 1, 1", "0, 0, 0", "N, 0, 0"
  })
  void two_dimensions_stretch_to_what_both_can_be(String a, String b, String expected) {
    assertThat(DimMath.broadcast(dim(a), dim(b))).isEqualTo(dim(expected));
    assertThat(DimMath.broadcast(dim(b), dim(a))).isEqualTo(dim(expected));
  }

  @ParameterizedTest
  @CsvSource({"2, 3", "0, 2", "2, 0"})
  void numbers_other_than_one_must_agree(String a, String b) {
    assertThatThrownBy(() -> DimMath.broadcast(dim(a), dim(b)))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage("dimensions %s and %s do not broadcast; they must be equal or 1", a, b);
  }

  @ParameterizedTest
  @CsvSource({
    "?, 3, 3", "N, 3, 3", "3, N, 3", "3, ?, 3", "N, M, N", "N, ?, N", "?, N, N", "?, ?, ?",
    "3, 4, 3"
  })
  void of_two_things_known_a_number_says_most(String preferred, String other, String expected) {
    assertThat(DimMath.merge(dim(preferred), dim(other))).isEqualTo(dim(expected));
  }

  @Test
  void only_numbers_contradict_each_other() {
    assertThat(DimMath.contradict(dim("2"), dim("3"))).isTrue();
    assertThat(DimMath.contradict(dim("2"), dim("2"))).isFalse();
    assertThat(DimMath.contradict(dim("N"), dim("2"))).isFalse();
    assertThat(DimMath.contradict(dim("N"), dim("M"))).isFalse();
    assertThat(DimMath.contradict(dim("?"), dim("2"))).isFalse();
  }

  @Test
  void sums_and_products_are_known_if_all_parts_are() {
    assertThat(DimMath.sum(List.of(dim("2"), dim("N"), dim("N"))))
        .isEqualTo(new Dim.Symbol("2*N+2"));
    assertThat(DimMath.sum(List.of())).isEqualTo(dim("0"));
    assertThat(DimMath.sum(List.of(dim("2"), dim("?")))).isEqualTo(dim("?"));
    assertThat(DimMath.dim(DimMath.product(List.of(dim("2"), dim("N"))))).isEqualTo(dim2N());
    assertThat(DimMath.product(List.of(dim("?"), dim("0")))).isEmpty();
    assertThat(DimMath.dim(DimMath.product(List.of()))).isEqualTo(dim("1"));
  }

  private static Dim dim2N() {
    return new Dim.Symbol("2*N");
  }

  @Test
  void no_dimension_is_negative_and_none_is_named_at_length() {
    assertThatThrownBy(() -> DimMath.dim(SizeExpression.of(-1)))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage("a dimension of the output would be -1");
    assertThatThrownBy(() -> Dim.of(-7)).hasMessage("Dimension -7 is negative");
    String longest = "n".repeat(400);
    assertThat(DimMath.map(new Dim.Symbol(longest), e -> e)).isEqualTo(new Dim.Symbol(longest));
    assertThat(DimMath.map(new Dim.Symbol(longest + "n"), e -> e)).isEqualTo(Dim.unknown());
  }

  @Test
  void shapes_stretch_from_their_last_axis() {
    Shape symbols = new Shape(List.of(dim("N"), dim("3"), dim("1")));
    assertThat(DimMath.broadcast(symbols, Shape.of(4))).hasToString("[N, 3, 4]");
    assertThat(DimMath.broadcast(Shape.of(), symbols)).isEqualTo(symbols);
    assertThatThrownBy(() -> DimMath.broadcast(symbols, Shape.of(2, 1)))
        .hasMessageStartingWith("shapes [N, 3, 1] and [2, 1]: axis 1: dimensions 3 and 2");
  }

  /** One of two shapes may be asked to stay as it is. */
  @Test
  void a_small_shape_stretches_and_a_fixed_one_does_not() {
    Shape fixed = new Shape(List.of(dim("N"), dim("3")));
    for (Shape small :
        List.of(
            Shape.of(),
            Shape.of(1),
            Shape.of(3),
            Shape.of(5, 3),
            new Shape(List.of(dim("?"), dim("M"))))) {
      DimMath.checkStretches(small, fixed);
    }
    for (Shape wrong : List.of(Shape.of(2), Shape.of(1, 1, 1), Shape.of(3, 2))) {
      assertThatThrownBy(() -> DimMath.checkStretches(wrong, fixed))
          .isInstanceOf(InvalidGraphException.class)
          .hasMessage("shape %s does not broadcast to [N, 3]", wrong);
    }
    assertThatThrownBy(() -> DimMath.checkStretches(Shape.of(3), Shape.of(1)))
        .hasMessage("shape [3] does not broadcast to [1]");
  }

  @Test
  void shapes_are_surely_equal_only_if_every_dimension_is() {
    Shape shape = new Shape(List.of(dim("N"), dim("3")));
    assertThat(shape.surelyEquals(new Shape(List.of(dim("N"), dim("3"))))).isTrue();
    assertThat(shape.surelyEquals(new Shape(List.of(dim("M"), dim("3"))))).isFalse();
    assertThat(shape.surelyEquals(new Shape(List.of(dim("N"))))).isFalse();
    Shape unknown = new Shape(List.of(Dim.unknown()));
    assertThat(unknown.surelyEquals(unknown)).isFalse();
    assertThat(shape.sizes()).isEmpty();
    assertThat(Shape.of(2, 0).sizes().orElseThrow()).containsExactly(2, 0);
    assertThat(Shape.of().sizes().orElseThrow()).isEmpty();
  }
}
