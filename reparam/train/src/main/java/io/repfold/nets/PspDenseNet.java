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
    FcnHead head = new FcnHead(auxiliary, width, false, dropout);
    c.logits(head.append(root.in("head"), joined, c.classes()), aligned);
    head.append(c, root, maps.third(), aligned);
    return c.network();
  }
}
