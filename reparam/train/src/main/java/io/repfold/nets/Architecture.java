package io.repfold.nets;

import io.repfold.graph.WeightSource;

/** A network that a configuration can name. */
interface Architecture {
  /** The value of {@code arch.type}. */
  String type();

  /** Reads all its arguments, {@linkplain Arguments#finish finishes} them and builds. */
  Network build(Arguments arguments, int classes, WeightSource weights);

  WeightSource initialWeights(long seed);
}
