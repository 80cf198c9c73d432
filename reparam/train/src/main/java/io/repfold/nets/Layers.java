package io.repfold.nets;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The layers that networks are made of, within a scope of names. */
final class Layers {
  private final GraphBuilder b;
  private final RepSites sites;
  private final Set<String> channelDropouts;
  private final float slope;

  private Layers(GraphBuilder b, RepSites sites, Set<String> channelDropouts, float slope) {
    this.slope = slope;
    this.b = b;
    this.sites = sites;
    this.channelDropouts = channelDropouts;
  }

  Layers(GraphBuilder b, RepSites sites) {
    this(b, sites, new TreeSet<>(), 0);
  }

  /** The same within a scope of this one. */
  Layers in(String scope) {
    return new Layers(b.scope(scope), sites, channelDropouts, slope);
  }

  Layers in(int index) {
    return in(Integer.toString(index));
  }

  /** The same with another epsilon of its batch normalizations than 1e-5. */
  Layers withEpsilon(float epsilon) {
    return new Layers(b.withEpsilon(epsilon), sites, channelDropouts, slope);
  }

  /** The same whose activation has a slope below 0. */
  Layers withSlope(double negative) {
    return new Layers(b, sites, channelDropouts, (float) negative);
  }

  GraphBuilder graph() {
    return b;
  }

  int channels(String value) {
    return b.channels(value);
  }

  /** Names of the Dropout nodes that drop whole channels. */
  Set<String> channelDropouts() {
    return channelDropouts;
  }

  /** The convolution alone; a Rep block where there is one, whose branches are normalized. */
  String conv(String x, Conv conv) {
    return block(x, conv, kind(conv));
  }

  /** The convolution and its batch normalization, which a Rep block that ends in one has not. */
  String norm(String x, Conv conv) {
    RepKind kind = kind(conv);
    String y = block(x, conv, kind);
    if (kind.normalizesSum() || (kind != RepKind.PLAIN && !sites.areNormalized())) {
      return y;
    }
    boolean active = kind == RepKind.REPVGG && sites.hasInnerRelu();
    return b.named(conv.norm()).batchNorm(active ? b.scope(conv.name()).relu(y) : y);
  }

  /** The convolution, its batch normalization and the activation. */
  String active(String x, Conv conv) {
    return activate(norm(x, conv));
  }

  /** A ReLU, or a LeakyRelu where these layers have a slope. */
  String activate(String x) {
    return slope == 0
        ? b.relu(x)
        : b.op("leaky_relu", new Op.LeakyRelu(slope), List.of(x), b.channels(x));
  }

  /** A block whose branches are normalized, a single one too, and no more behind it. */
  String rep(String x, Conv conv) {
    return rep(x, conv, kind(conv));
  }

  private RepKind kind(Conv conv) {
    return sites.at(b.path(conv.name()), conv);
  }

  private String block(String x, Conv conv, RepKind kind) {
    if (kind != RepKind.PLAIN) {
      return rep(x, conv, kind);
    }
    GraphBuilder named = b.named(conv.name());
    return conv.biased()
        ? named.biasedConv(x, conv.channels(), conv.kernel(), conv.groups())
        : named.conv(x, conv.channels(), conv.kernel(), conv.groups());
  }

  private String rep(String x, Conv conv, RepKind kind) {
    RepSpec spec = RepSpec.of(kind, conv.channels(), conv.kernel()).withGroups(conv.groups());
    spec = conv.copies().isPresent() ? spec.withCopies(conv.copies().getAsInt()) : spec;
    return RepBlocks.append(b.scope(conv.name()), x, spec);
  }

  /** The scores of the classes: a 1 x 1 convolution with bias, {@code classifier}. */
  String classify(String x, int classes) {
    return conv(x, Conv.of(classes, 1).withBias().named("classifier"));
  }

  /** Drops whole channels in training; nothing at a ratio of 0. */
  String dropChannels(String x, double ratio) {
    String y = drop(x, ratio);
    if (!y.equals(x)) {
      channelDropouts.add(y);
    }
    return y;
  }

  /** Drops single elements in training; nothing at a ratio of 0. */
  String drop(String x, double ratio) {
    return ratio == 0 ? x : b.dropout(x, ratio);
  }

  /** Bilinearly resized to the height and width of another value. */
  String resize(String x, String like, boolean alignCorners) {
    return b.resizeLike(x, like, "linear", coordinates(alignCorners));
  }

  static String coordinates(boolean alignCorners) {
    return alignCorners ? "align_corners" : "half_pixel";
  }

  /** The larger half of a pooling: maxima over 2 x 2, and over what is left at the end. */
  String halve(String x, boolean ceilMode) {
    return b.maxPool(x, Kernel.of(2).withStride(2).withoutPads(), ceilMode);
  }

  String add(String first, String second) {
    return b.add(List.of(first, second));
  }
}
