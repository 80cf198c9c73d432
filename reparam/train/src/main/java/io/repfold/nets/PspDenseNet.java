package io.repfold.nets;

import io.repfold.config.NamedArguments;
import java.util.List;

/** {@link PspNet} on a {@link DenseNet} whose last two blocks are dilated. */
final class PspDenseNet {
  private PspDenseNet() {}

  static Network build(Construction c, NamedArguments a) {
    String name = a.choice("backbone", "densenet201", DenseNet.names());
    DenseNet backbone = DenseNet.of(name, c.baseChannels(DenseNet.publishedChannels(name)), true);
    Pyramid pyramid = Pyramid.PUBLISHED.withAlignedCorners(a.flag("align_corners_pyramid", true));
    boolean aligned = a.flag("align_corners_logits", false);
    boolean deep = a.choice("stem", "7x7", List.of("7x7", "deep")).equals("deep");
    boolean auxiliary = a.flag("use_aux", true);
    double dropout = SharedArguments.dropout(a, 0.1);
    Layers root = c.start();
    DenseNet.Maps maps = backbone.append(root.in(Construction.BACKBONE), c.image(), deep);
    Layers levels = root.in("pyramid");
    int width = root.channels(maps.last()) / 4;
    String joined = pyramid.append(levels, maps.last(), width);
    c.logits(head(root.in("head"), joined, width, dropout, c.classes()), aligned);
    if (auxiliary) {
      Layers l = root.in("auxiliary_head");
      c.auxiliary(head(l, maps.third(), width, dropout, c.classes()), aligned);
    }
    return c.network();
  }

  private static String head(Layers l, String x, int width, double dropout, int classes) {
    String y = l.active(x, Conv.of(width, 3).asRepSite());
    return l.classify(l.dropChannels(y, dropout), classes);
  }
}
