package io.repfold.nets;

import io.repfold.config.Bounds;
import io.repfold.config.NamedArguments;

/**
 * The pyramid scene parsing network (Zhao et al., CVPR 2017, arXiv:1612.01105) on a dilated {@link
 * ResNet}: a {@link Pyramid} of means is joined to the features, and one 3 x 3 convolution merges
 * all. That convolution and the auxiliary head's are places of Rep blocks.
 */
final class PspNet {
  private static final ResNet.Published BACKBONE = new ResNet.Published(true, 8, true);
  private static final Bounds SLOPE = Bounds.below(0, 1);
  private static final Bounds BINS = Bounds.between(1, 64);

  private PspNet() {}

  static Network build(Construction c, NamedArguments a) {
    String name = a.choice("backbone", "resnet50", ResNet.names());
    ResNet backbone = ResNet.read(a, name, c.baseChannels(64), BACKBONE);
    boolean biased = a.flag("head_bias", false);
    Pyramid pyramid =
        new Pyramid(
            SharedArguments.distinct(a, "bins", BINS, Pyramid.PUBLISHED.bins()),
            a.flag("features_first", true),
            biased,
            a.flag("align_corners_pyramid", true));
    boolean aligned = a.flag("align_corners_logits", false);
    double slope = a.number("head_slope", SLOPE).orElse(0);
    int width = c.width("head_width", backbone.channels(4) / 4);
    FcnHead auxiliary = FcnHead.auxiliary(c, a, width, biased);
    FcnHead head = new FcnHead(true, width, biased, auxiliary.dropout());
    Layers whole = c.start();
    ResNet.Maps maps = backbone.append(whole.in(Construction.BACKBONE), c.image());
    Layers root = whole.withSlope(slope);
    String joined = pyramid.append(root.in("pyramid"), maps.last(), backbone.channels(4) / 4);
    c.logits(head.append(root.in("head"), joined, c.classes()), aligned);
    auxiliary.append(c, root, maps.third(), aligned);
    return c.network();
  }
}
