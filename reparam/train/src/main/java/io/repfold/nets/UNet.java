package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.Kernel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * U-Net (Ronneberger, Fischer and Brox, MICCAI 2015, arXiv:1505.04597) with padded, normalized
 * convolutions: four halvings, and as many doublings joined to what was before each halving.
 */
final class UNet {
  private static final int LEVELS = 4;

  private UNet() {}

  static Network build(Construction c, NamedArguments a) {
    int base = c.baseChannels(64);
    boolean aligned = a.flag("align_corners", true);
    Layers root = c.start();
    Layers encoder = root.in(Construction.BACKBONE);
    Deque<String> skips = new ArrayDeque<>();
    String x = twice(encoder.in("start"), c.image(), base);
    for (int level = 1; level <= LEVELS; level++) {
      skips.push(x);
      x = encoder.halve(twice(encoder.in("down" + level), x, base << level), true);
    }
    x = twice(encoder.in("middle"), x, base << LEVELS);
    for (int level = LEVELS - 1; level >= 0; level--) {
      Layers l = root.in("up" + (LEVELS - level));
      Kernel doubling = Kernel.of(2).withStride(2).withoutPads();
      String up = l.graph().named("up").convTranspose(x, l.channels(x) / 2, doubling, 0, true);
      String skip = skips.pop();
      String resized = l.resize(up, skip, aligned);
      x = twice(l, l.graph().concat(List.of(skip, resized)), base << level);
    }
    c.logits(root.in("head").classify(x, c.classes()), aligned);
    return c.network();
  }

  private static String twice(Layers l, String x, int channels) {
    int inner = Math.max(1, channels / 2);
    String y = l.active(x, Conv.of(inner, 3).asRepSite().named("conv1", "bn1"));
    return l.active(y, Conv.of(channels, 3).asRepSite().named("conv2", "bn2"));
  }
}
