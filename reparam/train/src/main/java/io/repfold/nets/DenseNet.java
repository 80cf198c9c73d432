package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.List;

/**
 * A densely connected network (Huang et al., CVPR 2017, arXiv:1608.06993). Each layer reads all
 * maps before it and adds some. Parameters are named as torchvision names them.
 *
 * @param growth channels that a layer adds
 * @param layers of each of the four blocks
 * @param first channels of the stem
 * @param dilated whether the last two blocks have dilated convolutions in place of the pooling
 *     before them
 */
record DenseNet(int growth, List<Integer> layers, int first, boolean dilated) {
  private static final int BOTTLENECK = 4;

  /** The maps of the third transition and of the last block, which nothing normalizes. */
  record Maps(String third, String last) {}

  static List<String> names() {
    return List.of("densenet121", "densenet161", "densenet169", "densenet201");
  }

  /**
   * @param baseChannels of the stem; 64 as published, or 96 for 161
   */
  static DenseNet of(String name, int baseChannels, boolean dilated) {
    List<Integer> layers =
        switch (name) {
          case "densenet121" -> List.of(6, 12, 24, 16);
          case "densenet161" -> List.of(6, 12, 36, 24);
          case "densenet169" -> List.of(6, 12, 32, 32);
          case "densenet201" -> List.of(6, 12, 48, 32);
          default -> throw new IllegalArgumentException("There is no network " + name);
        };
    return new DenseNet(Math.max(1, baseChannels / 2), layers, baseChannels, dilated);
  }

  static int publishedChannels(String name) {
    return name.equals("densenet161") ? 96 : 64;
  }

  /**
   * @param deepStem whether the stem is three 3 x 3 convolutions and not one 7 x 7
   */
  Maps append(Layers l, String image, boolean deepStem) {
    GraphBuilder b = l.graph();
    String x = deepStem ? deepStem(l.in("stem"), image) : stem(l, image);
    x = b.maxPool(x, Kernel.of(3).withStride(2), false);
    String third = x;
    for (int block = 1; block <= layers.size(); block++) {
      int dilation = dilated && block > 2 ? 1 << (block - 2) : 1;
      for (int i = 1; i <= layers.get(block - 1); i++) {
        Layers layer = l.in("denseblock" + block).in("denselayer" + i);
        x = b.concat(List.of(x, layer(layer, x, dilation)));
      }
      if (block < layers.size()) {
        x = transition(l.in("transition" + block), x, !dilated || block == 1);
        third = x;
      }
    }
    return new Maps(third, x);
  }

  private String stem(Layers l, String image) {
    return l.active(image, Conv.of(first, 7).withStride(2).named("conv0", "norm0"));
  }

  private String deepStem(Layers l, String image) {
    String x = l.active(image, Conv.of(first, 3).withStride(2).named("conv0", "norm0"));
    x = l.active(x, Conv.of(first, 3).named("conv1", "norm1"));
    return l.active(x, Conv.of(first, 3).named("conv2", "norm2"));
  }

  private String layer(Layers l, String x, int dilation) {
    GraphBuilder b = l.graph();
    String y = b.relu(b.named("norm1").batchNorm(x));
    y = l.active(y, Conv.of(BOTTLENECK * growth, 1).named("conv1", "norm2"));
    Conv conv = Conv.of(growth, 3).withDilation(dilation).asRepSite(false);
    return l.conv(y, conv.named("conv2"));
  }

  private static String transition(Layers l, String x, boolean halves) {
    GraphBuilder b = l.graph();
    String y = b.relu(b.named("norm").batchNorm(x));
    y = l.conv(y, Conv.of(b.channels(x) / 2, 1));
    return halves ? b.averagePool(y, Kernel.of(2).withStride(2).withoutPads(), false) : y;
  }

  /** The classifier. */
  static Network build(Construction c, NamedArguments a, String name) {
    int base = c.baseChannels(publishedChannels(name));
    Layers root = c.start();
    Layers l = root.in(Construction.BACKBONE);
    String last = of(name, base, false).append(l, c.image(), false).last();
    c.classes(l.activate(l.graph().named("norm5").batchNorm(last)));
    return c.network();
  }
}
