package io.repfold.nets;

import io.repfold.config.NamedArguments;
import java.util.ArrayList;
import java.util.List;

/**
 * A classifier of 3 x 3 Rep blocks and ReLUs alone (Ding et al., "RepVGG", CVPR 2021,
 * arXiv:2101.03697, table 2). Each stage begins with a stride of 2; every second block is a grouped
 * one.
 *
 * @param variant such as {@code B1g4}
 * @param blocks number of blocks of stages 1 to 4; stage 0 is one block
 * @param width factor of the channels of stages 0 to 3
 * @param lastWidth factor of the channels of stage 4
 * @param groups of every second block after stage 0
 */
record RepVgg(String variant, List<Integer> blocks, double width, double lastWidth, int groups) {
  private static final List<Integer> SHALLOW = List.of(2, 4, 14, 1);
  private static final List<Integer> DEEP = List.of(4, 6, 16, 1);

  static List<RepVgg> all() {
    List<RepVgg> all = new ArrayList<>();
    all.add(new RepVgg("A0", SHALLOW, 0.75, 2.5, 1));
    all.add(new RepVgg("A1", SHALLOW, 1, 2.5, 1));
    all.add(new RepVgg("A2", SHALLOW, 1.5, 2.75, 1));
    all.add(new RepVgg("B0", DEEP, 1, 2.5, 1));
    addGrouped(all, "B1", 2, 4);
    addGrouped(all, "B2", 2.5, 5);
    addGrouped(all, "B3", 3, 5);
    return all;
  }

  private static void addGrouped(List<RepVgg> all, String name, double width, double lastWidth) {
    all.add(new RepVgg(name, DEEP, width, lastWidth, 1));
    all.add(new RepVgg(name + "g2", DEEP, width, lastWidth, 2));
    all.add(new RepVgg(name + "g4", DEEP, width, lastWidth, 4));
  }

  String type() {
    return "RepVGG-" + variant;
  }

  Network build(Construction c, NamedArguments a) {
    int base = c.baseChannels(64);
    Layers root = c.start();
    c.classes(stages(root.in(Construction.BACKBONE), c.image(), base));
    return c.network();
  }

  private String stages(Layers l, String image, int base) {
    int first = (int) Math.min(base, width * base);
    String x = block(l.in("stage0"), image, 0, Conv.of(first, 3).withStride(2));
    int position = 1;
    for (int stage = 1; stage <= 4; stage++) {
      double factor = stage == 4 ? lastWidth : width;
      int channels = (int) (factor * (base << (stage - 1)));
      for (int i = 0; i < blocks.get(stage - 1); i++, position++) {
        Conv conv = Conv.of(channels, 3).withStride(i == 0 ? 2 : 1);
        conv = conv.withGroups(position % 2 == 0 ? groups : 1);
        x = block(l.in("stage" + stage), x, i, conv);
      }
    }
    return x;
  }

  private static String block(Layers l, String x, int index, Conv conv) {
    String name = Integer.toString(index);
    return l.in(name).activate(l.rep(x, conv.asRepSite().named(name)));
  }
}
