package io.repfold.tensorrt;

import java.util.Set;

/**
 * What inputs are called in a plan. In TensorRT no input is an output, so that of a model that
 * gives back what it was given, its parser renames the input.
 *
 * @param outputs the names of the outputs, which stay as they are
 */
record InputNames(Set<String> outputs) {
  private static final String PREFIX = "__";

  InputNames {
    outputs = Set.copyOf(outputs);
  }

  /** In the plan, of an input of the model. */
  String inPlan(String input) {
    return outputs.contains(input) ? PREFIX + input : input;
  }

  /** In the model, of an input of the plan. */
  String inModel(String input) {
    boolean renamed =
        input.startsWith(PREFIX) && outputs.contains(input.substring(PREFIX.length()));
    return renamed ? input.substring(PREFIX.length()) : input;
  }
}
