package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TapsTest {
  private static Taps row(int... offsets) {
    return Taps.of(1, java.util.Arrays.stream(offsets).mapToObj(List::of).toList());
  }

  @Test
  void a_grid_has_every_combination_in_lexicographic_order() {
    Taps taps = Taps.grid(new int[] {-2, 5}, new int[] {2, 3}, new int[] {2, 2});
    assertThat(taps.offsets())
        .containsExactly(List.of(-2, 5), List.of(-2, 8), List.of(0, 5), List.of(0, 8));
    assertThat(taps.indexOf(List.of(0, 5))).isEqualTo(2);
    assertThat(taps.indexOf(List.of(1, 5))).isEqualTo(-1);
  }

  @Test
  void offsets_are_distinct_and_sorted_as_numbers() {
    assertThat(row(10, -3, 9, 10, -11).offsets())
        .containsExactly(List.of(-11), List.of(-3), List.of(9), List.of(10));
  }

  @Test
  void the_step_is_the_greatest_that_reaches_all() {
    assertThat(row(-4, 2, 8).step(0)).isEqualTo(6);
    assertThat(row(-4, 2, 6).step(0)).isEqualTo(2);
    assertThat(row(-4, 2, 7).step(0)).isEqualTo(1);
    assertThat(row(3).step(0)).isEqualTo(1);
  }

  @Test
  void the_extent_counts_the_zeros_between() {
    Taps gaps = row(-2, -1, 4);
    assertThat(gaps.extent(0)).isEqualTo(7);
    assertThat(gaps.kernelSize()).isEqualTo(7);
    assertThat(row(-6, 0, 18).extent(0)).isEqualTo(5);
  }

  @Test
  void a_union_keeps_the_first_lattice_if_it_can() {
    Taps dilated = row(-2, 0, 2);
    assertThat(dilated.union(row(0)).offsets()).isEqualTo(dilated.offsets());
    assertThat(dilated.union(row(-1, 0, 1)).extent(0)).isEqualTo(5);
  }

  @Test
  void a_kernel_too_large_to_count_is_counted_as_very_large() {
    int far = 1 << 24;
    Taps corner = Taps.of(3, List.of(List.of(0, 0, 0), List.of(1, 1, 1), List.of(far, far, far)));
    assertThat(corner.kernelSize()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void the_origin_is_one_tap_at_zero() {
    assertThat(Taps.origin(2).isOrigin()).isTrue();
    assertThat(row(1).isOrigin()).isFalse();
    assertThat(row(0, 1).isOrigin()).isFalse();
  }

  @Test
  void a_pattern_without_taps_has_a_step() {
    Taps none = Taps.of(2, List.of());
    assertThat(none.size()).isZero();
    assertThat(none.step(0)).isEqualTo(1);
    assertThat(none.step(1)).isEqualTo(1);
    assertThat(none.isOrigin()).isFalse();
  }

  @Test
  void each_axis_has_a_lattice_of_its_own() {
    Taps taps = Taps.of(2, List.of(List.of(-6, 1), List.of(3, 5), List.of(0, 13)));
    assertThat(taps.step(0)).isEqualTo(3);
    assertThat(taps.step(1)).isEqualTo(4);
    assertThat(taps.extent(0)).isEqualTo(4);
    assertThat(taps.extent(1)).isEqualTo(4);
    assertThat(taps.kernelSize()).isEqualTo(16);
    assertThat(taps.min(1)).isEqualTo(1);
    assertThat(taps.max(1)).isEqualTo(13);
  }
}
