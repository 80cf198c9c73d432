package io.repfold.nets;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.ArrayList;
import java.util.List;

/**
 * Atrous spatial pyramid pooling (Chen et al., "Rethinking Atrous Convolution", 2017,
 * arXiv:1706.05587): a 1 x 1 convolution, 3 x 3 convolutions of several dilations, and the mean of
 * the image, joined. The dilated convolutions are places of Rep blocks.
 *
 * @param rates the dilations
 * @param width channels of each branch
 * @param poolFirst whether the mean is before the other branches, and not behind them
 */
record Aspp(List<Integer> rates, int width, boolean poolFirst, boolean alignsCorners) {
  Aspp(List<Integer> rates, int width, boolean alignsCorners) {
    this(rates, width, false, alignsCorners);
  }

  /** The branches one after another along the channels. */
  String append(Layers l, String x) {
    List<String> branches = new ArrayList<>();
    branches.add(l.in("pointwise").active(x, Conv.of(width, 1)));
    for (int rate : rates) {
      Kernel kernel = Kernel.of(3).withDilation(rate);
      branches.add(l.in("rate" + rate).active(x, Conv.of(width, kernel).asRepSite()));
    }
    branches.add(poolFirst ? 0 : branches.size(), pooled(l.in("pool"), x));
    return l.graph().concat(branches);
  }

  private String pooled(Layers l, String x) {
    GraphBuilder b = l.graph();
    String mean = b.named("mean").globalAveragePool(x);
    return l.resize(l.active(mean, Conv.of(width, 1)), x, alignsCorners);
  }
}
