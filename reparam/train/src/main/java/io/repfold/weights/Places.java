package io.repfold.weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
          "model_ema",
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

  /** The dict with tensors or the module at a path of keys, whatever they are, if there is one. */
  static Optional<Object> at(Object value, String path) {
    if (!(dict(value) instanceof Dict dict)) {
      return Optional.empty();
    }
    Object inner = dict.get(path);
    if (inner != null && holds(inner)) {
      return Optional.of(Modules.isModule(inner) ? inner : dict(inner));
    }
    int dot = path.indexOf('.');
    Object next = dot < 0 ? null : dict.get(path.substring(0, dot));
    return next == null ? Optional.empty() : at(next, path.substring(dot + 1));
  }

  private static boolean holds(Object inner) {
    return Modules.isModule(inner)
        || dict(inner) instanceof Dict dict
            && dict.entries().values().stream().anyMatch(Tensors::isTensor);
  }

  private static void addOther(Object key, Object inner, String path, Map<String, Object> places) {
    if (key instanceof String name && holds(inner)) {
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
