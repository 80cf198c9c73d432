package io.repfold.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.config.Bounds;
import io.repfold.config.NamedArguments;
import io.repfold.data.DataException;
import io.repfold.graph.Spelling;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One object of a configuration. A value that is missing or wrong is noted as a problem, and the
 * default stands in for it, so that reading goes on to the other problems. {@code null} is a value
 * left out.
 */
final class ConfigSection {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final String path;
  private final ObjectNode node;
  private final List<String> problems;
  private final List<ConfigSection> all;
  private final Set<String> known = new TreeSet<>();
  private boolean open;

  private ConfigSection(
      String path, ObjectNode node, List<String> problems, List<ConfigSection> all) {
    this.path = path;
    this.node = node;
    this.problems = problems;
    this.all = all;
    all.add(this);
  }

  static ConfigSection root(ObjectNode node) {
    return new ConfigSection("", node, new ArrayList<>(), new ArrayList<>());
  }

  private @Nullable JsonNode find(String key) {
    known.add(key);
    JsonNode value = node.get(key);
    return value == null || value.isNull() ? null : value;
  }

  boolean has(String key) {
    return node.hasNonNull(key);
  }

  /** An inner object; an empty one if it is missing. */
  ConfigSection section(String key) {
    JsonNode value = find(key);
    if (value != null && !value.isObject()) {
      wrong(key, "an object in braces", value);
    }
    ObjectNode inner = value instanceof ObjectNode object ? object : MAPPER.createObjectNode();
    return new ConfigSection(path(key) + ".", inner, problems, all);
  }

  Optional<String> text(String key) {
    JsonNode value = find(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isTextual() || value.asText().isBlank()) {
      wrong(key, "a text in quotes", value);
      return Optional.empty();
    }
    return Optional.of(value.asText());
  }

  /** A list of texts; empty if it is missing. */
  List<String> texts(String key) {
    JsonNode value = find(key);
    List<String> texts = new ArrayList<>();
    if (value != null) {
      value.forEach(text -> texts.add(text.isTextual() ? text.asText() : ""));
      if (!value.isArray() || texts.stream().anyMatch(String::isBlank)) {
        wrong(key, "a list of texts in quotes", value);
        return List.of();
      }
    }
    return texts;
  }

  /** A text that is one of the words; case counts. */
  String choice(String key, Collection<String> words, String fallback) {
    Optional<String> value = text(key);
    if (value.isPresent() && !words.contains(value.get())) {
      problems.add(
          String.valueOf(NamedArguments.unknown(path(key), value.get(), words).getMessage()));
      return fallback;
    }
    return value.orElse(fallback);
  }

  boolean flag(String key, boolean fallback) {
    JsonNode value = find(key);
    if (value == null || value.isBoolean()) {
      return value == null ? fallback : value.asBoolean();
    }
    wrong(key, "true or false", value);
    return fallback;
  }

  int integer(String key, int least, int most, int fallback) {
    return (int) whole(key, least, most, fallback);
  }

  long whole(String key, long least, long most, long fallback) {
    JsonNode value = find(key);
    if (value == null) {
      return fallback;
    }
    boolean fits =
        value.isNumber()
            && value.asDouble() == Math.rint(value.asDouble())
            && value.canConvertToLong();
    if (!fits || value.asLong() < least || value.asLong() > most) {
      boolean unbounded = most == Long.MAX_VALUE || most == Integer.MAX_VALUE;
      wrong(
          key,
          "a whole number "
              + (unbounded ? "of at least " + least : "from %d to %d".formatted(least, most)),
          value);
      return fallback;
    }
    return value.asLong();
  }

  /** A number from {@code least} to {@code most}, both allowed. */
  double number(String key, double least, double most, double fallback) {
    JsonNode value = find(key);
    if (value == null) {
      return fallback;
    }
    boolean fits = value.isNumber() && value.asDouble() >= least && value.asDouble() <= most;
    if (!fits) {
      wrong(key, "a number " + Bounds.between(least, most), value);
      return fallback;
    }
    return value.asDouble();
  }

  /** All that is in an inner object, as plain maps, lists, texts, numbers and booleans. */
  Map<String, Object> free(String key) {
    ConfigSection inner = section(key);
    inner.open = true;
    return inner.values();
  }

  /** This object as plain values, in order. */
  Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    node.properties()
        .forEach(
            e -> {
              if (!e.getValue().isNull()) {
                values.put(e.getKey(), MAPPER.convertValue(e.getValue(), Object.class));
              }
            });
    return Collections.unmodifiableMap(values);
  }

  /** Allows these keys without reading them. */
  ConfigSection allow(Collection<String> keys) {
    known.addAll(keys);
    return this;
  }

  /** Notes what another reader of a part finds wrong with it. */
  void check(String key, Runnable reader) {
    try {
      reader.run();
    } catch (DataException | IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      problems.add(message.startsWith(path(key)) ? message : path(key) + ": " + message);
    }
  }

  /** Whether nothing that was read of this object so far is wrong. */
  boolean isSound() {
    return problems.stream().noneMatch(problem -> problem.startsWith(path));
  }

  void problem(String key, String message) {
    problems.add(path(key) + ": " + message);
  }

  private void wrong(String key, String expected, JsonNode found) {
    String text = found.toString();
    String shown = text.length() > 60 ? text.substring(0, 57) + "..." : text;
    problems.add("%s: must be %s, found %s".formatted(path(key), expected, shown));
  }

  private String path(String key) {
    return path + key;
  }

  /** Every problem of all sections, those of keys that no one asked for last. */
  List<String> problems() {
    List<String> found = new ArrayList<>(problems);
    for (ConfigSection section : all) {
      section.node.fieldNames().forEachRemaining(key -> section.unknown(key).ifPresent(found::add));
    }
    return found;
  }

  private Optional<String> unknown(String key) {
    if (open || known.contains(key)) {
      return Optional.empty();
    }
    Optional<ConfigSection> home =
        Spelling.near(key, known).isPresent()
            ? Optional.empty()
            : all.stream().filter(s -> s.known.contains(key)).findFirst();
    String hint =
        home.map(s -> "; did you mean '%s'?".formatted(s.path(key)))
            .orElseGet(() -> Spelling.hint(key, known));
    return Optional.of("%s: is not known here%s".formatted(path(key), hint));
  }
}
