package io.repfold.train;

import io.repfold.graph.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything beside the weights that a run needs to go on as if it had not stopped. The seeds of
 * random numbers are not in it: they follow from the configuration's seed and the step.
 *
 * @param tensors what the optimizer and the schedule remember, by name
 */
record TrainingState(Progress progress, Map<String, Tensor> tensors) {
  TrainingState {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }
}
