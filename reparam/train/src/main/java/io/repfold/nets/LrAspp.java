package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;

/**
 * Lite R-ASPP (Howard et al., "Searching for MobileNetV3", ICCV 2019, arXiv:1905.02244, figure 10)
 * on a dilated {@link MobileNetV3}, as torchvision has it: the last map, scaled by a gate that its
 * means open, and the map of 1/8 of the image's size are classified, and the scores added.
 * Parameters are named as torchvision names them.
 */
final class LrAspp {
  private LrAspp() {}

  static Network build(Construction c, NamedArguments a) {
    MobileNetV3 backbone = MobileNetV3.read(c, a, 16);
    int width = c.width("head_width", 8 * backbone.baseChannels());
    Layers root = c.start();
    MobileNetV3.Maps maps = backbone.append(root.in(Construction.BACKBONE), c.image());
    Layers l = root.in("classifier");
    String x = l.in("cbr").active(maps.last(), Conv.of(width, 1).named("0", "1"));
    x = l.resize(gated(l.in("scale"), x, maps.last()), maps.eighth(), false);
    Conv scores = Conv.of(c.classes(), 1).withBias();
    String low = l.conv(maps.eighth(), scores.named("low_classifier"));
    c.logits(l.add(low, l.conv(x, scores.named("high_classifier"))), false);
    return c.network();
  }

  private static String gated(Layers l, String x, String features) {
    GraphBuilder b = l.graph();
    String means = b.named("0").globalAveragePool(features);
    String gate = l.conv(means, Conv.of(b.channels(x), 1).named("1"));
    return b.binary(Op.Binary.Function.MUL, x, b.unary(Op.Unary.Function.SIGMOID, gate));
  }
}
