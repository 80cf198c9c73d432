package io.repfold.nets;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.List;

/**
 * The aligned Xception network (Chollet, CVPR 2017, arXiv:1610.02357, as changed by Chen et al.,
 * ECCV 2018, arXiv:1802.02611): depthwise separable convolutions with strides in place of pooling.
 * The 3 x 3 convolutions are places of Rep blocks.
 *
 * @param baseChannels of the first convolution; 32 as published
 * @param outputStride of the last map: 8 or 16
 */
record Xception(int baseChannels, int outputStride) {
  private static final int MIDDLE_BLOCKS = 16;

  /** Maps at 1/4 of the image's size and of the last block. */
  record Maps(String low, String last) {}

  private int width(int published) {
    return Math.max(1, published * baseChannels / 32);
  }

  Maps append(Layers l, String image) {
    boolean finer = outputStride == 8;
    Conv first = Conv.of(width(32), Kernel.of(3).withStride(2)).asRepSite();
    String x = l.active(image, first.named("conv1", "bn1"));
    x = l.norm(x, Conv.of(width(64), 3).asRepSite().named("conv2", "bn2"));
    x = block(l.in("block1"), x, width(128), width(128), 2, 1, false);
    String low = x;
    x = block(l.in("block2"), x, width(256), width(256), 2, 1, true);
    x = block(l.in("block3"), x, width(728), width(728), finer ? 1 : 2, 1, true);
    for (int i = 0; i < MIDDLE_BLOCKS; i++) {
      x = block(l.in("block" + (4 + i)), x, width(728), width(728), 1, finer ? 2 : 1, true);
    }
    int exit = finer ? 2 : 1;
    x = block(l.in("block20"), x, width(728), width(1024), 1, exit, true);
    x = l.graph().relu(x);
    int last = finer ? 4 : 2;
    int index = 3;
    for (int channels : List.of(width(1536), width(1536), width(2048))) {
      x = l.graph().relu(separable(l, index++, x, channels, 1, last));
    }
    return new Maps(low, x);
  }

  /**
   * Three separable convolutions and a shortcut.
   *
   * @param inner channels of the first, or of the first two
   */
  private static String block(
      Layers l, String x, int inner, int channels, int stride, int dilation, boolean activeFirst) {
    GraphBuilder b = l.graph();
    String y = separable(l, 1, activeFirst ? b.relu(x) : x, inner, 1, dilation);
    y = separable(l, 2, b.relu(y), channels, 1, dilation);
    y = separable(l, 3, b.relu(y), channels, stride, dilation);
    String shortcut = x;
    if (stride != 1 || l.channels(x) != channels) {
      Conv skip = Conv.of(channels, Kernel.of(1).withStride(stride));
      shortcut = l.norm(x, skip.named("skip", "skip_bn"));
    }
    return l.add(y, shortcut);
  }

  private static String separable(
      Layers l, int index, String x, int channels, int stride, int dilation) {
    Layers own = l.in("sep" + index);
    Kernel kernel = Kernel.of(3).withStride(stride).withDilation(dilation);
    int in = l.channels(x);
    Conv depthwise = Conv.of(in, kernel).withGroups(in).asRepSite();
    String y = own.norm(x, depthwise.named("depthwise", "depthwise_bn"));
    return own.norm(y, Conv.of(channels, 1).named("pointwise", "bn"));
  }
}
