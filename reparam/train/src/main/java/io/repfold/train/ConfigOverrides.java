package io.repfold.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Single values set on top of a configuration file: {@code trainer.epochs=3}. */
final class ConfigOverrides {
  private ConfigOverrides() {}

  /**
   * Sets values in a tree.
   *
   * @param assignments {@code key.path=value}; the value is JSON, or else a text
   * @return what is wrong with them
   */
  static List<String> apply(ObjectNode root, List<String> assignments) {
    List<String> problems = new ArrayList<>();
    for (String assignment : assignments) {
      Optional<Assignment> parsed = Assignment.parse(assignment);
      List<String> keys = parsed.map(a -> List.of(a.name().split("\\.", -1))).orElse(List.of());
      if (parsed.isEmpty() || keys.stream().anyMatch(String::isBlank)) {
        problems.add("--set %s: must be key=value, such as trainer.epochs=3".formatted(assignment));
        continue;
      }
      set(root, keys, parsed.get().value(), problems);
    }
    return problems;
  }

  private static void set(
      ObjectNode root, List<String> keys, JsonNode value, List<String> problems) {
    ObjectNode node = root;
    StringBuilder path = new StringBuilder();
    Iterator<String> rest = keys.subList(0, keys.size() - 1).iterator();
    while (rest.hasNext()) {
      String key = rest.next();
      path.append(path.isEmpty() ? "" : ".").append(key);
      JsonNode inner = node.get(key);
      if (inner == null || inner.isNull()) {
        node = node.putObject(key);
      } else if (inner instanceof ObjectNode object) {
        node = object;
      } else {
        problems.add(
            "--set %s: '%s' is %s, which has no keys"
                .formatted(String.join(".", keys), path, inner));
        return;
      }
    }
    node.set(keys.get(keys.size() - 1), value);
  }
}
