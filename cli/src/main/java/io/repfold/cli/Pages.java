package io.repfold.cli;

import com.samskivert.mustache.Mustache;
import io.repfold.runtime.VisibleText;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Self-contained HTML pages from templates. Names come from strangers' models, so in every value
 * markup is escaped, and what {@link VisibleText} names is shown.
 */
final class Pages {
  private Pages() {}

  /** The page of {@code template.html}, beside this class. */
  static String render(String template, Map<String, Object> values) {
    return Mustache.compiler()
        .escapeHTML(true)
        .strictSections(true)
        .withFormatter(value -> VisibleText.lines(String.valueOf(value)))
        .withLoader(Pages::source)
        .compile(source(template))
        .execute(values);
  }

  /** What {@code table.html} shows; a heading that begins with {@code >} is of numbers. */
  static Map<String, Object> table(List<String> headings, List<List<String>> rows) {
    return Map.of(
        "headings", cells(headings, headings.stream().map(h -> h.replaceFirst("^>", "")).toList()),
        "rows", rows.stream().map(row -> cells(headings, row)).toList());
  }

  private static List<Map<String, Object>> cells(List<String> headings, List<String> row) {
    return IntStream.range(0, row.size())
        .mapToObj(
            i ->
                Map.<String, Object>of(
                    "text", row.get(i),
                    "number", headings.get(i).startsWith(">")))
        .toList();
  }

  private static Reader source(String template) {
    String file = template + ".html";
    try (InputStream stream = Pages.class.getResourceAsStream(file)) {
      byte[] text = Objects.requireNonNull(stream, file).readAllBytes();
      return new StringReader(new String(text, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("The template %s cannot be read".formatted(file), e);
    }
  }
}
