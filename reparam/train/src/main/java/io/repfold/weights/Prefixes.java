package io.repfold.weights;

import io.repfold.graph.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes off what DataParallel, AveragedModel and torch.compile put in front of all names. */
final class Prefixes {
  private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

  /** What AveragedModel, a wrapper too, counts beside the model. */
  private static final String COUNTER = "n_averaged";

  private Prefixes() {}

  /**
   * @param notes to which is added what was taken off
   */
  static Map<String, Tensor> without(Map<String, Tensor> tensors, List<String> notes) {
    Map<String, Tensor> named = new LinkedHashMap<>(tensors);
    Tensor count = named.remove(COUNTER);
    if (count != null && count.rank() == 0 && isOfAll(WRAPPERS.get(0), named)) {
      notes.add("the counter '%s' of AveragedModel is left out".formatted(COUNTER));
    } else {
      named = tensors;
    }
    for (boolean again = true; again; ) {
      again = false;
      for (String prefix : WRAPPERS) {
        if (isOfAll(prefix, named)) {
          named = cut(prefix, named);
          notes.add("the prefix '%s' of all names is left out".formatted(prefix));
          again = true;
        }
      }
    }
    return named;
  }

  private static boolean isOfAll(String prefix, Map<String, Tensor> tensors) {
    return !tensors.isEmpty()
        && tensors.keySet().stream()
            .allMatch(name -> name.startsWith(prefix) && name.length() > prefix.length());
  }

  private static Map<String, Tensor> cut(String prefix, Map<String, Tensor> tensors) {
    Map<String, Tensor> cut = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> cut.put(name.substring(prefix.length()), tensor));
    return cut;
  }
}
