package io.repfold.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToleranceTest {
  @Test
  void the_allowed_error_grows_with_the_output() {
    assertThat(new Tolerance(1e-3, 0.5).allowedError(200)).isEqualTo(0.7);
    assertThat(Tolerance.NETWORK.allowedError(10)).isEqualTo(1e-3);
    assertThat(Tolerance.BLOCK).isEqualTo(new Tolerance(1e-5, 0));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 1, 1e300, Double.POSITIVE_INFINITY})
  void a_tolerance_that_anything_passes_is_refused(double relative) {
    assertThatThrownBy(() -> new Tolerance(relative, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "A relative tolerance of " + relative + " would accept a wrong network");
  }

  @ParameterizedTest
  @CsvSource({"-1e-9, 0", "NaN, 0", "0, -1", "0, NaN", "0, Infinity"})
  void what_is_no_bound_is_refused(double relative, double absolute) {
    assertThatThrownBy(() -> new Tolerance(relative, absolute))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("A tolerance is a finite number of at least 0");
  }

  @Test
  void an_agreement_may_ask_for_every_position_or_for_hardly_any() {
    assertThat(Tolerance.NETWORK.withAgreement(1).agreement()).hasValue(1);
    assertThat(Tolerance.NETWORK.withAgreement(Double.MIN_VALUE).agreement())
        .hasValue(Double.MIN_VALUE);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.5, 1.5, Double.NaN})
  void what_is_no_fraction_is_no_agreement(double fraction) {
    assertThatThrownBy(() -> Tolerance.NETWORK.withAgreement(fraction))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("An agreement is a fraction above 0 and at most 1, not " + fraction);
  }
}
