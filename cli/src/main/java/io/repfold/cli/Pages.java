package io.repfold.cli;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/**
 * Self-contained HTML pages from templates. Names come from strangers' models, so every value is
 * escaped.
 */
final class Pages {
  private Pages() {}

  /** The page of {@code template.html}, beside this class. */
  static String render(String template, Map<String, Object> values) {
    return Mustache.compiler()
        .escapeHTML(true)
        .strictSections(true)
        .withLoader(Pages::source)
        .compile(source(template))
        .execute(values);
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
