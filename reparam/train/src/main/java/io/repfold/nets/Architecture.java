package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.WeightSource;

/** A network that a configuration can name. */
interface Architecture {
  /** The value of {@code arch.type}. */
  String type();

  /** Reads all its arguments, {@linkplain NamedArguments#finish finishes} them and builds. */
  Network build(NamedArguments arguments, int classes, WeightSource weights);

  WeightSource initialWeights(long seed);
}
