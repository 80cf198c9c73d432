package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.List;

/**
 * A U-shaped network on a dilated {@link ResNet}: transposed convolutions double the map, which is
 * resized to each earlier stage's and joined to it. Its decoder has neither batch normalizations
 * nor activations, as published.
 */
final class UNetResNet {
  private static final ResNet.Published BACKBONE = new ResNet.Published(true, 8, true);

  private UNetResNet() {}

  static Network build(Construction c, NamedArguments a) {
    String name = a.choice("backbone", "resnet50", ResNet.names());
    int base = c.baseChannels(64);
    ResNet backbone = ResNet.read(a, name, base, BACKBONE);
    boolean aligned = a.flag("align_corners", true);
    Layers root = c.start();
    ResNet.Maps maps = backbone.append(root.in(Construction.BACKBONE), c.image());
    Layers l = root.in("head");
    GraphBuilder b = l.graph();
    String x = conv(l, maps.last(), "conv1", 3 * base, true);
    x = joined(l, x, maps.third(), "1", "conv2", 2 * base, aligned);
    x = joined(l, x, maps.second(), "2", "conv3", 3 * base / 2, aligned);
    x = joined(l, x, maps.first(), "3", "conv4", base, aligned);
    x = up(b, x, "4", 3 * base / 4);
    x = conv(l, x, "conv5", 3 * base / 4, true);
    x = up(b, x, "5", base / 2);
    x = l.resize(x, c.image(), aligned);
    x = conv(l, x, "conv6", base / 2, true);
    c.logits(l.conv(x, Conv.of(c.classes(), 1).named("classifier")), aligned);
    return c.network();
  }

  private static String joined(
      Layers l, String x, String map, String up, String conv, int channels, boolean aligned) {
    String doubled = l.resize(up(l.graph(), x, up, channels), map, aligned);
    return conv(l, l.graph().concat(List.of(map, doubled)), conv, channels, true);
  }

  private static String up(GraphBuilder b, String x, String index, int channels) {
    Kernel doubling = Kernel.of(4).withStride(2).withPads(1, 1, 1, 1);
    return b.named("upconv" + index).convTranspose(x, Math.max(1, channels), doubling, 0, false);
  }

  private static String conv(Layers l, String x, String name, int channels, boolean biased) {
    Conv conv = Conv.of(Math.max(1, channels), 3).withBias(biased).asRepSite().named(name);
    return l.conv(x, conv);
  }
}
