package io.repfold.nets;

import io.repfold.config.NamedArguments;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The decoder of DeepLabV3+ (Chen et al., ECCV 2018, arXiv:1802.02611): features are joined to a
 * finer map with fewer channels, and two 3 x 3 convolutions, places of Rep blocks, merge both.
 *
 * @param width channels of the two convolutions; the finer map gets 48/256 of them
 */
record DeepLabDecoder(int width, double dropout) {
  /** Reads {@code head_width} and {@code dropout}. */
  static DeepLabDecoder read(Construction c, NamedArguments a, int published) {
    return new DeepLabDecoder(c.width("head_width", published), SharedArguments.dropout(a, 0.1));
  }

  /**
   * The scores of the classes.
   *
   * @param features given the finer map, the features of its size
   */
  String append(Layers l, String finer, UnaryOperator<String> features, int classes) {
    int reduced = Math.max(1, 48 * width / 256);
    String low = l.active(finer, Conv.of(reduced, 1).named("low", "low_bn"));
    String y = l.graph().concat(List.of(low, features.apply(low)));
    y = l.active(y, Conv.of(width, 3).asRepSite().named("conv1", "bn1"));
    y = l.active(y, Conv.of(width, 3).asRepSite().named("conv2", "bn2"));
    return l.classify(l.drop(y, dropout), classes);
  }
}
