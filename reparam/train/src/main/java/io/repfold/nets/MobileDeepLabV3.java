package io.repfold.nets;

import io.repfold.config.Bounds;
import io.repfold.config.NamedArguments;
import java.util.List;

/**
 * DeepLabV3 (Chen et al., "Rethinking Atrous Convolution", 2017, arXiv:1706.05587) on a dilated
 * {@link MobileNetV3}, as torchvision has it: {@link Aspp}, a 1 x 1 convolution that merges its
 * branches and one of 3 x 3. The auxiliary output reads the map of 1/8 of the image's size. The 3 x
 * 3 convolutions of the heads are places of Rep blocks.
 */
final class MobileDeepLabV3 {
  private static final List<Integer> RATES = List.of(12, 24, 36);

  private MobileDeepLabV3() {}

  static Network build(Construction c, NamedArguments a) {
    MobileNetV3 backbone = MobileNetV3.read(c, a, 16);
    int width = c.width("head_width", 16 * backbone.baseChannels());
    double dropout = a.number("project_dropout", Bounds.below(0, 1)).orElse(0.5);
    List<Integer> rates = a.integers("rates", SharedArguments.CHANNELS).orElse(RATES);
    FcnHead auxiliary = FcnHead.auxiliary(c, a, 10);
    Layers root = c.start();
    MobileNetV3.Maps maps = backbone.append(root.in(Construction.BACKBONE), c.image());
    Layers aspp = root.in("aspp");
    String x = new Aspp(rates, width, false).append(aspp, maps.last());
    x = root.drop(aspp.in("project").active(x, Conv.of(width, 1)), dropout);
    Layers head = root.in("head");
    x = head.active(x, Conv.of(width, 3).asRepSite());
    c.logits(head.classify(x, c.classes()), false);
    auxiliary.append(c, root, maps.eighth(), false);
    return c.network();
  }
}
