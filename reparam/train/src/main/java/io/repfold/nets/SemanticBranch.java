package io.repfold.nets;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.List;

/**
 * The branch of {@link BiSeNetV2} for meaning (Yu et al., IJCV 2021, arXiv:2004.02147, table 1): a
 * stem, stages of blocks that gather 3 x 3 pixels and expand the channels by 6, and the means of
 * the image, added to each pixel.
 */
final class SemanticBranch {
  private static final int EXPANSION = 6;
  private static final List<Integer> BLOCKS = List.of(2, 2, 4);

  private SemanticBranch() {}

  /** Feature maps of 1/16 and of 1/32 of the image's size. */
  record Maps(String sixteenth, String last) {}

  /**
   * @param base channels of the other branch, 64 as published
   */
  static Maps append(Layers l, String image, int base) {
    String x = stem(l.in("S1S2"), image, Math.max(2, base / 4));
    String sixteenth = x;
    for (int stage = 0; stage < BLOCKS.size(); stage++) {
      Layers blocks = l.in(List.of("S3", "S4", "S5_4").get(stage));
      int channels = Math.max(1, (base << stage) / 2);
      x = halve(blocks.in(0), x, channels);
      for (int i = 1; i < BLOCKS.get(stage); i++) {
        x = gather(blocks.in(i), x);
      }
      sixteenth = stage == 1 ? x : sixteenth;
    }
    return new Maps(sixteenth, embed(l.in("S5_5"), x));
  }

  private static String stem(Layers l, String image, int channels) {
    Kernel halving = Kernel.of(3).withStride(2);
    String x = l.in("conv").active(image, Conv.of(channels, halving));
    String left = l.in("left").in(0).active(x, Conv.of(channels / 2, 1));
    left = l.in("left").in(1).active(left, Conv.of(channels, halving));
    String right = l.graph().maxPool(x, halving, false);
    return l.in("fuse").active(l.graph().concat(List.of(left, right)), Conv.of(channels, 3));
  }

  private static String gather(Layers l, String x) {
    int channels = l.channels(x);
    String y = l.in("conv1").active(x, Conv.of(channels, 3));
    y = l.in("dwconv").active(y, depthwise(channels * EXPANSION, channels, 1));
    y = l.in("conv2").norm(y, Conv.of(channels, 1).named("0", "1"));
    return l.activate(l.add(y, x));
  }

  private static String halve(Layers l, String x, int channels) {
    int in = l.channels(x);
    int inner = in * EXPANSION;
    String y = l.in("conv1").active(x, Conv.of(in, 3));
    y = l.in("dwconv1").norm(y, depthwise(inner, in, 2));
    y = l.in("dwconv2").active(y, depthwise(inner, inner, 1));
    y = l.in("conv2").norm(y, Conv.of(channels, 1).named("0", "1"));
    String shortcut = l.in("shortcut").norm(x, depthwise(in, in, 2));
    shortcut = l.in("shortcut").norm(shortcut, Conv.of(channels, 1).named("2", "3"));
    return l.activate(l.add(y, shortcut));
  }

  private static Conv depthwise(int channels, int groups, int stride) {
    return Conv.of(channels, 3).withStride(stride).withGroups(groups).named("0", "1");
  }

  /** The context embedding block, figure 4. */
  private static String embed(Layers l, String x) {
    GraphBuilder b = l.graph();
    int channels = l.channels(x);
    String means = b.named("bn").batchNorm(b.globalAveragePool(x));
    means = l.in("conv_gap").active(means, Conv.of(channels, 1));
    String sum = l.add(x, means);
    return l.in("conv_last").active(sum, Conv.of(channels, 3).asRepSite());
  }
}
