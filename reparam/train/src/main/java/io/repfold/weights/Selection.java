package io.repfold.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Decides which of the dicts of a checkpoint are its weights. */
final class Selection {
  private static final String PADDLE_NAMES = "StructuredToParameterName@@";
  private static final String PADDLE_PARTS = "UnpackBigParamInfor@@";
  private static final int SHOWN = 5;

  private Selection() {}

  /**
   * @param under the path of keys to the weights, if not the usual one
   */
  static Selected of(Object root, Optional<String> under) {
    Map<String, Object> places = Places.in(root);
    Check.that(!places.isEmpty(), "%s", nothing(root));
    String path = under.orElseGet(() -> usual(places));
    Object place =
        Optional.ofNullable(places.get(path))
            .or(() -> Places.at(root, path))
            .orElseThrow(
                () ->
                    new WeightsException(
                        "holds no weights under '%s', but under %s"
                            .formatted(path, quoted(places))));
    List<String> notes = new ArrayList<>();
    if (!path.isEmpty()) {
      notes.add("read what is under '%s'".formatted(path));
      Map<String, Object> others = new LinkedHashMap<>(places);
      others.remove(path);
      if (!others.isEmpty()) {
        notes.add(
            "weights under %s are left out; name one of these to take it instead"
                .formatted(quoted(others)));
      }
    }
    if (place instanceof Inert module) {
      notes.add("read the parameters and buffers of a pickled '%s'".formatted(module.type()));
      return new Selected(Modules.tensors(module), notes);
    }
    return new Selected(tensors((Dict) place, notes), notes);
  }

  private static String usual(Map<String, Object> places) {
    String first = places.keySet().iterator().next();
    Check.that(
        places.size() == 1 || Places.isUsual(first),
        "holds weights under %s; say which to take",
        quoted(places));
    return first;
  }

  private static String quoted(Map<String, Object> places) {
    return places.keySet().stream()
        .map(path -> path.isEmpty() ? "no key" : "'" + path + "'")
        .collect(Collectors.joining(", "));
  }

  private static Map<String, Object> tensors(Dict dict, List<String> notes) {
    Check.that(
        dict.get(PADDLE_PARTS) == null,
        "holds parameters of Paddle in parts, under '%s'; save it again: paddle.save(paddle.load(...), ..., protocol=4)",
        PADDLE_PARTS);
    Map<String, Object> tensors = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    dict.entries()
        .forEach(
            (key, value) -> {
              if (key instanceof String name && Tensors.isTensor(value)) {
                tensors.put(name, value);
              } else if (!PADDLE_NAMES.equals(key)) {
                others.add(key instanceof String name ? name : Kinds.of(key));
              }
            });
    if (!others.isEmpty()) {
      notes.add(
          "%d entries that are no tensors are left out: %s%s"
              .formatted(
                  others.size(),
                  others.stream().limit(SHOWN).collect(Collectors.joining(", ")),
                  others.size() > SHOWN ? ", ..." : ""));
    }
    return tensors;
  }

  private static String nothing(Object root) {
    if (root instanceof Inert object) {
      return "holds %s, which shows no parameters. %s"
          .formatted(Kinds.of(object), Modules.SAVE_WEIGHTS);
    }
    if (root instanceof Dict dict) {
      return "holds no tensors, only %s. %s"
          .formatted(
              dict.entries().keySet().stream()
                  .limit(SHOWN)
                  .map(key -> key instanceof String name ? "'" + name + "'" : Kinds.of(key))
                  .collect(Collectors.joining(", ")),
              Modules.SAVE_WEIGHTS);
    }
    return "holds %s, expected a dict of tensors. %s"
        .formatted(Kinds.of(root), Modules.SAVE_WEIGHTS);
  }
}
