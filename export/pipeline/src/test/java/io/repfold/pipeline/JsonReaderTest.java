package io.repfold.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
  @Test
  void what_the_writer_writes_is_read_back() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("text", "\"\\/\b\f\n\r\t\u0001 \u00e9 \ud83d\ude00");
    object.put("", List.of());
    object.put("numbers", List.of(0.0, -1.5, 6e-8, 1.0E300));
    object.put("object", Map.of("yes", true));
    object.put("no", false);

    assertThat(JsonReader.read(JsonText.indented(object))).isEqualTo(object);
    assertThat(JsonReader.read(JsonText.compact(object))).isEqualTo(object);
    assertThat(JsonReader.read("\ufeff" + JsonText.compact(object))).isEqualTo(object);
  }

  @Test
  void members_keep_their_order_and_escapes_mean_characters() {
    Object value = JsonReader.read(" {\"b\" : null ,\"a\":[ 1 , -0.5e+2, \"\\u00E9\\/\" ] }\n");

    assertThat(value).isInstanceOf(Map.class);
    assertThat(((Map<?, ?>) value).keySet().toString()).isEqualTo("[b, a]");
    assertThat(((Map<?, ?>) value).get("b")).isSameAs(JsonReader.NULL);
    assertThat(((Map<?, ?>) value).get("a")).isEqualTo(List.of(1.0, -50.0, "\u00e9/"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "\"",
        "\"\\",
        "\"\\u12",
        "\"\\u12G4\"",
        "\"\\x\"",
        "\"a\tb\"",
        "{}x",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{,}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{\"a\":}",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "1e",
        "NaN",
        "Infinity",
        "nul",
        "True",
        "'a'",
        "[1]]",
        "\ufeff\ufeff{}",
        "{\"a\":1,\"a\":1}"
      })
  void what_is_no_json_is_refused_with_its_place(String text) {
    assertThatThrownBy(() -> JsonReader.read(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("it is no JSON at character \\d+: .+");
  }

  @Test
  void what_is_nested_without_end_takes_no_stack() {
    assertThatThrownBy(() -> JsonReader.read("[".repeat(1_000_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nested more than 16 deep");
    assertThat(JsonReader.read("[".repeat(16) + "]".repeat(16))).isInstanceOf(List.class);
  }
}
