package io.repfold.weights;

import java.util.Map;

/** What values of a pickle are called in messages. */
final class Kinds {
  private static final Map<Class<?>, String> NAMES =
      Map.of(
          String.class, "a text",
          Bytes.class, "bytes",
          Sequence.class, "a list",
          Dict.class, "a dict",
          None.class, "None",
          TensorView.class, "a tensor",
          NumpyArray.class, "an array",
          TypedStorage.class, "a storage");

  private Kinds() {}

  static String of(Object value) {
    if (value instanceof Inert object) {
      return "an object of class '%s'".formatted(object.type());
    }
    if (value instanceof Global global) {
      return "the name '%s'".formatted(global);
    }
    if (value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    return NAMES.getOrDefault(value.getClass(), "something else");
  }
}
