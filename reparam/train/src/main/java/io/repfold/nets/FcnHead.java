package io.repfold.nets;

import io.repfold.config.NamedArguments;

/**
 * A 3 x 3 convolution, a place of Rep blocks, and the classifier.
 *
 * @param used whether there is such a head
 */
record FcnHead(boolean used, int width, boolean biased, double dropout) {
  /** Reads {@code use_aux}, {@code aux_width}, {@code aux_bias} and {@code dropout}. */
  static FcnHead auxiliary(Construction c, NamedArguments a, int published) {
    return auxiliary(c, a, published, false);
  }

  /** Likewise, where a published head has a bias or not. */
  static FcnHead auxiliary(Construction c, NamedArguments a, int published, boolean biased) {
    return new FcnHead(
        a.flag("use_aux", true),
        c.width("aux_width", published),
        a.flag("aux_bias", biased),
        SharedArguments.dropout(a, 0.1));
  }

  /** The scores. */
  String append(Layers l, String x, int classes) {
    String y = l.active(x, Conv.of(width, 3).withBias(biased).asRepSite());
    return l.classify(l.dropChannels(y, dropout), classes);
  }

  /** The auxiliary output, if there is one. */
  void append(Construction c, Layers root, String x, boolean alignsCorners) {
    if (used) {
      c.auxiliary(append(root.in("auxiliary_head"), x, c.classes()), alignsCorners);
    }
  }
}
