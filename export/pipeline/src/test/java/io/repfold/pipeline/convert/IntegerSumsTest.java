package io.repfold.pipeline.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntegerSumsTest {
  @ParameterizedTest
  @CsvSource({
    "fpu sse4_1 avx2 avx512f avx512_vnni, EXACT",
    "fpu sse4_1 avx2 avx_vnni, EXACT",
    "fpu sse4_1 avx2 avx512f avx512bw, SATURATING",
    "fpu avx512_vnni_of_another_name, SATURATING"
  })
  void x86_processors_are_told_apart_by_their_flags(String flags, IntegerSums expected) {
    List<String> info =
        List.of("processor\t: 0", "flags\t\t: " + flags, "vmx flags\t: avx512_vnni");

    assertThat(IntegerSums.of(info)).isEqualTo(expected);
  }

  @Test
  void of_others_nothing_is_known() {
    List<String> arm = List.of("processor\t: 0", "Features\t: fp asimd asimddp");

    assertThat(IntegerSums.of(arm)).isEqualTo(IntegerSums.UNKNOWN);
    assertThat(IntegerSums.UNKNOWN.remark()).contains("not known", "withWeightBits 7");
  }
}
