package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.pipeline.JsonText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The pipeline's own JSON is what Jackson would write. */
class JsonTextTest {
  private enum Size {
    SMALL
  }

  private record Inner(String name, List<String> names, long[] sizes) {}

  private record Outer(
      double small,
      double none,
      float single,
      long big,
      boolean flag,
      Optional<String> given,
      Optional<String> missing,
      OptionalDouble number,
      Map<String, Inner> inner,
      List<Inner> nothing,
      Map<String, long[]> empty,
      Size size) {}

  private static Outer outer() {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < 400; c++) {
      all.append(c);
    }
    all.append("\u2028\u2029\ufeff\ud83d\ude00");
    Map<String, Inner> inner = new TreeMap<>();
    inner.put(all.toString(), new Inner(all.toString(), List.of("a", ""), new long[] {1, -2}));
    inner.put("b", new Inner("b", List.of(), new long[0]));
    return new Outer(
        1.5e-7,
        Double.NaN,
        0.1f,
        Long.MIN_VALUE,
        true,
        Optional.of("x"),
        Optional.empty(),
        OptionalDouble.of(1e300),
        inner,
        List.of(),
        Map.of(),
        Size.SMALL);
  }

  @Test
  void it_is_jacksons_to_the_byte() {
    assertThat(JsonText.indented(outer())).isEqualTo(Json.text(Json.of(outer())));
    assertThat(JsonText.compact(outer())).isEqualTo(Json.compact(Json.of(outer())));
  }

  @Test
  void it_does_not_depend_on_the_language() {
    Locale before = Locale.getDefault();
    String expected = JsonText.compact(outer());
    Locale.setDefault(Locale.forLanguageTag("ar-u-nu-arab"));
    try {
      assertThat(JsonText.compact(outer())).isEqualTo(expected);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void absent_elements_are_null_and_what_has_no_form_is_refused() {
    List<Object> list = new ArrayList<>(Arrays.asList(null, 1, "a"));
    assertThat(JsonText.compact(list)).isEqualTo("[null,1,\"a\"]");
    assertThatThrownBy(() -> JsonText.compact(new Object()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("java.lang.Object");
  }
}
