package io.repfold.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A dict of Python, in the order of its entries. Keys that are no numbers or texts are compared by
 * identity, and so are dicts.
 */
final class Dict {
  private final Map<Object, Object> entries = new LinkedHashMap<>(4);

  void put(Object key, Object value) {
    entries.put(key, value);
  }

  @Nullable Object get(String key) {
    return entries.get(key);
  }

  Map<Object, Object> entries() {
    return entries;
  }
}
