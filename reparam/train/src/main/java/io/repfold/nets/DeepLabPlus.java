package io.repfold.nets;

import io.repfold.config.NamedArguments;
import java.util.ArrayList;
import java.util.List;

/**
 * DeepLabV3+ (Chen et al., ECCV 2018, arXiv:1802.02611) on {@link Xception} or a {@link ResNet}:
 * {@link Aspp} on the last map, resized and joined to a map at 1/4 of the image's size. The 3 x 3
 * convolutions of both are places of Rep blocks.
 */
final class DeepLabPlus {
  private static final ResNet.Published RESNET = new ResNet.Published(false, 16, false);

  private DeepLabPlus() {}

  static List<String> backbones() {
    List<String> all = new ArrayList<>(List.of("xception"));
    all.addAll(ResNet.names());
    return all;
  }

  /** Appends the backbone and tells its low and last map. */
  private interface Backbone {
    List<String> append(Layers l, String image);
  }

  static Network build(Construction c, NamedArguments a) {
    String name = a.choice("backbone", "xception", backbones());
    Backbone backbone;
    int stride;
    int scale;
    if (name.equals("xception")) {
      stride = SharedArguments.outputStride(a, 16, List.of(8, 16));
      int base = c.baseChannels(32);
      scale = 8 * base;
      Xception net = new Xception(base, stride);
      backbone =
          (l, image) -> {
            Xception.Maps maps = net.append(l, image);
            return List.of(maps.low(), maps.last());
          };
    } else {
      ResNet net = ResNet.read(a, name, c.baseChannels(64), RESNET);
      stride = net.outputStride();
      scale = 4 * net.baseChannels();
      backbone =
          (l, image) -> {
            ResNet.Maps maps = net.append(l, image);
            return List.of(maps.first(), maps.last());
          };
    }
    boolean aligned = a.flag("align_corners", true);
    DeepLabDecoder decoder = DeepLabDecoder.read(c, a, scale);
    int width = decoder.width();
    List<Integer> rates = stride == 8 ? List.of(12, 24, 36) : List.of(6, 12, 18);
    Layers root = c.start();
    List<String> maps = backbone.append(root.in(Construction.BACKBONE), c.image());
    Layers aspp = root.in("aspp");
    String merged =
        aspp.in("project")
            .active(new Aspp(rates, width, aligned).append(aspp, maps.get(1)), Conv.of(width, 1));
    String x = aspp.drop(merged, decoder.dropout() == 0 ? 0 : 0.5);
    Layers l = root.in("head");
    String scores = decoder.append(l, maps.get(0), low -> l.resize(x, low, aligned), c.classes());
    c.logits(scores, aligned);
    return c.network();
  }
}
