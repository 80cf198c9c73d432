package io.repfold.nets;

import io.repfold.graph.Kernel;
import java.util.ArrayList;
import java.util.List;

/**
 * The 13 convolutions of VGG-16 (Simonyan and Zisserman, ICLR 2015, arXiv:1409.1556), in five
 * stages, with a ReLU each. Parameters are named as torchvision names them, by their place in its
 * list of layers.
 *
 * @param baseChannels of the first stage; 64 as published
 * @param normalized whether a batch normalization is behind each convolution
 */
record VggFeatures(int baseChannels, boolean normalized) {
  private static final List<Integer> LAYERS = List.of(2, 2, 3, 3, 3);
  private static final List<Integer> FACTORS = List.of(1, 2, 4, 8, 8);

  static int stages() {
    return LAYERS.size();
  }

  static int layers(int stage) {
    return LAYERS.get(stage);
  }

  int channels(int stage) {
    return baseChannels * FACTORS.get(stage);
  }

  /** A stage, from 0, without the pooling behind it. */
  String append(Layers l, String x, int stage, int firstPadding) {
    int place = 0;
    for (int s = 0; s < stage; s++) {
      place += LAYERS.get(s) * step() + 1;
    }
    String y = x;
    for (int i = 0; i < LAYERS.get(stage); i++, place += step()) {
      Kernel kernel = Kernel.of(3);
      if (stage == 0 && i == 0) {
        kernel = kernel.withPads(firstPadding, firstPadding, firstPadding, firstPadding);
      }
      Conv conv = Conv.of(channels(stage), kernel).withBias().asRepSite();
      conv = conv.named(Integer.toString(place), Integer.toString(place + 1));
      y = l.graph().relu(normalized ? l.norm(y, conv) : l.conv(y, conv));
    }
    return y;
  }

  private int step() {
    return normalized ? 3 : 2;
  }

  /** The maps behind the pooling of each stage. */
  List<String> pooled(Layers l, String image, int firstPadding, boolean ceilMode) {
    List<String> maps = new ArrayList<>();
    String x = image;
    for (int stage = 0; stage < stages(); stage++) {
      x = l.halve(append(l, x, stage, firstPadding), ceilMode);
      maps.add(x);
    }
    return maps;
  }
}
