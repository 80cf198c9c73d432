package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.pipeline.Phrases;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "7, 7",
    "999, 999",
    "999.6, 1.00 k",
    "1820000000, 1.82 G",
    "12345, 12.3 k",
    "234995153, 235 M",
    "0.5, 0.50"
  })
  void an_amount_has_three_digits_and_a_prefix(double value, String text) {
    assertThat(Phrases.amount(value)).isEqualTo(text);
  }

  @Test
  void a_column_is_as_wide_as_its_widest_cell() {
    assertThat(Text.table(List.of("a", ">n"), List.of(List.of("xyz", "1"), List.of("", "200"))))
        .isEqualTo("a      n\nxyz    1\n     200\n");
  }

  @Test
  void few_of_many_are_named() {
    assertThat(Phrases.few(List.of("a", "b", "c", "d"), 2)).isEqualTo("a, b and 2 more");
    assertThat(Phrases.few(List.of("a", "b"), 2)).isEqualTo("a, b");
  }
}
