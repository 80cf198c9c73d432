package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.List;

/**
 * A classifier of depthwise 3 x 3 convolutions and pointwise ones that expand the channels (Wang et
 * al., "RepViT", CVPR 2024, arXiv:2307.09283). A token mixer is the sum of a depthwise 3 x 3, a
 * depthwise 1 x 1 and the identity, normalized once more; every second one has a {@link
 * SqueezeExcite}. Parameters are named as timm names them.
 *
 * <p>The scores are the mean of two heads. As published, one of them learns from another network's
 * scores; here both learn from the mean.
 *
 * @param variant such as {@code M0.9}
 * @param channels of the first stage; each next one has twice as many
 * @param blocks of each stage, but for the one before its stride
 */
record RepVit(String variant, int channels, List<Integer> blocks) {
  private static final int EXPANSION = 2;
  private static final int REDUCTION = 4;

  static List<RepVit> all() {
    return List.of(
        new RepVit("M0.9", 48, List.of(2, 2, 14, 2)),
        new RepVit("M1.0", 56, List.of(2, 2, 14, 2)),
        new RepVit("M1.1", 64, List.of(2, 2, 12, 2)),
        new RepVit("M1.5", 64, List.of(4, 4, 24, 4)),
        new RepVit("M2.3", 80, List.of(6, 6, 34, 2)));
  }

  String type() {
    return "RepViT-" + variant;
  }

  Network build(Construction c, NamedArguments a) {
    int base = c.baseChannels(channels);
    Layers root = c.start();
    GraphBuilder b = root.graph();
    String x = stages(root.in(Construction.BACKBONE), c.image(), base);
    String mean = b.flatten(b.globalAveragePool(x));
    Layers heads = root.in("head");
    String first = head(heads.in("head"), mean, c.classes());
    String sum = root.add(first, head(heads.in("head_dist"), mean, c.classes()));
    c.classScores(times(b.named("logits"), sum, 0.5));
    return c.network();
  }

  private static String head(Layers l, String x, int classes) {
    GraphBuilder b = l.graph();
    return b.named("l").linear(b.named("bn").batchNorm(x), classes);
  }

  private String stages(Layers l, String image, int base) {
    Layers stem = l.in("stem");
    Kernel halving = Kernel.of(3).withStride(2);
    String x = gelu(stem, norm(stem, "conv1", image, site(Math.max(1, base / 2), halving)));
    x = norm(stem, "conv2", x, site(base, halving));
    for (int stage = 0; stage < blocks.size(); stage++) {
      Layers inner = l.in("stages").in(stage);
      if (stage > 0) {
        x = downsample(inner.in("downsample"), x, base << stage);
      }
      for (int i = 0; i < blocks.get(stage); i++) {
        x = block(inner.in("blocks").in(i), x, i % 2 == 0);
      }
    }
    return x;
  }

  private static String downsample(Layers l, String x, int channels) {
    String y = block(l.in("pre_block"), x, false);
    Conv spatial = site(l.channels(y), Kernel.of(3).withStride(2)).withGroups(l.channels(y));
    y = norm(l, "spatial_downsample", y, spatial);
    y = norm(l, "channel_downsample", y, Conv.of(channels, 1));
    return l.add(mlp(l.in("ffn"), y), y);
  }

  private static String block(Layers l, String x, boolean squeezes) {
    String y = tokenMixer(l.in("token_mixer"), x);
    if (squeezes) {
      int inner = Eights.nearest((double) l.channels(x) / REDUCTION);
      y = new SqueezeExcite(inner, false).append(l.in("se"), y);
    }
    return l.add(y, mlp(l.in("channel_mixer"), y));
  }

  /** As published, whatever {@code repconv} is: its 1 x 1 has a bias and no normalization. */
  private static String tokenMixer(Layers l, String x) {
    GraphBuilder b = l.graph();
    int channels = l.channels(x);
    String square = norm(l, "conv", x, Conv.of(channels, 3).withGroups(channels));
    String pointwise = b.named("conv1").biasedConv(x, channels, Kernel.of(1), channels);
    return b.named("bn").batchNorm(b.add(List.of(square, pointwise, x)));
  }

  private static String mlp(Layers l, String x) {
    int channels = l.channels(x);
    String y = gelu(l, norm(l, "conv1", x, Conv.of(EXPANSION * channels, 1)));
    return norm(l, "conv2", y, Conv.of(channels, 1));
  }

  private static String norm(Layers l, String name, String x, Conv conv) {
    return l.in(name).norm(x, conv.named("c", "bn"));
  }

  private static Conv site(int channels, Kernel kernel) {
    return Conv.of(channels, kernel).asRepSite();
  }

  /** x (1 + erf(x / sqrt 2)) / 2, written out, as opset 17 has no op for it. */
  private static String gelu(Layers l, String x) {
    GraphBuilder b = l.graph();
    String root = scalar(b, Math.sqrt(2));
    String erf = b.unary(Op.Unary.Function.ERF, b.binary(Op.Binary.Function.DIV, x, root));
    String share = b.binary(Op.Binary.Function.ADD, erf, scalar(b, 1));
    return times(b, b.binary(Op.Binary.Function.MUL, x, share), 0.5);
  }

  private static String times(GraphBuilder b, String x, double factor) {
    return b.binary(Op.Binary.Function.MUL, x, scalar(b.named(""), factor));
  }

  private static String scalar(GraphBuilder b, double value) {
    return b.constant(Tensor.ofDoubles(b.type(), new double[] {value}));
  }
}
