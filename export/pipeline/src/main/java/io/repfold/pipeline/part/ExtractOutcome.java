package io.repfold.pipeline.part;

import io.repfold.graph.Value;
import java.util.List;

/**
 * What an extracted part of a model is.
 *
 * @param nodes how many of the model's nodes it has
 * @param of how many nodes the model has
 * @param inputs those that callers must give, with what is known of their shapes
 * @param outputs likewise
 */
public record ExtractOutcome(int nodes, int of, List<Value> inputs, List<Value> outputs) {
  public ExtractOutcome {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
