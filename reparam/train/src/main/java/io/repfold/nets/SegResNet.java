package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.Kernel;
import java.util.List;

/**
 * SegNet's idea on a {@link ResNet}: its mirror image, whose transposed convolutions take the place
 * of the strides, and values put to the places of the stem's maxima.
 */
final class SegResNet {
  private static final Kernel DOUBLING = Kernel.of(2).withStride(2).withoutPads();

  private SegResNet() {}

  /** Those of bottlenecks, which the decoder mirrors. */
  static List<String> backbones() {
    return ResNet.names().stream().skip(2).toList();
  }

  static Network build(Construction c, NamedArguments a) {
    String name = a.choice("backbone", "resnet50", backbones());
    int base = c.baseChannels(64);
    ResNet backbone = ResNet.read(a, name, base, ResNet.Published.CLASSIFIER);
    backbone.requireOutputStride(a, 32, "as its decoder doubles the map that often");
    if (backbone.stemChannels() != base) {
      throw a.wrong(
          "stem",
          "7x7, or deep with a stem_width of half of base_channels, so that the decoder has as many"
              + " channels");
    }
    Layers root = c.start();
    Layers encoder = root.in(Construction.BACKBONE);
    ResNet.Maps maps = backbone.append(encoder, c.image());
    Unpooling pooling = Unpooling.of(encoder, maps.stem());
    String x = maps.last();
    for (int stage = 4; stage >= 1; stage--) {
      Layers l = root.in("decoder" + stage);
      x = backbone.others(l, x, stage);
      x = stage > 1 ? doubled(l.in("up"), x) : last(l.in("last"), x);
    }
    Layers head = root.in("head");
    x = Sizes.crop(head.graph(), "pooled", x, pooling.places().get(0), 0);
    x = pooling.append(head, x);
    x = head.graph().named("up").convTranspose(x, base, DOUBLING, 0, false);
    x = head.conv(x, Conv.of(c.classes(), 3).withBias().named("classifier"));
    c.logits(Sizes.crop(root.graph(), "logits", x, c.image(), 0));
    return c.network();
  }

  private static String doubled(Layers l, String x) {
    int channels = l.channels(x);
    String y = l.active(x, Conv.of(channels / 4, 1).named("conv1", "bn1"));
    y = l.graph().named("conv2").convTranspose(y, channels / 4, DOUBLING, 0, false);
    y = l.graph().relu(l.graph().named("bn2").batchNorm(y));
    y = l.norm(y, Conv.of(channels / 2, 1).named("conv3", "bn3"));
    Layers down = l.in("downsample");
    String shortcut = down.graph().named("0").convTranspose(x, channels / 2, DOUBLING, 0, false);
    return l.graph().relu(l.add(y, down.graph().named("1").batchNorm(shortcut)));
  }

  private static String last(Layers l, String x) {
    int channels = l.channels(x) / 4;
    String y = l.active(x, Conv.of(channels, 1).named("conv1", "bn1"));
    y = l.active(y, Conv.of(channels, 3).asRepSite().named("conv2", "bn2"));
    y = l.norm(y, Conv.of(channels, 1).named("conv3", "bn3"));
    Conv down = Conv.of(channels, 1).named("0", "1");
    return l.graph().relu(l.add(y, l.in("downsample").norm(x, down)));
  }
}
