package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.ArrayList;
import java.util.List;

/**
 * A DeepLabV3 written by hand on the first stages of Gluon's ResNet-50: bottlenecks whose 1 x 1
 * convolutions have biases, dilated ones in place of the last stages, {@link Aspp}'s branches
 * without activation, and scores that a fixed bilinear transposed convolution enlarges 16 times
 * before their batch normalization.
 */
final class ArticleDeepLabV3 {
  private static final List<Integer> RATES = List.of(6, 12, 18);
  private static final int FACTOR = 16;

  private ArticleDeepLabV3() {}

  static Network build(Construction c, NamedArguments a) {
    int base = c.baseChannels(64);
    int window = a.integer("gap_kernel", SharedArguments.CHANNELS).orElse(0);
    Layers root = c.start();
    String x = trunk(root.in(Construction.BACKBONE), c.image(), base);
    x = aspp(root.in("aspp"), x, 4 * base, window);
    String scores = root.in("head").classify(x, c.classes());
    GraphBuilder b = root.in("head").graph();
    String large = BilinearKernel.append(b, "enlarge", scores, FACTOR, FACTOR / 2);
    String normalized = root.in("head").graph().named("bn").batchNorm(large);
    c.logits(Sizes.crop(root.graph(), "logits", normalized, c.image(), 0));
    return c.network();
  }

  private static String trunk(Layers l, String image, int base) {
    GraphBuilder b = l.graph();
    Conv stem = Conv.of(base, Kernel.of(7).withStride(2)).named("conv1", "bn1");
    String x = b.maxPool(l.active(image, stem), Kernel.of(3).withStride(2), false);
    for (int i = 0; i < 3; i++) {
      x = bottleneck(l.in("layer1").in(i), x, 4 * base, 1, 1, i == 0, true);
    }
    for (int i = 0; i < 4; i++) {
      x = bottleneck(l.in("layer2").in(i), x, 8 * base, i == 0 ? 2 : 1, 1, i == 0, true);
    }
    x = bottleneck(l.in("layer3").in(0), x, 16 * base, 2, 1, true, false);
    for (int i = 1; i <= 6; i++) {
      x = bottleneck(l.in("layer3").in(i), x, 16 * base, 1, 2, false, false);
    }
    x = l.conv(x, Conv.of(32 * base, 1).withBias().named("wider"));
    for (int i = 0; i < 3; i++) {
      x = bottleneck(l.in("layer4").in(i), x, 32 * base, 1, 4, false, false);
    }
    return x;
  }

  /**
   * @param projects whether the shortcut is a convolution
   * @param stridesFirst whether the stride is in the first 1 x 1 convolution
   */
  private static String bottleneck(
      Layers l,
      String x,
      int channels,
      int stride,
      int dilation,
      boolean projects,
      boolean stridesFirst) {
    int inner = Math.max(1, channels / 4);
    int first = stridesFirst ? stride : 1;
    Kernel one = Kernel.of(1);
    Conv narrow = Conv.of(inner, one.withStride(first)).withBias().named("conv1", "bn1");
    String y = l.active(x, narrow);
    Kernel three = Kernel.of(3).withStride(stride / first).withDilation(dilation);
    y = l.active(y, Conv.of(inner, three).asRepSite().named("conv2", "bn2"));
    y = l.norm(y, Conv.of(channels, 1).withBias().named("conv3", "bn3"));
    String shortcut = x;
    if (projects) {
      Conv down = Conv.of(channels, one.withStride(stride)).named("0", "1");
      shortcut = l.in("downsample").norm(x, down);
    }
    return l.graph().relu(l.add(y, shortcut));
  }

  private static String aspp(Layers l, String x, int width, int window) {
    List<String> branches = new ArrayList<>();
    branches.add(l.in("pointwise").norm(x, Conv.of(width, 1).withBias()));
    for (int rate : RATES) {
      Conv conv = Conv.of(width, 3).withDilation(rate).withBias().asRepSite();
      branches.add(l.in("rate" + rate).norm(x, conv));
    }
    Layers pool = l.in("pool");
    GraphBuilder b = pool.graph();
    Conv reduce = Conv.of(width, 1).withBias();
    if (window == 0) {
      branches.add(pool.resize(pool.norm(b.globalAveragePool(x), reduce), x, false));
    } else {
      String mean = b.averagePool(x, Kernel.of(window).withoutPads(), false);
      String reduced = pool.norm(mean, reduce);
      branches.add(BilinearKernel.append(b, "enlarge", reduced, window, window / 2));
    }
    return l.in("project").norm(l.graph().concat(branches), Conv.of(width, 1).withBias());
  }
}
