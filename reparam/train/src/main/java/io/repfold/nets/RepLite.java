package io.repfold.nets;

import io.repfold.config.NamedArguments;
import java.util.List;

/**
 * A small segmentation network for processors: 3 x 3 Rep blocks and ReLUs alone, that look further
 * by dilation instead of pooling, and two 1 x 1 classifiers.
 *
 * <pre>
 *   image  3, 1/1
 *   fine   width, 1/2       block of stride 2
 *   wide   2 width, 1/4     block of stride 2, then a block for each dilation
 *   logits                  resize(resize(classify(wide)) + classify(fine))
 * </pre>
 *
 * <p>The classifier of the fine features draws the outlines that the others are too coarse for.
 */
final class RepLite {
  private static final int WIDTH = 24;
  private static final List<Integer> DILATIONS = List.of(1, 2, 4, 2);

  private RepLite() {}

  static Network build(Construction c, NamedArguments a) {
    int width = c.width("width", WIDTH);
    List<Integer> dilations = a.integers("dilations", SharedArguments.CHANNELS).orElse(DILATIONS);
    boolean aligned = a.flag("align_corners", false);
    Layers root = c.start();
    Layers backbone = root.in(Construction.BACKBONE);
    String fine = block(backbone, "fine", c.image(), Conv.of(width, 3).withStride(2));
    String wide = block(backbone, "wide", fine, Conv.of(2 * width, 3).withStride(2));
    for (int i = 0; i < dilations.size(); i++) {
      Conv conv = Conv.of(2 * width, 3).withDilation(dilations.get(i));
      wide = block(backbone, "wide" + (i + 1), wide, conv);
    }
    Layers head = root.in("head");
    String coarse = head.conv(wide, Conv.of(c.classes(), 1).withBias().named("wide"));
    String outlines = head.conv(fine, Conv.of(c.classes(), 1).named("fine"));
    c.logits(head.add(head.resize(coarse, fine, aligned), outlines), aligned);
    return c.network();
  }

  private static String block(Layers l, String name, String x, Conv conv) {
    return l.in(name).activate(l.rep(x, conv.asRepSite().named(name)));
  }
}
