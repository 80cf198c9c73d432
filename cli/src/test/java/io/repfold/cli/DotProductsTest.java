package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DotProductsTest {
  @ParameterizedTest
  @CsvSource({
    "fpu sse4_1 avx2 avx512f avx512_vnni, EXACT",
    "fpu sse4_1 avx2 avx_vnni, EXACT",
    "fpu sse4_1 avx2 avx512f avx512bw, SATURATING",
    "fpu avx512_vnni_of_another_name, SATURATING"
  })
  void x86_processors_are_told_apart_by_their_flags(String flags, DotProducts expected) {
    List<String> info =
        List.of("processor\t: 0", "flags\t\t: " + flags, "vmx flags\t: avx512_vnni");

    assertThat(DotProducts.of(info)).isEqualTo(expected);
  }

  @Test
  void of_others_nothing_is_known() {
    List<String> arm = List.of("processor\t: 0", "Features\t: fp asimd asimddp");

    assertThat(DotProducts.of(arm)).isEqualTo(DotProducts.UNKNOWN);
    assertThat(DotProducts.UNKNOWN.remark()).contains("not known", "--weight-bits 7");
  }
}
