package io.repfold.fold;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A slice of an image that is shorter than the cut is empty, not shorter than that: zeros laid on
 * its other side are then all that there is.
 */
class CutsTest {
  @ParameterizedTest(name = "[{0}:{1}] of {2} rows, {3} and {4} zeros")
  @CsvSource({
    "7, 9223372036854775807, 5, 0, 3, false",
    "7, 9223372036854775807, H, 0, 3, false",
    "0, -7, 5, 3, 0, false",
    "0, -7, H, 3, 0, false",
    "2, 9223372036854775807, H, 0, 1, false",
    "0, -2, H, 1, 0, false",
    "1, 9223372036854775807, 5, 0, 1, true",
    "0, -1, 5, 1, 0, true",
    // Of one row, none may be left, which a Conv does not take.
    "1, 9223372036854775807, H, 0, 1, false",
    "0, -1, H, 1, 0, false"
  })
  void zeros_on_the_other_side_of_a_cut(
      long start, long end, String rows, long before, long behind, boolean folds) {
    Net net = new Net();
    String x = net.image("x", "4", rows, "W");
    String cut = net.op(Net.SLICE, x, net.longs(start), net.longs(end), net.longs(2));
    String wide = net.op(Net.PAD, cut, net.longs(0, 0, before, 0, 0, 0, behind, 0));
    net.fold(net.conv(wide, 4, 4, 1, 1))
        .becomes(folds ? new String[] {"Slice", "Conv"} : new String[] {"Slice", "Pad", "Conv"});
  }
}
