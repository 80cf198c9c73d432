package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SizeExpressionTest {
  private static final SizeExpression H = SizeExpression.ofSymbol("H");
  private static final SizeExpression W = SizeExpression.ofSymbol("W");

  @Test
  void what_is_added_and_taken_away_leaves_the_symbol() {
    assertThat(H.plus(2).plus(-3).plus(1)).hasToString("H");
    assertThat(H.plus(W).minus(H)).hasToString("W");
    assertThat(H.minus(H)).hasToString("0");
  }

  @Test
  void equal_computations_have_equal_texts() {
    SizeExpression inOneStep = H.plus(3).dividedBy(4);
    SizeExpression inTwoSteps = H.plus(1).dividedBy(2).plus(1).dividedBy(2);

    assertThat(inTwoSteps).hasToString(inOneStep.text()).hasToString("floor((H+3)/4)");
    assertThat(H.plus(-1).dividedBy(2).plus(1)).hasToString("floor((H+1)/2)");
    assertThat(H.times(2).plus(5).dividedBy(2)).hasToString("H+2");
    assertThat(H.times(2).plus(3).dividedBy(4)).hasToString("floor((H+1)/2)");
  }

  @Test
  void products_are_multiplied_out_in_one_order() {
    assertThat(H.times(W.plus(1)).orElseThrow()).hasToString("H+H*W");
    assertThat(W.times(H).orElseThrow()).hasToString("H*W");
    assertThat(H.dividedBy(2).times(W).orElseThrow()).hasToString("W*floor(H/2)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "H",
        "batch size",
        "seq-len",
        "s0 + 1",
        "H+1",
        "2*H-W+3",
        "floor(H/2)",
        "floor((H+1)/2)-1",
        "H*floor((H*W+1)/3)",
        "floor",
        "floor((H)/2)",
        "2",
        "H*",
        "'a b[0]'+1",
        "x[2]",
        "-H+W",
        "0*H"
      })
  void a_symbol_keeps_its_spelling(String symbol) {
    assertThat(SizeExpression.ofSymbol(symbol)).hasToString(symbol);
  }

  @Test
  void a_symbol_that_spells_an_expression_is_that_expression() {
    assertThat(SizeExpression.ofSymbol("floor((H+1)/2)").times(2).minus(H.plus(1).dividedBy(2)))
        .hasToString("floor((H+1)/2)");
    assertThat(SizeExpression.ofSymbol("H+1").plus(-1)).hasToString("H");
    assertThat(SizeExpression.ofSymbol("seq-len").plus(1)).hasToString("seq-len+1");
    assertThat(SizeExpression.ofSymbol("batch size").plus(1)).hasToString("'batch size'+1");
  }

  @RepeatedTest(300)
  void the_normal_form_has_the_value_of_the_computation(RepetitionInfo repetition) {
    var random = new SplittableRandom(repetition.getCurrentRepetition());
    Map<String, Long> sizes = Map.of("H", random.nextLong(1, 99), "W", random.nextLong(1, 99));
    SizeExpression expression = H;
    long value = sizes.get("H");
    for (int step = 0; step < 6; step++) {
      long by = random.nextLong(1, 6);
      switch (random.nextInt(5)) {
        case 0 -> {
          expression = expression.plus(by - 3);
          value += by - 3;
        }
        case 1 -> {
          expression = expression.times(by);
          value *= by;
        }
        case 2 -> {
          expression = expression.plus(W);
          value += sizes.get("W");
        }
        case 3 -> {
          expression = expression.times(W).orElseThrow();
          value *= sizes.get("W");
        }
        default -> {
          expression = expression.dividedBy(by);
          value = Math.floorDiv(value, by);
        }
      }
    }

    assertThat(TextValue.of(expression.text(), sizes)).as(expression.text()).isEqualTo(value);
    assertThat(SizeExpression.ofSymbol(expression.text()).minus(expression)).hasToString("0");
  }
}
