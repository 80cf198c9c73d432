package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;

/**
 * BiSeNetV2 (Yu et al., IJCV 2021, arXiv:2004.02147): a wide branch for details that ends at 1/8 of
 * the image's size, a {@linkplain SemanticBranch deep and narrow one} for meaning that ends at
 * 1/32, and two gates through which each sees the other. The dense 3 x 3 convolutions behind the
 * branches are places of Rep blocks. Parameters are named as CoinCheung's implementation names
 * them, after {@code backbone.} those of the branches.
 *
 * <p>As published, four booster heads read the stages of the branch for meaning in training. Here
 * that of 1/16 of the image's size gives the auxiliary output, and there is no other.
 */
final class BiSeNetV2 {
  private static final int BASE = 64;

  private BiSeNetV2() {}

  static Network build(Construction c, NamedArguments a) {
    int base = c.baseChannels(BASE);
    double dropout = SharedArguments.dropout(a, 0.1);
    boolean auxiliary = a.flag("use_aux", true);
    Layers root = c.start();
    Layers backbone = root.in(Construction.BACKBONE);
    String detail = detail(backbone.in("detail"), c.image(), base);
    SemanticBranch.Maps meaning = SemanticBranch.append(backbone.in("segment"), c.image(), base);
    String x = aggregate(root.in("bga"), detail, meaning.last());
    Layers head = root.in("head");
    x = head.in("conv").active(x, Conv.of(16 * base, 3).asRepSite());
    c.logits(classify(head, head.drop(x, dropout), c.classes()), false);
    if (auxiliary) {
      c.auxiliary(booster(root.in("aux4"), meaning.sixteenth(), base, dropout, c.classes()), false);
    }
    return c.network();
  }

  private static String detail(Layers l, String image, int base) {
    String x = image;
    for (int stage = 1; stage <= 3; stage++) {
      Conv conv = Conv.of(stage == 3 ? 2 * base : base, 3);
      int convs = stage == 1 ? 2 : 3;
      for (int i = 0; i < convs; i++) {
        x = l.in("S" + stage).in(i).active(x, conv.withStride(i == 0 ? 2 : 1));
      }
    }
    return x;
  }

  /** The bilateral guided aggregation, figure 6. */
  private static String aggregate(Layers l, String detail, String meaning) {
    GraphBuilder b = l.graph();
    int channels = l.channels(detail);
    Conv dense = Conv.of(channels, 3).asRepSite().named("0", "1");
    String left = separable(l.in("left1"), detail);
    String small = l.in("left2").norm(detail, dense.withStride(2));
    small = b.averagePool(small, Kernel.of(3).withStride(2), true);
    String right = l.in("right1").norm(meaning, dense);
    left = gated(b, left, l.resize(right, detail, false));
    small = gated(b, small, separable(l.in("right2"), meaning));
    String sum = l.add(left, l.resize(small, detail, false));
    return l.in("conv").active(sum, dense);
  }

  private static String separable(Layers l, String x) {
    int channels = l.channels(x);
    String y = l.norm(x, Conv.of(channels, 3).withGroups(channels).named("0", "1"));
    return l.conv(y, Conv.of(channels, 1).named("2"));
  }

  private static String gated(GraphBuilder b, String x, String gate) {
    return b.binary(Op.Binary.Function.MUL, x, b.unary(Op.Unary.Function.SIGMOID, gate));
  }

  /** Figure 8, with the widths of CoinCheung's implementation. */
  private static String booster(Layers l, String x, int base, double dropout, int classes) {
    String y = l.in("conv").active(x, Conv.of(2 * base, 3).asRepSite());
    y = l.graph().resize(l.drop(y, dropout), "nearest", "asymmetric", 2, 2);
    y = l.in("conv_out").in(0).in(1).active(y, Conv.of(4 * base, 3).asRepSite());
    return classify(l, y, classes);
  }

  private static String classify(Layers l, String x, int classes) {
    return l.in("conv_out").conv(x, Conv.of(classes, 1).withBias().named("1"));
  }
}
