package io.repfold.runtime.ort;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceLocationTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Bad model (really) | Bad model (really)",
        "A: /onnxruntime_src/a.cc:7 void f(g(int)) const x (1) was false | A: x (1) was false",
        "/onnxruntime_src/a.cc:7 no function | /onnxruntime_src/a.cc:7 no function",
        "/onnxruntime_src/a.cc:7 f(g(int | /onnxruntime_src/a.cc:7 f(g(int"
      })
  void only_what_happened_is_left(String message, String expected) {
    assertThat(SourceLocation.remove(message)).isEqualTo(expected);
  }
}
