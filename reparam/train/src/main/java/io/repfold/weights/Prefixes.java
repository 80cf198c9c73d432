package io.repfold.weights;

import io.repfold.graph.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes off what DataParallel and torch.compile put in front of all names. */
final class Prefixes {
  private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

  private Prefixes() {}

  /**
   * @param notes to which is added what was taken off
   */
  static Map<String, Tensor> without(Map<String, Tensor> tensors, List<String> notes) {
    Map<String, Tensor> named = tensors;
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
