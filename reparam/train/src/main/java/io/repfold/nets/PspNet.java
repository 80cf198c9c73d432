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

  private final NamedArguments arguments;
  private final double dropout;
  private final double slope;
  private final boolean biased;

  private PspNet(NamedArguments arguments) {
    this.arguments = arguments;
    this.dropout = SharedArguments.dropout(arguments, 0.1);
    this.slope = arguments.number("head_slope", SLOPE).orElse(0);
    this.biased = arguments.flag("head_bias", false);
  }

  static Network build(Construction c, NamedArguments a) {
    return new PspNet(a).build(c);
  }

  private Network build(Construction c) {
    String name = arguments.choice("backbone", "resnet50", ResNet.names());
    ResNet backbone = ResNet.read(arguments, name, c.baseChannels(64), BACKBONE);
    Pyramid pyramid =
        new Pyramid(
            SharedArguments.distinct(arguments, "bins", BINS, Pyramid.PUBLISHED.bins()),
            arguments.flag("features_first", true),
            biased,
            arguments.flag("align_corners_pyramid", true));
    boolean aligned = arguments.flag("align_corners_logits", false);
    boolean auxiliary = arguments.flag("use_aux", true);
    int width = c.width("head_width", backbone.channels(4) / 4);
    int auxiliaryWidth = c.width("aux_width", width);
    boolean auxiliaryBias = arguments.flag("aux_bias", biased);
    Layers whole = c.start();
    ResNet.Maps maps = backbone.append(whole.in(Construction.BACKBONE), c.image());
    Layers root = whole.withSlope(slope);
    String joined = pyramid.append(root.in("pyramid"), maps.last(), backbone.channels(4) / 4);
    c.logits(head(root.in("head"), joined, width, biased, c.classes()), aligned);
    if (auxiliary) {
      Layers l = root.in("auxiliary_head");
      c.auxiliary(head(l, maps.third(), auxiliaryWidth, auxiliaryBias, c.classes()), aligned);
    }
    return c.network();
  }

  private String head(Layers l, String x, int width, boolean bias, int classes) {
    String y = l.active(x, Conv.of(width, 3).withBias(bias).asRepSite());
    return l.classify(l.dropChannels(y, dropout), classes);
  }
}
