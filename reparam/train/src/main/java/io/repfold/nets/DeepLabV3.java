package io.repfold.nets;

import io.repfold.config.Bounds;
import io.repfold.config.NamedArguments;
import java.util.List;

/**
 * DeepLabV3 (Chen et al., "Rethinking Atrous Convolution", 2017, arXiv:1706.05587) on a dilated
 * {@link ResNet}: {@link Aspp}, one convolution that merges its branches, and as torchvision and
 * GluonCV have it another one of 3 x 3. The 3 x 3 convolutions of the heads are places of Rep
 * blocks.
 */
final class DeepLabV3 {
  private static final ResNet.Published BACKBONE = new ResNet.Published(false, 8, true);
  private static final Bounds SLOPE = Bounds.below(0, 1);
  private static final List<Integer> RATES = List.of(12, 24, 36);

  private final int merging;
  private final boolean convolvesAgain;
  private final double mergeDropout;
  private final double dropout;

  private DeepLabV3(NamedArguments a) {
    merging = a.choice("project", "1x1", List.of("1x1", "3x3")).equals("1x1") ? 1 : 3;
    convolvesAgain = a.flag("head_conv", true);
    mergeDropout = a.number("project_dropout", Bounds.below(0, 1)).orElse(0.5);
    dropout = SharedArguments.dropout(a, 0.1);
  }

  static Network build(Construction c, NamedArguments a) {
    String name = a.choice("backbone", "resnet50", ResNet.names());
    ResNet backbone = ResNet.read(a, name, c.baseChannels(64), BACKBONE);
    return new DeepLabV3(a).build(c, a, backbone);
  }

  private Network build(Construction c, NamedArguments a, ResNet backbone) {
    boolean aligned = a.flag("align_corners", false);
    int width = c.width("head_width", 4 * backbone.baseChannels());
    int merged = c.width("project_width", width);
    List<Integer> rates = SharedArguments.distinct(a, "rates", SharedArguments.CHANNELS, RATES);
    Aspp aspp = new Aspp(rates, width, a.flag("pool_first", false), aligned);
    double slope = a.number("head_slope", SLOPE).orElse(0);
    FcnHead auxiliary = FcnHead.auxiliary(c, a, backbone.channels(3) / 4);
    Layers whole = c.start();
    ResNet.Maps maps = backbone.append(whole.in(Construction.BACKBONE), c.image());
    Layers root = whole.withSlope(slope);
    Layers l = root.in("aspp");
    Conv merge = Conv.of(merged, merging).asRepSite();
    String x = l.in("project").active(aspp.append(l, maps.last()), merge);
    Layers head = root.in("head");
    if (convolvesAgain) {
      x = head.active(l.drop(x, mergeDropout), Conv.of(width, 3).asRepSite());
    }
    c.logits(head.classify(head.dropChannels(x, dropout), c.classes()), aligned);
    auxiliary.append(c, root, maps.third(), aligned);
    return c.network();
  }
}
