package io.repfold.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.repfold.pipeline.ModelFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page in a browser, where there is one: the program chromium. */
class BrowserTest {
  /** A frame as wide as a telephone; it says what its page came to once that has drawn. */
  private static final String FRAME =
      """
      <!DOCTYPE html><html><body><iframe id="page" style="width:400px;height:800px;border:0" srcdoc="%s"></iframe>
      <pre id="result">nothing</pre><script>
      addEventListener("load", () => {
        const page = document.getElementById("page").contentDocument;
        page.querySelectorAll(".box.scope")[0].dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
        document.getElementById("result").textContent = "width " + page.documentElement.scrollWidth
          + ", boxes " + page.querySelectorAll(".box").length + ", title " + page.querySelector("#panel h2").textContent
          + ", open " + [...page.querySelectorAll(".crumbs strong")].map(scope => scope.textContent).join(" ");
      });
      </script></body></html>
      """;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"'', stem", "../../samples/models/deployed.onnx, stem deployed.onnx"})
  void the_page_draws_opens_a_scope_and_fits_a_telephone(String other, String opened)
      throws Exception {
    String chromium = chromium();
    ModelView view = ModelView.of(ModelViewTest.TRAINED);
    String page =
        other.isEmpty()
            ? view.page()
            : view.beside(ModelFile.read(Path.of(other)), Map.of()).page();
    String escaped = page.replace("&", "&amp;").replace("\"", "&quot;");
    Path frame = Files.writeString(folder.resolve("frame.html"), FRAME.formatted(escaped));
    Path errors = folder.resolve("errors");
    Path shown = folder.resolve("shown");

    Process process =
        new ProcessBuilder(
                chromium,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--enable-logging=stderr",
                "--user-data-dir=" + folder.resolve("profile"),
                "--virtual-time-budget=5000",
                "--dump-dom",
                frame.toUri().toString())
            .redirectOutput(shown.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }

    assertThat(Files.readString(shown))
        .containsPattern(
            Pattern.compile(
                "<pre id=\"result\">width 400, boxes \\d+, title stem, open " + opened + "</pre>"));
    assertThat(Files.readString(errors)).doesNotContain("CONSOLE");
  }

  private static String chromium() throws IOException {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String folder : path.split(File.pathSeparator, -1)) {
      Path program = Path.of(folder, "chromium");
      if (Files.isExecutable(program)) {
        return program.toString();
      }
    }
    assumeTrue(false, "there is no program chromium on the path");
    throw new IOException("not reached");
  }
}
