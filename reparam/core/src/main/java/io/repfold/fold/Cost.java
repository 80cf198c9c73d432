package io.repfold.fold;

/**
 * What a piece of a graph costs for one position of an output grid: multiply-adds (an addition
 * counts as one), and memory traffic in elements read and written. Weights are not counted as
 * traffic: they are shared by all positions.
 */
record Cost(double multiplyAdds, double traffic) {
  /** A tensor has at most 2 GiB, and a weight at most eight bytes. */
  private static final double MOST_WEIGHTS = 0x1p28 - 1;

  static final Cost NONE = new Cost(0, 0);
  static final Cost IMPOSSIBLE = new Cost(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

  Cost plus(Cost other) {
    return new Cost(multiplyAdds + other.multiplyAdds, traffic + other.traffic);
  }

  Cost times(double factor) {
    return new Cost(multiplyAdds * factor, traffic * factor);
  }

  /** Whether neither grows (multiply-adds may, by a factor) and one shrinks. */
  boolean improvesOn(Cost before, double growth) {
    return multiplyAdds <= before.multiplyAdds * growth
        && traffic <= before.traffic
        && (multiplyAdds < before.multiplyAdds || traffic < before.traffic);
  }

  /**
   * The cost of an affine map as the node that is there: nothing for the identity, traffic for what
   * only moves elements, that of one Conv otherwise.
   */
  static Cost of(Affine map) {
    Cost convolution = ofConvolution(map);
    return map.onlyMoves() ? new Cost(0, convolution.traffic) : convolution;
  }

  /** Nothing for the identity, one Conv (with a crop where it needs one) otherwise. */
  static Cost ofConvolution(Affine map) {
    if (map.isIdentity()) {
      return NONE;
    }
    Weights weights = map.weights();
    double sampled = positionsRead(map);
    double traffic = weights.in() * sampled + weights.out();
    for (int axis = 0; axis < map.rank() && map.openPadding().isEmpty(); axis++) {
      if (map.padBegin(axis) < 0 || map.padEnd(axis) < 0) {
        traffic += 2 * weights.in() * sampled;
        break;
      }
    }
    double elements = (double) weights.out() * weights.columns() * weights.taps().kernelSize();
    return elements > MOST_WEIGHTS ? IMPOSSIBLE : new Cost(elements, traffic);
  }

  /** The cost of adding {@code terms} maps of {@code channels} channels, two at a time. */
  static Cost ofSum(int terms, int channels) {
    return new Cost(channels, 3.0 * channels).times(terms - 1);
  }

  /** How many positions of its input grid an affine map has for one of its output grid. */
  static double positionsRead(Affine map) {
    double positions = 1;
    for (int stride : map.stride()) {
      positions *= stride;
    }
    return positions;
  }
}
