package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The unified perceptual parsing network (Xiao et al., ECCV 2018, arXiv:1807.10221) on a {@link
 * ResNet}: a {@link Pyramid} of means on the last stage and a feature pyramid of all four, merged.
 *
 * <p>As in the trainer that made it known, each level is added to the next one only, and one 3 x 3
 * convolution smooths all levels.
 */
final class UperNet {
  private static final ResNet.Published BACKBONE = new ResNet.Published(false, 16, false);

  private UperNet() {}

  static Network build(Construction c, NamedArguments a) {
    String name = a.choice("backbone", "resnet101", ResNet.names());
    ResNet backbone = ResNet.read(a, name, c.baseChannels(64), BACKBONE);
    boolean aligned = a.flag("align_corners_pyramid", true);
    boolean alignedLogits = a.flag("align_corners_logits", false);
    double dropout = SharedArguments.dropout(a, 0.1);
    int width = backbone.channels(1);
    Pyramid pyramid = Pyramid.PUBLISHED.withBins(List.of(1, 2, 4, 6)).withAlignedCorners(aligned);
    Layers root = c.start();
    ResNet.Maps maps = backbone.append(root.in(Construction.BACKBONE), c.image());
    Layers levels = root.in("pyramid");
    int last = backbone.channels(4);
    String joined = pyramid.append(levels, maps.last(), last / 4);
    String pooled = levels.active(joined, Conv.of(last, 3).asRepSite());
    pooled = levels.dropChannels(pooled, dropout);
    Layers l = root.in("fpn");
    List<String> features = new ArrayList<>(List.of(maps.first()));
    for (String map : List.of(maps.second(), maps.third(), pooled)) {
      features.add(l.conv(map, Conv.of(width, 1).withBias().named("lateral" + features.size())));
    }
    List<String> smooth = smoothed(l, features, width, aligned);
    String merged = l.active(l.graph().concat(smooth), Conv.of(width, 3).asRepSite());
    Conv classifier = Conv.of(c.classes(), 3).withBias().named("classifier");
    c.logits(root.in("head").conv(merged, classifier), alignedLogits);
    return c.network();
  }

  /** Each level with the next coarser one, all of the finest one's size. */
  private static List<String> smoothed(
      Layers l, List<String> features, int width, boolean aligned) {
    GraphBuilder b = l.graph();
    Kernel kernel = Kernel.of(3);
    String weight = b.parameter("smooth.weight", WeightSource.Role.KERNEL, width, width, 3, 3);
    String bias = b.parameter("smooth.bias", WeightSource.Role.BIAS, width);
    List<String> levels = new ArrayList<>();
    for (int i = 0; i < features.size() - 1; i++) {
      String up = l.resize(features.get(i + 1), features.get(i), aligned);
      String sum = l.add(up, features.get(i));
      Op conv = new Op.Conv(kernel.window(), 1);
      String smooth = b.op("smooth", conv, List.of(sum, weight, bias), width);
      levels.add(i == 0 ? smooth : l.resize(smooth, levels.get(0), aligned));
    }
    levels.add(l.resize(features.get(features.size() - 1), levels.get(0), aligned));
    return levels;
  }
}
