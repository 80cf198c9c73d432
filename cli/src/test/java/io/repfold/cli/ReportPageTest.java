package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Layers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of conversions and benchmarks: all figures, the command, and nothing from elsewhere. */
class ReportPageTest {
  @TempDir private Path folder;

  private String page(Object... command) throws IOException {
    Path page = folder.resolve("it's a report.html");
    Object[] words = java.util.Arrays.copyOf(command, command.length + 2);
    words[command.length] = "--report";
    words[command.length + 1] = page;
    CliRun run = CliRun.of(words);
    assertThat(run.code()).as(run.err() + run.out()).isIn(0, 3);
    String html = Files.readString(page);
    assertThat(html)
        .contains("prefers-color-scheme: dark", "class=\"scroll\"", "width=device-width")
        .contains("--report &#39;" + folder + "/it&#39;\\&#39;&#39;s a report.html&#39;</code>")
        .doesNotContain("<script", "http:", "https:", " src=");
    return html;
  }

  /** Its layer's name is markup. */
  private Path hostile() {
    Graph graph =
        new Graph.Builder("g")
            .opset("", 17)
            .input(Value.float32("x", 1, 3, 8, 8))
            .initializer("w", Tensor.ofFloats(new float[5 * 27], 5, 3, 3, 3))
            .initializer("v", Tensor.ofFloats(new float[25], 5, 5, 1, 1))
            .node(Layers.CONV, List.of("x", "w"), "<b>c\u001b[31m</b>")
            .node(Layers.RELU, List.of("<b>c\u001b[31m</b>"), "r")
            .node(Layers.CONV, List.of("r", "v"), "y")
            .output(Value.float32("y", 1, 5, 6, 6))
            .build();
    return Models.write(folder.resolve("hostile.onnx"), graph);
  }

  @Test
  void a_conversion_shows_layers_outputs_and_why_they_are_judged_so() throws IOException {
    Path data = HalfModels.samples(folder, 6, 1, 3, 8, 10);
    Path trained = Models.trained(folder);
    String html =
        page(
            "convert",
            trained,
            "-o",
            folder.resolve("small.onnx"),
            "--precision",
            "int8",
            "--data",
            data);
    assertThat(html)
        .contains("<h1>trained.onnx</h1>", "A conversion to int8 of repfold ")
        .contains("class=\"good\">Verified: ", "<h2>Layers</h2>", "<h2>Outputs</h2>")
        .contains("ONNX Runtime, held out", "is judged as best class: ")
        .contains("<td>scores</td>");
    String half =
        page("convert", trained, "-o", folder.resolve("half.onnx"), "--precision", "fp16");
    assertThat(half).contains("A conversion to fp16 of repfold ", " nodes in float16");
  }

  @Test
  void names_are_shown_and_never_run() throws IOException {
    Path data = HalfModels.samples(folder, 2, 1, 3, 8, 8);
    String html =
        page(
            "convert",
            hostile(),
            "-o",
            folder.resolve("h.onnx"),
            "--precision",
            "int8",
            "--data",
            data);
    assertThat(html).contains("&lt;b&gt;c\\u001b[31m&lt;/b&gt;").doesNotContain("<b>c", "\u001b");
  }

  @Test
  void a_benchmark_shows_its_times_and_circumstances() throws IOException {
    Path trained = Models.trained(folder);
    String html = page("bench", trained, trained, "--runs", 3, "--seconds", 0, "--batch", "1");
    assertThat(html)
        .contains("A benchmark of repfold ", "<h2>Time of one run</h2>")
        .contains("<th class=\"n\">median ms</th>", "speed-up (quartiles)");
  }

  @Test
  void another_ending_is_refused_before_anything_is_done() {
    Path trained = Models.trained(folder);
    CliRun run = CliRun.of("bench", trained, "--report", folder.resolve("x.txt"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("a report's name ends in .json or .html");
  }
}
