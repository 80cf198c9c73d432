package io.repfold.nets;

import io.repfold.config.NamedArguments;

/**
 * A fully convolutional network (Long, Shelhamer and Darrell, CVPR 2015, arXiv:1411.4038) on a
 * dilated {@link ResNet}, as torchvision, GluonCV and mmsegmentation have it.
 */
final class Fcn {
  private static final ResNet.Published BACKBONE = new ResNet.Published(false, 8, true);

  private Fcn() {}

  static Network build(Construction c, NamedArguments a) {
    String name = a.choice("backbone", "resnet50", ResNet.names());
    ResNet backbone = ResNet.read(a, name, c.baseChannels(64), BACKBONE);
    boolean aligned = a.flag("align_corners", false);
    FcnHead auxiliary = FcnHead.auxiliary(c, a, Math.max(1, backbone.channels(3) / 4));
    FcnHead head =
        new FcnHead(
            true, c.width("head_width", backbone.channels(4) / 4), false, auxiliary.dropout());
    Layers root = c.start();
    ResNet.Maps maps = backbone.append(root.in(Construction.BACKBONE), c.image());
    c.logits(head.append(root.in("head"), maps.last(), c.classes()), aligned);
    auxiliary.append(c, root, maps.third(), aligned);
    return c.network();
  }
}
