package io.repfold.precision.int8;

import io.repfold.graph.Graph;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Says which layers stay float32 because integers do not make them faster. */
@FunctionalInterface
public interface LayerChoice {
  /** All layers compute in integers, as far as their errors allow. */
  LayerChoice ALL_IN_INTEGERS = (layers, draft) -> Set.of();

  /**
   * Chooses.
   *
   * @param layers that can be quantized, by output, in the graph's order
   * @param draft the quantized graph with these layers in float32
   * @return some of the layers
   */
  Set<String> float32(List<String> layers, Function<Set<String>, Graph> draft);
}
