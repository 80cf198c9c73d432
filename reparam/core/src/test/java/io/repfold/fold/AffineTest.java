package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The algebra on a row of pixels, against numbers worked out by hand. */
class AffineTest {
  /** One channel; the last pad is such that the output has as many pixels as the input. */
  private static Affine kernel(int padBegin, double... weights) {
    return window(padBegin, 1, 1, 0, weights);
  }

  private static Affine window(int padBegin, int dilation, int stride, double bias, double... w) {
    Tensor tensor = Tensor.ofDoubles(ElementType.DOUBLE, w, 1, 1, w.length);
    int[] first = {-padBegin};
    Weights weights =
        StoredWeights.of(tensor, TensorReader.of(tensor), 1, first, new int[] {dilation});
    int padEnd = dilation * (w.length - 1) - padBegin;
    int[] tail = {padEnd - weights.taps().max(0)};
    return new Affine(weights, new double[] {bias}, new int[] {stride}, tail);
  }

  private static double[] weights(Affine map) {
    return RoundedWeights.of(map, Carrier.CONV, ElementType.DOUBLE, MatrixProduct.inJava())
        .weight()
        .toDoubles();
  }

  private static final Affine CROPPED =
      Affine.sampling(1, new int[] {1}, new int[] {1}, new int[] {-2});

  @Test
  void a_kernel_behind_a_kernel_is_their_convolution() {
    Affine both = kernel(0, 1, 2).then(kernel(0, 3, 4));
    assertThat(weights(both)).containsExactly(3, 10, 8);
    assertThat(both.padBegin(0)).isZero();
  }

  @Test
  void the_stride_of_the_first_spreads_the_taps_of_the_second() {
    Affine both = window(0, 1, 3, 0, 1, 2).then(window(0, 1, 2, 0, 5, 7));
    assertThat(weights(both)).containsExactly(5, 10, 0, 7, 14);
    assertThat(both.stride()).containsExactly(6);
  }

  @Test
  void a_bias_passes_through_all_taps_of_the_next() {
    Affine both = window(0, 1, 1, 2, 1).then(window(0, 1, 1, 5, 10, 20, 30));
    assertThat(both.bias()).containsExactly(2 * 60 + 5);
  }

  @Test
  void parallel_kernels_are_added_where_their_taps_meet() {
    Affine sum = window(2, 2, 1, 1, 1, 2, 3).plus(window(0, 1, 1, 4, 10));
    assertThat(weights(sum)).containsExactly(1, 12, 3);
    assertThat(sum.bias()).containsExactly(5);
    assertThat(sum.padBegin(0)).isEqualTo(2);
    assertThat(sum.padEnd(0)).isEqualTo(2);
    assertThat(sum.taps().step(0)).isEqualTo(2);
  }

  @Test
  void even_kernels_meet_at_offset_zero() {
    Affine sum = kernel(0, 1, 2).plus(kernel(1, 10, 20));
    assertThat(weights(sum)).containsExactly(10, 21, 2);
    assertThat(sum.padBegin(0)).isEqualTo(1);
    assertThat(sum.padEnd(0)).isEqualTo(1);
  }

  @Test
  void grids_agree_at_every_size_or_do_not_agree() {
    assertThat(kernel(1, 1, 1, 1).sameGridAs(kernel(0, 5))).isTrue();
    assertThat(kernel(1, 1, 1, 1).sameGridAs(window(0, 1, 2, 0, 5))).isFalse();
    assertThat(kernel(0, 5).sameGridAs(CROPPED)).isFalse();
  }

  @Test
  void zero_pads_behind_a_bias_are_an_obstacle() {
    Affine biased = window(0, 1, 1, 2, 1);
    assertThat(biased.obstacleTo(kernel(1, 1, 1, 1))).get().asString().contains("bias");
    assertThat(biased.withoutBias().obstacleTo(kernel(1, 1, 1, 1))).isEmpty();
    assertThat(biased.obstacleTo(kernel(0, 3))).isEmpty();
  }

  @Test
  void zero_pads_behind_a_wider_kernel_are_an_obstacle_on_the_side_where_it_is_wider() {
    Affine readsRight = kernel(0, 1, 2);
    Affine readsLeft = kernel(1, 1, 2);
    Affine padsLeft = kernel(1, 3, 4);
    Affine padsRight = kernel(0, 3, 4);
    assertThat(readsRight.obstacleTo(padsLeft)).get().asString().contains("wider kernel");
    assertThat(readsRight.obstacleTo(padsRight)).isEmpty();
    assertThat(readsLeft.obstacleTo(padsLeft)).isEmpty();
    assertThat(readsLeft.obstacleTo(padsRight)).get().asString().contains("wider kernel");
  }

  @Test
  void a_crop_and_the_same_pad_are_no_identity() {
    Affine padded = Affine.identity(1, 1).extended(new int[] {1}, new int[] {1});
    assertThat(padded.then(CROPPED).isIdentity()).isTrue();
    assertThat(CROPPED.obstacleTo(padded)).isPresent();
  }

  @Test
  void only_the_identity_is_one() {
    assertThat(Affine.identity(2, 2).isIdentity()).isTrue();
    assertThat(Affine.scale(new double[] {1, 1}, new double[] {0, 1e-300}, 2).isIdentity())
        .isFalse();
    assertThat(Affine.scale(new double[] {1, Math.nextUp(1.0)}, new double[2], 2).isIdentity())
        .isFalse();
    assertThat(window(0, 1, 2, 0, 1).isIdentity()).isFalse();
    assertThat(CROPPED.isIdentity()).isFalse();
  }

  @Test
  void stacked_maps_keep_their_order() {
    Affine stack = Affine.stack(List.of(window(1, 1, 1, 7, 1, 2, 3), window(0, 1, 1, 8, 4)));
    assertThat(weights(stack)).containsExactly(1, 2, 3, 0, 4, 0);
    assertThat(stack.bias()).containsExactly(7, 8);
  }

  @Test
  void what_reaches_beyond_any_image_does_not_fit() {
    Affine far = window(0, Affine.FARTHEST, 1, 0, 1, 2);
    assertThat(kernel(0, 1).fits(far)).isTrue();
    assertThat(far.fits(far)).isFalse();
    Affine strided = window(0, 1, 1 << 23, 0, 1);
    assertThat(strided.fits(strided)).isFalse();
  }

  @Test
  void contradicting_channels_do_not_fit() {
    assertThat(kernel(0, 1).fits(Affine.identity(2, 1))).isFalse();
    assertThat(kernel(0, 1).fits(Affine.identity(1, 2))).isFalse();
  }
}
