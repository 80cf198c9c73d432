package io.repfold.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.MultiplyAdds;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.JsonObject;
import io.repfold.pipeline.JsonReader;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class ModelViewTest {
  private static final String HOSTILE = "a</script><script>alert(1)</script>\u001b[2J\n<!--&amp;";
  private static final Pattern DATA =
      Pattern.compile(
          "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);

  static final Path TRAINED = Path.of("../../samples/models/trained.onnx");

  @TempDir private Path folder;

  static JsonObject data(String page) {
    Matcher found = DATA.matcher(page);
    assertThat(found.find()).isTrue();
    return JsonObject.of(JsonReader.read(found.group(1)), "the page's data");
  }

  private Path write(Graph graph) {
    Path file = folder.resolve("model.onnx");
    OnnxModel.of(graph).write(file);
    return file;
  }

  private static Graph hostile() {
    return new Graph.Builder("g")
        .input(Value.float32("x", 2))
        .initializer(HOSTILE + "w", Tensor.ofFloats(new float[] {1, Float.NaN}, 2))
        .node(
            new Node(
                HOSTILE,
                new Op.Binary(Op.Binary.Function.ADD),
                List.of("x", HOSTILE + "w"),
                List.of(HOSTILE)))
        .output(Value.float32(HOSTILE, 2))
        .build();
  }

  @Test
  void a_page_fetches_nothing_and_may_run_its_own_script_alone() {
    String page = ModelView.of(TRAINED).page();

    assertThat(page)
        .contains("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
        .doesNotContain(
            "src=",
            "href=",
            "@import",
            "sourceMappingURL",
            "eval(",
            "innerHTML",
            "insertAdjacentHTML",
            "document.write");
    assertThat(page.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http://www");
    assertThat(data(page).names()).containsExactly("models");
  }

  @Test
  void names_of_strangers_are_text() {
    String page = ModelView.of(write(hostile())).page();

    assertThat(page.split("<script", -1)).hasSize(3);
    assertThat(page).doesNotContain("\u001b", "alert(1)</script>", "<!--");
    assertThat(page).contains("alert(1)\\u003c/script\\u003e\\\\u001b[2J\\\\u000a");
    assertThat(data(page).names()).containsExactly("models");
  }

  @Test
  void the_picture_is_well_formed_whatever_the_names() throws Exception {
    for (Path file : List.of(TRAINED, write(hostile()))) {
      Element svg = svg(ModelView.of(file).svg());

      assertThat(svg.getTagName()).isEqualTo("svg");
      assertThat(svg.getElementsByTagName("rect").getLength()).isGreaterThan(2);
      assertThat(svg.getElementsByTagName("path").getLength()).isGreaterThan(1);
    }
  }

  @Test
  void ten_thousand_inputs_are_drawn_in_part() throws Exception {
    Graph.Builder graph = new Graph.Builder("g");
    for (int i = 0; i < 10_000; i++) {
      graph.input(Value.float32("x" + i, 1));
    }
    graph.node(new Op.Unary(Op.Unary.Function.RELU), List.of("x0"), "y");
    ModelView view = ModelView.of(write(graph.output(Value.float32("y", 1)).build()));

    assertThat(svg(view.svg()).getElementsByTagName("rect").getLength()).isEqualTo(200);
    assertThat(view.svg()).contains("... and 9,802 more");
    assertThat(view.page()).contains("x9999");
  }

  private static Element svg(String text) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
        .getDocumentElement();
  }

  @Test
  void the_figures_of_scopes_are_the_sums_of_what_is_in_them() {
    Graph graph = OnnxModel.read(TRAINED).graph();

    JsonObject model = data(ModelView.of(TRAINED).page()).objects("models").get(0);

    JsonObject facts = model.optional("facts").orElseThrow();
    assertThat(facts.text("nodes")).isEqualTo("38");
    assertThat(facts.text("convolutions")).isEqualTo("11");
    assertThat(facts.text("batch normalizations")).isEqualTo("12");
    assertThat(facts.text("parameters")).isEqualTo("3,029");
    List<JsonObject> scopes = model.objects("scopes");
    JsonObject root = scopes.get(scopes.size() - 1);
    assertThat(root.number("nodes")).isEqualTo(38);
    assertThat(root.number("parameters")).isEqualTo(3029);
    assertThat(root.number("multiplyAdds")).isEqualTo((double) MultiplyAdds.of(graph).total());
    assertThat(model.objects("entries").stream().filter(e -> e.names().contains("multiplyAdds")))
        .hasSize(11);
  }

  @Test
  void weights_are_told_in_numbers() {
    WeightFacts facts =
        WeightFacts.of("w", Tensor.ofFloats(new float[] {-1, 0, 0, 3, Float.POSITIVE_INFINITY}, 5));

    assertThat(facts.least()).isEqualTo(-1);
    assertThat(facts.most()).isEqualTo(3);
    assertThat(facts.mean()).isEqualTo(0.5);
    assertThat(facts.deviation()).isEqualTo(1.5);
    assertThat(facts.zeros()).isEqualTo(0.5);
    assertThat(facts.histogram())
        .hasSize(16)
        .startsWith(1, 0, 0, 0, 2)
        .endsWith(1)
        .satisfies(bins -> assertThat(bins.stream().mapToInt(b -> b).sum()).isEqualTo(4));
    assertThat(facts.bytes()).isEqualTo(20);
  }
}
