package io.repfold.view;

import com.samskivert.mustache.Mustache;
import io.repfold.pipeline.JsonText;
import io.repfold.pipeline.Release;
import io.repfold.runtime.VisibleText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The page around the numbers; it may run the scripts of this package alone, and fetch nothing. */
final class ViewPage {
  /** In the order in which they build on each other. */
  private static final List<String> SCRIPTS =
      List.of("dagre.min.js", "model.js", "layout.js", "canvas.js", "panel.js", "page.js");

  private ViewPage() {}

  static String of(String title, Map<String, Object> document) {
    String script =
        SCRIPTS.stream()
            .map(ViewPage::resource)
            .map(text -> text.replaceAll("(?m)^//# sourceMappingURL=.*$", ""))
            .collect(Collectors.joining("\n", "\n", "\n"));
    return Mustache.compiler()
        .escapeHTML(true)
        .compile(resource("page.html"))
        .execute(
            Map.of(
                "title",
                VisibleText.line(title),
                "tool",
                "repfold " + Release.version(),
                "style",
                resource("colors.html") + resource("page.css"),
                "script",
                script,
                "hash",
                "sha256-" + hash(script),
                "data",
                json(document)));
  }

  /** JSON that no HTML parser takes for markup. */
  static String json(Map<String, Object> document) {
    return JsonText.compact(document)
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026");
  }

  private static String hash(String script) {
    try {
      byte[] text = script.getBytes(StandardCharsets.UTF_8);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** With the line ends that browsers hash, however it was checked out. */
  private static String resource(String file) {
    try (InputStream stream = ViewPage.class.getResourceAsStream(file)) {
      byte[] text = Objects.requireNonNull(stream, file).readAllBytes();
      return new String(text, StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read".formatted(file), e);
    }
  }
}
