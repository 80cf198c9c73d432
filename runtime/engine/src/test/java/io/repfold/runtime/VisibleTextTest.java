package io.repfold.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VisibleTextTest {
  @Test
  void what_controls_a_terminal_or_turns_text_is_shown() {
    assertThat(VisibleText.lines("a\u0000\u001b[31m\u007f\u009b\u202e\u2028b"))
        .isEqualTo("a\\u0000\\u001b[31m\\u007f\\u009b\\u202e\\u2028b");
  }

  @Test
  void lines_keep_their_ends_and_a_line_has_none() {
    assertThat(VisibleText.lines("a\tb\nc\r\nd\re")).isEqualTo("a\tb\nc\r\nd\\u000de");
    assertThat(VisibleText.line("a\tb\nc\r\n")).isEqualTo("a\\u0009b\\u000ac\\u000d\\u000a");
  }

  @Test
  void words_of_any_script_stay() {
    String text = "größer <&> 東京 \ud83d\ude00 \\u0041";
    assertThat(VisibleText.line(text)).isEqualTo(text);
  }

  @Test
  void what_no_text_may_hold_is_shown_as_json_writes_it() {
    String tag = Character.toString(0xE0001);
    String noncharacter = Character.toString(0x1FFFF);
    assertThat(VisibleText.line("\ud800" + tag + noncharacter + "\uffff"))
        .isEqualTo("\\ud800\\udb40\\udc01\\ud83f\\udfff\\uffff");
  }
}
