package io.repfold.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Kernel;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepSpecTest {
  private static final RepSpec SPEC = RepSpec.of(RepKind.LARGEKERNEL, 8, Kernel.of(5, 3));

  private static void refused(String message, Supplier<Object> making) {
    assertThatThrownBy(making::get)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void counts_are_at_least_one() {
    refused(
        "acb: output channels must be at least 1, got 0",
        () -> RepSpec.of(RepKind.ACB, 0, Kernel.of(3)));
    refused("largekernel: groups must be at least 1, got 0", () -> SPEC.withGroups(0));
    refused("largekernel: copies must be at least 1, got 0", () -> SPEC.withCopies(0));
    refused(
        "largekernel: 0 internal channels cannot be split into 1 groups",
        () -> SPEC.withInternalChannels(0));
    assertThat(SPEC.withGroups(8).withInternalChannels(8).withCopies(1).outChannels()).isEqualTo(8);
    assertThat(RepSpec.of(RepKind.ACB, 1, Kernel.of(3)).groups()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 0", "6, 1", "1, 4", "5, 3"})
  void a_small_kernel_lies_within_the_large_one(int height, int width) {
    refused(
        "largekernel: the small kernel must be height and width, within [5, 3] and not the same,"
            + " got [%d, %d]".formatted(height, width),
        () -> SPEC.withSmallKernel(height, width));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "5, 1", "1, 3", "4, 3"})
  void a_smaller_kernel_of_any_form_is_taken(int height, int width) {
    assertThat(SPEC.withSmallKernel(height, width).smallKernel()).contains(List.of(height, width));
  }

  @ParameterizedTest
  @CsvSource({"9, 9, 5, 5", "6, 2, 5, 2", "5, 5, 3, 3", "4, 1, 3, 1", "3, 3, 1, 1", "2, 2, 1, 1"})
  void the_small_kernel_is_the_next_smaller_odd_one(int height, int width, int h, int w) {
    KernelBranch small =
        KernelBranch.small(RepSpec.of(RepKind.LARGEKERNEL, 8, Kernel.of(height, width)));
    assertThat(List.of(small.height(), small.width())).containsExactly(h, w);
  }

  @ParameterizedTest
  @CsvSource({"8, 8, true", "8, 4, false", "4, 4, false", "1, 1, false"})
  void a_depthwise_block_has_a_group_for_each_channel(int in, int groups, boolean depthwise) {
    int out = groups == 1 ? 1 : 8;
    RepSpec spec = RepSpec.of(RepKind.DBB, out, Kernel.of(3)).withGroups(groups);
    assertThat(spec.isDepthwise(in)).isEqualTo(depthwise);
  }
}
