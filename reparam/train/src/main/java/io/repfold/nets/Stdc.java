package io.repfold.nets;

import io.repfold.graph.Kernel;
import java.util.ArrayList;
import java.util.List;

/**
 * A short-term dense concatenate network (Fan et al., "Rethinking BiSeNet for Real-time Semantic
 * Segmentation", CVPR 2021, arXiv:2104.13188). A block joins the maps of four convolutions in a
 * row, each half as wide as the one before it. Parameters are named as PaddleSeg names them.
 *
 * @param blocks of the three stages; 2, 2, 2 for STDC1 and 4, 5, 3 for STDC2
 * @param baseChannels channels of the second convolution; 64 as published
 */
record Stdc(List<Integer> blocks, int baseChannels) {
  /** Feature maps of 1/8, 1/16 and 1/32 of the image's size. */
  record Maps(String eighth, String sixteenth, String last) {
    List<String> all() {
      return List.of(eighth, sixteenth, last);
    }
  }

  Maps append(Layers backbone, String image) {
    Layers l = backbone.in("features");
    String x = l.in(0).active(image, Conv.of(Math.max(1, baseChannels / 2), 3).withStride(2));
    x = l.in(1).active(x, Conv.of(baseChannels, 3).withStride(2));
    List<String> maps = new ArrayList<>();
    int index = 2;
    for (int stage = 0; stage < blocks.size(); stage++) {
      for (int i = 0; i < blocks.get(stage); i++) {
        x = block(l.in(index++), x, (4 * baseChannels) << stage, i == 0);
      }
      maps.add(x);
    }
    return new Maps(maps.get(0), maps.get(1), maps.get(2));
  }

  private static String block(Layers l, String x, int channels, boolean halves) {
    Layers convs = l.in("conv_list");
    String first = convs.in(0).active(x, Conv.of(channels / 2, 1));
    String y = first;
    if (halves) {
      Conv avd = Conv.of(channels / 2, 3).withStride(2).withGroups(channels / 2);
      y = l.in("avd_layer").norm(first, avd.named("0", "1"));
      first = l.graph().averagePool(first, Kernel.of(3).withStride(2), false);
    }
    List<String> parts = new ArrayList<>(List.of(first));
    for (int i = 1; i <= 3; i++) {
      y = convs.in(i).active(y, Conv.of(Math.max(1, channels >> Math.min(i + 1, 3)), 3));
      parts.add(y);
    }
    return l.graph().concat(parts);
  }
}
