package io.repfold.nets;

import io.repfold.config.NamedArguments;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * SegNet (Badrinarayanan, Kendall and Cipolla, TPAMI 2017, arXiv:1511.00561): VGG-16 with batch
 * normalizations and its mirror image, in which each value goes to the place of the maximum that
 * was pooled.
 */
final class SegNet {
  private SegNet() {}

  static Network build(Construction c, NamedArguments a) {
    VggFeatures vgg = new VggFeatures(c.baseChannels(64), true);
    Layers root = c.start();
    Layers encoder = root.in(Construction.BACKBONE);
    Deque<Unpooling> poolings = new ArrayDeque<>();
    String x = c.image();
    for (int stage = 0; stage < VggFeatures.stages(); stage++) {
      String map = vgg.append(encoder, x, stage, 1);
      poolings.push(Unpooling.of(encoder.in("pool" + (stage + 1)), map));
      x = encoder.halve(map, false);
    }
    for (int stage = VggFeatures.stages() - 1; stage >= 0; stage--) {
      Layers l = root.in("decoder" + (stage + 1));
      x = poolings.pop().append(l, x);
      int layers = VggFeatures.layers(stage);
      for (int i = 0; i < layers; i++) {
        boolean narrows = i == layers - 1 && stage > 0;
        Conv conv = Conv.of(vgg.channels(narrows ? stage - 1 : stage), 3).withBias().asRepSite();
        x = l.active(x, conv.named("conv" + (i + 1), "bn" + (i + 1)));
      }
    }
    c.logits(root.conv(x, Conv.of(c.classes(), 3).withBias().named("logits")));
    return c.network();
  }
}
