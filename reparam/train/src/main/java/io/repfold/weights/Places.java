package io.repfold.weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the dicts and modules of a checkpoint that hold weights. */
final class Places {
  /** Keys under which training programs save weights, those that are meant first. */
  private static final List<String> KEYS =
      List.of(
          "state_dict",
          "model_state_dict",
          "model",
          "net",
          "network",
          "params",
          "state_dict_ema",
          "ema_state_dict",
          "ema");

  private static final int DEEPEST = 4;

  private Places() {}

  /**
   * Dicts with tensors and modules by the path of keys to them, such as {@code model.state_dict},
   * the first that is meant first; the path to the value itself is empty.
   */
  static Map<String, Object> in(Object value) {
    Map<String, Object> places = new LinkedHashMap<>();
    add(value, "", 0, places);
    return places;
  }

  /** Whether one of the usual keys leads there. */
  static boolean isUsual(String path) {
    return path.isEmpty() || KEYS.contains(path.split("\\.", 2)[0]);
  }

  private static void add(Object value, String path, int depth, Map<String, Object> places) {
    if (Modules.isModule(value)) {
      places.put(path, value);
      return;
    }
    if (!(dict(value) instanceof Dict dict)) {
      return;
    }
    int before = places.size();
    if (depth < DEEPEST) {
      for (String key : KEYS) {
        Object inner = dict.get(key);
        if (inner != null) {
          add(inner, join(path, key), depth + 1, places);
        }
      }
    }
    if (places.size() > before) {
      return;
    }
    if (dict.entries().values().stream().anyMatch(Tensors::isTensor)) {
      places.put(path, dict);
    } else {
      dict.entries().forEach((key, inner) -> addOther(key, inner, path, places));
    }
  }

  private static void addOther(Object key, Object inner, String path, Map<String, Object> places) {
    boolean holds =
        Modules.isModule(inner)
            || dict(inner) instanceof Dict dict
                && dict.entries().values().stream().anyMatch(Tensors::isTensor);
    if (key instanceof String name && holds) {
      places.put(join(path, name), Modules.isModule(inner) ? inner : dict(inner));
    }
  }

  /** The value as a dict, also if it is of a class that is a kind of dict; else itself. */
  private static Object dict(Object value) {
    return value instanceof Inert object && !object.items().entries().isEmpty()
        ? object.items()
        : value;
  }

  private static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
