package io.repfold.nets;

import io.repfold.config.Bounds;
import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The global convolutional network (Peng et al., "Large Kernel Matters", CVPR 2017,
 * arXiv:1703.02719) on a {@link ResNet}: scores of each stage by k x 1 and 1 x k convolutions,
 * added from the coarsest to the finest, with a residual refinement after each.
 */
final class Gcn {
  private static final Kernel DOUBLING = Kernel.of(3).withStride(2).withPads(1, 1, 1, 1);

  private final int taps;
  private final boolean transposes;
  private final int classes;

  private Gcn(int taps, boolean transposes, int classes) {
    this.taps = taps;
    this.transposes = transposes;
    this.classes = classes;
  }

  static Network build(Construction c, NamedArguments a) {
    String name = a.choice("backbone", "resnet50", ResNet.names());
    ResNet backbone = ResNet.read(a, name, c.baseChannels(64), ResNet.Published.CLASSIFIER);
    int taps = a.integer("kernel_size", Bounds.between(1, 127)).orElse(11);
    if (taps % 2 == 0) {
      throw a.wrong("kernel_size", "odd, so that the maps keep their size", taps);
    }
    boolean transposes = a.flag("use_deconv", false);
    if (transposes) {
      backbone.requireOutputStride(a, 32, "as 'use_deconv' doubles the map of each stage");
    }
    return new Gcn(taps, transposes, c.classes()).build(c, backbone);
  }

  private Network build(Construction c, ResNet backbone) {
    Layers root = c.start();
    ResNet.Maps maps = backbone.append(root.in(Construction.BACKBONE), c.image());
    Layers l = root.in("head");
    Deque<String> finer = new ArrayDeque<>();
    List<String> stages = List.of(maps.first(), maps.second(), maps.third(), maps.last());
    for (int i = 1; i <= stages.size(); i++) {
      String scores = wide(l.in("gcn" + i), stages.get(i - 1));
      finer.push(refined(l.in("refine" + i), scores));
    }
    String x = finer.pop();
    int index = stages.size() + 1;
    while (!finer.isEmpty()) {
      String next = finer.pop();
      x = l.add(up(l, x, next, index), next);
      x = refined(l.in("refine" + index++), x);
    }
    x = refined(l.in("refine" + index), up(l, x, maps.stem(), index));
    index++;
    x = refined(l.in("refine" + index), up(l, x, c.image(), index));
    c.logits(root.conv(x, Conv.of(classes, 1).withBias().named("logits")));
    return c.network();
  }

  /** Both orders of a k x 1 and a 1 x k convolution, summed. */
  private String wide(Layers l, String x) {
    String left = l.conv(x, Conv.of(classes, Kernel.of(taps, 1)).withBias().named("conv11"));
    left = l.conv(left, Conv.of(classes, Kernel.of(1, taps)).withBias().named("conv12"));
    String right = l.conv(x, Conv.of(classes, Kernel.of(1, taps)).withBias().named("conv21"));
    right = l.conv(right, Conv.of(classes, Kernel.of(taps, 1)).withBias().named("conv22"));
    return l.add(left, right);
  }

  private String refined(Layers l, String x) {
    Conv conv = Conv.of(classes, 3).withBias().asRepSite();
    String y = l.graph().relu(l.conv(x, conv.named("conv1")));
    return l.add(x, l.conv(y, conv.named("conv2")));
  }

  private String up(Layers l, String x, String like, int index) {
    if (!transposes) {
      return l.resize(x, like, true);
    }
    GraphBuilder b = l.graph();
    String doubled = b.named("up" + index).convTranspose(x, classes, DOUBLING, 1, false);
    return Sizes.crop(b, "cropped" + index, doubled, like, 0);
  }
}
