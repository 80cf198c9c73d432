package io.repfold.train;

import ai.djl.ndarray.NDArray;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parameters that learn alike.
 *
 * @param name for logs, such as {@code backbone}
 * @param parameters by name; float32, each with a gradient attached
 * @param rateFactor what the learning rate is multiplied with
 * @param weightDecay L2 penalty, or the decoupled decay of AdamW
 */
record ParameterGroup(
    String name, Map<String, NDArray> parameters, double rateFactor, double weightDecay) {
  ParameterGroup {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    if (!(rateFactor >= 0) || !(weightDecay >= 0)) {
      throw new IllegalArgumentException(
          "Parameter group '%s': rate factor and weight decay must be at least 0, got %s and %s"
              .formatted(name, rateFactor, weightDecay));
    }
  }

  /** The same as two groups, in the second of which the parameters of one axis do not decay. */
  List<ParameterGroup> sparingVectors() {
    Map<String, NDArray> vectors = new LinkedHashMap<>(parameters);
    vectors.values().removeIf(parameter -> parameter.getShape().dimension() > 1);
    Map<String, NDArray> others = new LinkedHashMap<>(parameters);
    others.keySet().removeAll(vectors.keySet());
    return List.of(
        new ParameterGroup(name, others, rateFactor, weightDecay),
        new ParameterGroup(name + ", one axis", vectors, rateFactor, 0));
  }
}
