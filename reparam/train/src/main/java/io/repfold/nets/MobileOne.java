package io.repfold.nets;

import io.repfold.config.NamedArguments;
import java.util.List;

/**
 * A classifier of depthwise 3 x 3 and pointwise Rep blocks in turn, each with a ReLU (Vasu et al.,
 * "MobileOne", CVPR 2023, arXiv:2206.04040, table 6). Each stage begins with a stride of 2.
 * Parameters are named as timm names them, but for the branches of the blocks.
 *
 * @param variant such as {@code S0}
 * @param widths factors of the channels of the four stages
 * @param copies branches of the block's own kernel
 * @param gated how many pairs of blocks at the end of each stage are followed by {@link
 *     SqueezeExcite}s
 */
record MobileOne(String variant, List<Double> widths, int copies, List<Integer> gated) {
  private static final List<Integer> PAIRS = List.of(2, 8, 10, 1);
  private static final List<Integer> UNGATED = List.of(0, 0, 0, 0);
  private static final int REDUCTION = 16;

  static List<MobileOne> all() {
    return List.of(
        new MobileOne("S0", List.of(0.75, 1.0, 1.0, 2.0), 4, UNGATED),
        new MobileOne("S1", List.of(1.5, 1.5, 2.0, 2.5), 1, UNGATED),
        new MobileOne("S2", List.of(1.5, 2.0, 2.5, 4.0), 1, UNGATED),
        new MobileOne("S3", List.of(2.0, 2.5, 3.0, 4.0), 1, UNGATED),
        new MobileOne("S4", List.of(3.0, 3.5, 3.5, 4.0), 1, List.of(0, 0, 5, 1)));
  }

  String type() {
    return "MobileOne-" + variant;
  }

  Network build(Construction c, NamedArguments a) {
    int base = c.baseChannels(64);
    Layers root = c.start();
    c.classes(stages(root.in(Construction.BACKBONE), c.image(), base));
    return c.network();
  }

  private String stages(Layers l, String image, int base) {
    int first = (int) Math.min(base, widths.get(0) * base);
    Conv stem = Conv.of(first, 3).withStride(2).withCopies(1).named("stem");
    String x = l.activate(l.rep(image, stem));
    for (int stage = 0; stage < PAIRS.size(); stage++) {
      Layers blocks = l.in("stages").in(stage);
      int channels = (int) (widths.get(stage) * (base << stage));
      int pairs = PAIRS.get(stage);
      for (int i = 0; i < pairs; i++) {
        boolean squeezes = i >= pairs - gated.get(stage);
        int in = l.channels(x);
        Conv depthwise = Conv.of(in, 3).withGroups(in).withStride(i == 0 ? 2 : 1);
        x = block(blocks, x, 2 * i, depthwise, squeezes);
        x = block(blocks, x, 2 * i + 1, Conv.of(channels, 1), squeezes);
      }
    }
    return x;
  }

  private String block(Layers l, String x, int index, Conv conv, boolean squeezes) {
    String name = Integer.toString(index);
    String y = l.rep(x, conv.withCopies(copies).named(name));
    if (squeezes) {
      int inner = Eights.nearest((double) conv.channels() / REDUCTION);
      y = new SqueezeExcite(inner, false).append(l.in(name).in("attn"), y);
    }
    return l.in(name).activate(y);
  }
}
