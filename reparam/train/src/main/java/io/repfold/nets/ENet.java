package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * ENet (Paszke et al., 2016, arXiv:1606.02147): narrow bottlenecks at 1/8 of the image's size with
 * dilated and asymmetric convolutions, and a decoder that puts values to the places of pooled
 * maxima. The places of Rep blocks are the undilated 3 x 3 convolutions.
 */
final class ENet {
  private static final List<Integer> DILATIONS = List.of(1, 2, 0, 4, 1, 8, 0, 16);
  private static final int ASYMMETRIC = 0;
  private static final int TAPS = 5;
  private static final int PROJECTION = 4;

  private final double early;
  private final double late;

  private ENet(double early, double late) {
    this.early = early;
    this.late = late;
  }

  static Network build(Construction c, NamedArguments a) {
    int base = c.baseChannels(64);
    double late = SharedArguments.dropout(a, 0.1);
    return new ENet(late / 10, late).build(c, base);
  }

  private Network build(Construction c, int base) {
    Layers root = c.start();
    Layers encoder = root.in(Construction.BACKBONE);
    int narrow = Math.max(base / 4, root.channels(c.image()) + 1);
    String x = initial(encoder.in("initial"), c.image(), narrow);
    Unpooling outer = Unpooling.of(encoder.in("10"), x);
    x = down(encoder.in("10"), x, base, early);
    for (int i = 1; i <= 4; i++) {
      x = regular(encoder.in(10 + i), x, 1, early, true);
    }
    Unpooling inner = Unpooling.of(encoder.in("20"), x);
    x = down(encoder.in("20"), x, 2 * base, late);
    for (int stage = 2; stage <= 3; stage++) {
      for (int i = 0; i < DILATIONS.size(); i++) {
        x = regular(encoder.in(10 * stage + i + 1), x, DILATIONS.get(i), late, true);
      }
    }
    Layers decoder = root.in("decoder");
    x = up(decoder.in("40"), x, base, inner);
    x = regular(decoder.in("41"), x, 1, late, false);
    x = regular(decoder.in("42"), x, 1, late, false);
    x = up(decoder.in("50"), x, narrow, outer);
    x = regular(decoder.in("51"), x, 1, late, false);
    Kernel doubling = Kernel.of(3).withStride(2).withPads(1, 1, 1, 1);
    x = decoder.graph().named("classifier").convTranspose(x, c.classes(), doubling, 1, false);
    c.logits(Sizes.crop(root.graph(), "logits", x, c.image(), 0));
    return c.network();
  }

  private static String initial(Layers l, String image, int channels) {
    GraphBuilder b = l.graph();
    Conv conv =
        Conv.of(channels - b.channels(image), Kernel.of(3).withStride(2)).withBias().asRepSite();
    String joined = b.concat(List.of(l.conv(image, conv), l.halve(image, true)));
    return b.pRelu(b.batchNorm(joined), false);
  }

  private static String active(Layers l, String name, String x, boolean learns) {
    GraphBuilder b = l.graph().named(name);
    return learns ? b.pRelu(x, true) : b.relu(x);
  }

  private String down(Layers l, String x, int channels, double dropout) {
    int inner = Math.max(1, l.channels(x) / PROJECTION);
    Kernel halving = Kernel.of(2).withStride(2).withoutPads();
    String y = first(l, x, Conv.of(inner, halving), true);
    y = active(l, "act2", l.norm(y, middle(inner, 1)), true);
    y = last(l, y, channels, dropout, true);
    String shortcut = l.halve(x, false);
    return active(l, "act", l.add(y, padded(l, shortcut, channels)), true);
  }

  /** Channels of zeros behind those of a map. */
  private static String padded(Layers l, String x, int channels) {
    int more = channels - l.channels(x);
    if (more == 0) {
      return x;
    }
    GraphBuilder b = l.graph();
    String pads = Sizes.longs(b, "pads", 0, 0, 0, 0, 0, more, 0, 0);
    Op pad = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
    return b.op("pad", pad, List.of(x, pads), channels);
  }

  private static String first(Layers l, String x, Conv conv, boolean learns) {
    return active(l, "act1", l.norm(x, conv.named("conv1", "bn1")), learns);
  }

  private static Conv middle(int channels, int dilation) {
    Conv conv = Conv.of(channels, 3).withDilation(dilation).asRepSite(dilation == 1);
    return conv.named("conv2", "bn2");
  }

  private static String last(Layers l, String x, int channels, double dropout, boolean learns) {
    String y = l.norm(x, Conv.of(channels, 1).named("conv3", "bn3"));
    return l.dropChannels(active(l, "act3", y, learns), dropout);
  }

  private static String regular(Layers l, String x, int dilation, double dropout, boolean learns) {
    int channels = l.channels(x);
    int inner = Math.max(1, channels / PROJECTION);
    String y = first(l, x, Conv.of(inner, 1), learns);
    if (dilation == ASYMMETRIC) {
      Layers pair = l.in("conv2");
      Conv across = Conv.of(inner, Kernel.of(1, TAPS)).withBias().named("0", "1");
      y = active(pair, "2", pair.norm(y, across), learns);
      y = pair.conv(y, Conv.of(inner, Kernel.of(TAPS, 1)).withBias().named("3"));
      y = l.graph().named("bn2").batchNorm(y);
    } else {
      y = l.norm(y, middle(inner, dilation));
    }
    y = last(l, active(l, "act2", y, learns), channels, dropout, learns);
    return active(l, "act", l.add(y, x), learns);
  }

  private String up(Layers l, String x, int channels, Unpooling places) {
    int inner = Math.max(1, l.channels(x) / PROJECTION);
    String y = first(l, x, Conv.of(inner, 1), false);
    Kernel doubling = Kernel.of(3).withStride(2).withPads(1, 1, 1, 1);
    y = l.graph().named("conv2").convTranspose(y, inner, doubling, 1, false);
    y = active(l, "act2", l.graph().named("bn2").batchNorm(y), false);
    y = last(l, y, channels, late, false);
    String shortcut = l.norm(x, Conv.of(channels, 1).named("conv_up", "bn_up"));
    String placed = places.append(l, shortcut);
    return active(l, "act", l.add(Sizes.pad(l.graph(), y, placed), placed), false);
  }
}
