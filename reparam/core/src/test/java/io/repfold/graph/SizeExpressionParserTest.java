package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Symbols of files are text from outside. */
class SizeExpressionParserTest {
  private static final SizeExpression H = SizeExpression.ofSymbol("H");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+",
        "-",
        "H+",
        "H-",
        "+H",
        "H++W",
        "H W",
        "H*",
        "*H",
        "H**W",
        "(H)",
        "floor(",
        "floor(H",
        "floor(H)",
        "floor(H/",
        "floor(H/2",
        "floor(H/0)",
        "floor(H/W)",
        "floor((H+1/2)",
        "floor(H+1/2)",
        "floor H/2",
        "H/2",
        "'",
        "''",
        "'a",
        "2H",
        "H'",
        "[0]",
        "H[]",
        "H[-1]",
        "9999999999999999999",
        "1.5",
        "seq len",
        "\u00fc"
      })
  void what_is_no_expression_is_not_read(String text) {
    assertThat(SizeExpressionParser.parse(text)).isEmpty();
    assertThat(SizeExpression.ofSymbol(text)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource({
    "H, H",
    "0, 0",
    "007, 7",
    "-3, -3",
    "H-H, 0",
    "1+H, H+1",
    "W+H, H+W",
    "2*3*H, 6*H",
    "H*2, 2*H",
    "floor(H/1), H",
    "floor((4*H)/2), 2*H",
    "floor(7/2), 3",
    "floor((H+4)/4), floor(H/4)+1",
    "floor(floor(H/2)/3), floor(H/6)",
    "'a b'*2, 2*'a b'",
    "x_1.y[3]+1, x_1.y[3]+1",
    "H*floor(W/2), H*floor(W/2)",
    "flooring, flooring"
  })
  void other_spellings_have_one_normal_form(String text, String normal) {
    assertThat(SizeExpressionParser.parse(text).orElseThrow()).hasToString(normal);
  }

  @ParameterizedTest
  @CsvSource({
    "H, true",
    "_a.b2, true",
    "x[10], true",
    "'''any thing''', true",
    "2x, false",
    "floor, false",
    "a-b, false",
    "a b, false",
    "x[a], false",
    "floors, true",
    "'', false"
  })
  void a_name_stands_as_it_is(String text, boolean plain) {
    assertThat(SizeExpressionParser.isName(text)).isEqualTo(plain);
  }

  @Test
  void a_text_of_any_length_or_depth_takes_no_stack() {
    String deep = "floor((".repeat(10_000) + "H" + "+1)/2)".repeat(10_000);
    assertThat(SizeExpressionParser.parse(deep)).isEmpty();
    assertThat(SizeExpression.ofSymbol(deep)).hasToString(deep);
    String nested = "floor((".repeat(51) + "H" + "+1)/2)".repeat(51);
    assertThat(SizeExpressionParser.parse(nested)).isEmpty();
    String shallow = "floor((".repeat(20) + "H" + "+1)/2)".repeat(20);
    assertThat(SizeExpressionParser.parse(shallow)).isPresent();
    assertThat(SizeExpressionParser.parse("H+".repeat(999) + "H").orElseThrow())
        .hasToString("1000*H");
    assertThat(SizeExpressionParser.parse("H+".repeat(1000) + "H")).isEmpty();
  }

  /** What cannot be counted is a name like another. */
  @Test
  void numbers_beyond_64_bits_overflow_by_name() {
    String product = "999999999999999999*999999999999999999*H";
    assertThat(SizeExpressionParser.parse(product)).isEmpty();
    assertThat(SizeExpression.ofSymbol(product)).hasToString(product);
    assertThatThrownBy(() -> H.plus(Long.MAX_VALUE).plus(1))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> H.times(Long.MAX_VALUE).times(2))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> SizeExpression.of(Long.MAX_VALUE).times(H.plus(2)))
        .isInstanceOf(ArithmeticException.class);
  }

  /** (a + b + ...) (c + d + ...) is given up before it fills the memory. */
  @Test
  void a_product_of_many_terms_is_not_multiplied_out() {
    SizeExpression five = SizeExpression.ofSymbol("a+b+c+d+e");
    assertThat(five.times(SizeExpression.ofSymbol("f+g+h+i"))).isPresent();
    assertThat(five.times(SizeExpression.ofSymbol("f+g+h+i+j"))).isEmpty();
  }

  @Test
  void a_sum_is_not_negative_if_no_term_is() {
    assertThat(H.isSurelyNonNegative()).isTrue();
    assertThat(H.plus(-1).isSurelyNonNegative()).isFalse();
    assertThat(H.times(-1).plus(9).isSurelyNonNegative()).isFalse();
    assertThat(SizeExpression.of(0).isSurelyNonNegative()).isTrue();
    assertThat(SizeExpression.of(-1).isSurelyNonNegative()).isFalse();
    assertThat(H.plus(-1).asConstant()).isEmpty();
    assertThat(H.minus(H).plus(4).asConstant()).hasValue(4);
  }
}
