package io.repfold.weights;

import java.util.List;
import java.util.Map;

/**
 * The weights of a file and what is said about them.
 *
 * @param tensors by name, as the pickle describes them
 */
record Selected(Map<String, Object> tensors, List<String> notes) {}
