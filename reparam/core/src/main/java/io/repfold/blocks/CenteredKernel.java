package io.repfold.blocks;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where a smaller kernel lies inside a block's kernel: its center tap on the block's center tap, at
 * the block's stride and dilation.
 *
 * <p>Tap {@code i} of the block's kernel reads at {@code i * dilation - padBegin}. A kernel of k'
 * taps that begins at tap {@code a = center - center'} therefore has
 *
 * <pre>
 *   begin = padBegin - a * dilation
 *   end   = padEnd - (k - a - k') * dilation
 * </pre>
 *
 * <p>and as many outputs as the block at every image size. Both are 0 for a 1 x 1 kernel if the
 * block keeps the image's size; a negative one, as in a block without pads, cuts pixels off.
 *
 * @param kernel the smaller kernel, without pads
 * @param pads top, left, bottom, right in pixels; negative ones cut
 */
record CenteredKernel(Kernel kernel, List<Integer> pads) {
  static CenteredKernel centered(Kernel block, int height, int width) {
    Kernel kernel =
        new Kernel(
            List.of(height, width),
            block.strides(),
            height * width == 1 ? List.of(1, 1) : block.dilations(),
            Optional.of(List.of(0, 0, 0, 0)));
    int top = before(block, kernel, 0);
    int left = before(block, kernel, 1);
    int rows = block.height() - top - height;
    int columns = block.width() - left - width;
    return new CenteredKernel(
        kernel,
        List.of(
            block.padBegin(0) - top * block.dilation(0),
            block.padBegin(1) - left * block.dilation(1),
            block.padEnd(0) - rows * block.dilation(0),
            block.padEnd(1) - columns * block.dilation(1)));
  }

  /** How many of the block's taps lie before the smaller kernel. */
  private static int before(Kernel block, Kernel kernel, int axis) {
    return block.center(axis) - kernel.center(axis);
  }

  /** Whether it reads the image as it is, without zeros around it and without a cut. */
  boolean needsNoPads() {
    return pads.stream().allMatch(p -> p == 0);
  }

  /**
   * A convolution so placed. Pads that cut become a Slice; what is padded beside them a Pad before
   * it, since an image may be smaller than what is cut.
   */
  String conv(GraphBuilder b, String x, RepSpec spec) {
    if (pads.stream().allMatch(p -> p >= 0)) {
      Kernel padded = kernel.withPads(pads.get(0), pads.get(1), pads.get(2), pads.get(3));
      return b.conv(x, spec.outChannels(), padded, spec.groups());
    }
    List<Integer> grow = IntStream.range(0, 4).mapToObj(i -> Math.max(0, pads.get(i))).toList();
    List<Integer> cut = IntStream.range(0, 4).mapToObj(i -> Math.max(0, -pads.get(i))).toList();
    String grown =
        grow.equals(List.of(0, 0, 0, 0))
            ? x
            : b.pad(x, grow.get(0), grow.get(1), grow.get(2), grow.get(3));
    String image = b.crop(grown, cut.get(0), cut.get(1), cut.get(2), cut.get(3));
    return b.conv(image, spec.outChannels(), kernel, spec.groups());
  }

  /** The same and its batch normalization. */
  String convBn(GraphBuilder b, String x, RepSpec spec) {
    return b.batchNorm(conv(b, x, spec));
  }
}
