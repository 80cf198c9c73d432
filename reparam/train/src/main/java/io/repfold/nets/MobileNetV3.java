package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import java.util.List;

/**
 * MobileNetV3-Large (Howard et al., "Searching for MobileNetV3", ICCV 2019, arXiv:1905.02244, table
 * 1). Parameters are named as torchvision names those of a segmentation network on it.
 *
 * @param baseChannels channels of the first convolution; 16 as published, and all others are
 *     multiples of 8 in proportion
 * @param outputStride of the last map: 16, where the last three blocks are dilated, or 32
 * @param repSites whether the depthwise convolutions are places of Rep blocks
 */
record MobileNetV3(int baseChannels, int outputStride, boolean repSites) {
  private static final float EPSILON = 1e-3f;
  private static final int BASE = 16;
  private static final int LAST_EXPANSION = 6;
  private static final int FIRST_DILATED = 13;
  private static final int EIGHTH = 4;
  private static final List<Block> BLOCKS =
      List.of(
          Block.of(3, 16, 16, 1),
          Block.of(3, 64, 24, 2),
          Block.of(3, 72, 24, 1),
          Block.of(5, 72, 40, 2).squeezing(),
          Block.of(5, 120, 40, 1).squeezing(),
          Block.of(5, 120, 40, 1).squeezing(),
          Block.of(3, 240, 80, 2).withHardSwish(),
          Block.of(3, 200, 80, 1).withHardSwish(),
          Block.of(3, 184, 80, 1).withHardSwish(),
          Block.of(3, 184, 80, 1).withHardSwish(),
          Block.of(3, 480, 112, 1).withHardSwish().squeezing(),
          Block.of(3, 672, 112, 1).withHardSwish().squeezing(),
          Block.of(5, 672, 160, 2).withHardSwish().squeezing(),
          Block.of(5, 960, 160, 1).withHardSwish().squeezing(),
          Block.of(5, 960, 160, 1).withHardSwish().squeezing());

  /**
   * An inverted residual block.
   *
   * @param kernel size of the depthwise convolution
   * @param inner channels of the depthwise convolution
   * @param squeezes whether there is a {@link SqueezeExcite}
   * @param hard whether its activations are HardSwish, and not ReLU
   */
  private record Block(
      int kernel, int inner, int channels, int stride, boolean squeezes, boolean hard) {
    static Block of(int kernel, int inner, int channels, int stride) {
      return new Block(kernel, inner, channels, stride, false, false);
    }

    Block squeezing() {
      return new Block(kernel, inner, channels, stride, true, hard);
    }

    Block withHardSwish() {
      return new Block(kernel, inner, channels, stride, squeezes, true);
    }
  }

  /** Feature maps of 1/8 of the image's size, and of the output stride. */
  record Maps(String eighth, String last) {}

  /** Reads {@code base_channels}, {@code output_stride} and {@code repconv_backbone}. */
  static MobileNetV3 read(Construction c, NamedArguments a, int outputStride) {
    return new MobileNetV3(
        c.baseChannels(BASE),
        SharedArguments.outputStride(a, outputStride, List.of(16, 32)),
        a.flag("repconv_backbone", false));
  }

  /** The classifier. */
  static Network classifier(Construction c, NamedArguments a) {
    MobileNetV3 net = read(c, a, 32);
    double dropout = SharedArguments.dropout(a, 0.2);
    Layers root = c.start();
    String x = net.append(root.in(Construction.BACKBONE), c.image()).last();
    GraphBuilder b = root.in("classifier").graph();
    String y = b.flatten(b.globalAveragePool(x));
    y = b.unary(Op.Unary.Function.HARD_SWISH, b.named("0").linear(y, net.adjusted(1280)));
    c.classScores(root.graph().named("logits").linear(root.drop(y, dropout), c.classes()));
    return c.network();
  }

  Maps append(Layers unlike, String image) {
    Layers l = unlike.withEpsilon(EPSILON);
    Conv stem = Conv.of(adjusted(BASE), 3).withStride(2);
    String x = active(l.in(0), image, stem, true);
    String eighth = x;
    for (int i = 1; i <= BLOCKS.size(); i++) {
      x = block(l.in(i), x, i);
      eighth = i == EIGHTH ? x : eighth;
    }
    Conv last = Conv.of(LAST_EXPANSION * l.channels(x), 1);
    return new Maps(eighth, active(l.in(BLOCKS.size() + 1), x, last, true));
  }

  private String block(Layers l, String x, int index) {
    Block block = BLOCKS.get(index - 1);
    int dilation = index >= FIRST_DILATED && outputStride == 16 ? 2 : 1;
    int inner = adjusted(block.inner());
    int part = 0;
    Layers parts = l.in("block");
    String y = x;
    if (inner != l.channels(x)) {
      y = active(parts.in(part++), y, Conv.of(inner, 1), block.hard());
    }
    Kernel kernel = Kernel.of(block.kernel()).withDilation(dilation);
    Conv depthwise = Conv.of(inner, kernel.withStride(dilation > 1 ? 1 : block.stride()));
    depthwise = depthwise.withGroups(inner).asRepSite(repSites);
    y = active(parts.in(part++), y, depthwise, block.hard());
    if (block.squeezes()) {
      int quarter = inner / 4;
      y = new SqueezeExcite(Eights.notFarBelow(quarter), true).append(parts.in(part++), y);
    }
    Conv project = Conv.of(adjusted(block.channels()), 1);
    y = parts.in(part).norm(y, project.named("0", "1"));
    boolean residual = block.stride() == 1 && l.channels(x) == l.channels(y);
    return residual ? l.add(y, x) : y;
  }

  private static String active(Layers l, String x, Conv conv, boolean hard) {
    String y = l.norm(x, conv.named("0", "1"));
    return hard ? l.graph().unary(Op.Unary.Function.HARD_SWISH, y) : l.activate(y);
  }

  private int adjusted(int channels) {
    return Eights.notFarBelow((double) channels * baseChannels / BASE);
  }
}
