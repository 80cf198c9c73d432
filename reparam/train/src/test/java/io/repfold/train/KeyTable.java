package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The tables of a document whose first column is named {@code key} or {@code key of `section`}. A
 * default is JSON, a text in backticks, {@code required} or {@code none}.
 */
final class KeyTable {
  static final String REQUIRED = "required";
  static final String NONE = "none";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern CODE = Pattern.compile("`([^`]*)`");

  private KeyTable() {}

  /**
   * A line of a table.
   *
   * @param section path of the object that the key is in; empty for the root
   * @param types what the key is an argument of; empty for all
   * @param fallback the default, as its cell says it
   */
  record Row(String section, String key, List<String> types, String fallback, String range) {
    String path() {
      return section.isEmpty() ? key : section + "." + key;
    }

    boolean isRequired() {
      return fallback.equals(REQUIRED);
    }

    boolean isOf(String type) {
      return types.isEmpty() || types.contains(type);
    }

    /** The default, if there is one. */
    Optional<Object> value() {
      if (isRequired() || fallback.equals(NONE)) {
        return Optional.empty();
      }
      List<String> text = codes(fallback);
      if (text.size() == 1 && fallback.equals("`" + text.get(0) + "`")) {
        return Optional.of(text.get(0));
      }
      try {
        return Optional.of(JSON.readValue(fallback, Object.class));
      } catch (JsonProcessingException e) {
        throw new AssertionError(
            "The default of %s is no value: %s".formatted(path(), fallback), e);
      }
    }

    @Override
    public String toString() {
      return types.isEmpty() ? path() : path() + " of " + String.join(", ", types);
    }
  }

  static List<Row> of(Path document) {
    List<Row> rows = new ArrayList<>();
    List<String> names = List.of();
    for (String line : lines(document)) {
      List<String> cells = cells(line);
      if (cells.isEmpty()) {
        names = List.of();
      } else if (names.isEmpty()) {
        names = cells;
      } else if (names.get(0).matches("key|key of .*") && !line.startsWith("| ---")) {
        assertThat(cells).as(line).hasSameSizeAs(names);
        rows.addAll(rows(names, cells));
      }
    }
    return rows;
  }

  private static List<Row> rows(List<String> names, List<String> cells) {
    List<String> sections = codes(names.get(0));
    List<String> keys = codes(cells.get(0));
    assertThat(keys).as("keys of %s", cells).hasSize(1);
    int of = names.indexOf("of");
    List<String> types = of < 0 || cells.get(of).equals("all") ? List.of() : codes(cells.get(of));
    String fallback = cells.get(names.indexOf("default"));
    String range = cells.get(names.indexOf("range"));
    return (sections.isEmpty() ? List.of("") : sections)
        .stream().map(s -> new Row(s, keys.get(0), types, fallback, range)).toList();
  }

  private static List<String> codes(String text) {
    return CODE.matcher(text).results().map((MatchResult m) -> m.group(1)).toList();
  }

  /** The cells of a table's line; none of another line. */
  private static List<String> cells(String line) {
    if (!line.startsWith("|")) {
      return List.of();
    }
    String[] cells = line.substring(1, line.lastIndexOf('|')).split("\\|", -1);
    return List.of(cells).stream().map(String::strip).toList();
  }

  static List<String> lines(Path document) {
    try {
      return Files.readAllLines(document);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
