package io.repfold.nets;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Modules that hold a network, whose names stand before those of its parameters. */
final class Wrapping {
  private static final int DEEPEST = 2;

  private Wrapping() {}

  /**
   * What may stand before the names of a network, shortest first: nothing, and the modules in which
   * more than half of all parameters are, such as {@code model.} of a LightningModule.
   */
  static List<String> prefixes(Collection<String> names) {
    List<String> prefixes = new ArrayList<>(List.of(""));
    for (int depth = 0; depth < DEEPEST; depth++) {
      String outer = prefixes.get(depth);
      String next =
          names.stream()
              .filter(name -> name.startsWith(outer))
              .map(name -> name.substring(0, name.indexOf('.', outer.length()) + 1))
              .filter(prefix -> prefix.length() > outer.length())
              .filter(prefix -> isOfMost(prefix, names))
              .findFirst()
              .orElse("");
      if (next.isEmpty()) {
        return prefixes;
      }
      prefixes.add(next);
    }
    return prefixes;
  }

  private static boolean isOfMost(String prefix, Collection<String> names) {
    return 2 * names.stream().filter(name -> name.startsWith(prefix)).count() > names.size();
  }

  static String cut(String prefix, String name) {
    return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
  }
}
