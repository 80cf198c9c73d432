package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.kit.Nets;
import io.repfold.kit.Weights;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;

/** A stranger's model whose names try to write on the terminal, into pages and into XML. */
class HostileNamesTest {
  private static final String OUTPUT = "o\u001b[2J\nVerified <b>&</b>";
  private static final String SHOWN = "o\\u001b[2J\\u000aVerified <b>&</b>";

  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void write() throws IOException {
    model = folder.resolve("hostile.onnx");
    Files.write(
        model,
        ModelProto.parseFrom(OnnxModel.of(hostile()).toBytes()).toBuilder()
            .setProducerName("p\u001b[0m\nWrote & <all>")
            .setDocString("d\u001b[0m")
            .build()
            .toByteArray());
  }

  /** ONNX Runtime takes no NUL in the name of an output, and any in those of nodes. */
  private static Graph hostile() {
    Graph graph = Nets.repVgg("x", Shape.of(1, 3, 8, 10));
    Value output = graph.outputs().get(0);
    List<Node> nodes = graph.nodes().stream().map(n -> renamed(n, output.name())).toList();
    Value renamed = new Value(OUTPUT, output.type(), output.shape());
    return graph.toBuilder().replaceNodes(nodes).replaceOutputs(List.of(renamed)).build();
  }

  private static Node renamed(Node node, String output) {
    List<String> outputs =
        node.outputs().stream().map(name -> name.equals(output) ? OUTPUT : name).toList();
    return new Node(node.name() + "\u0000\u001b]0;\nNode <&", node.op(), node.inputs(), outputs);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "inspect MODEL --nodes --verbose",
        "inspect MODEL --listing",
        "inspect MODEL --risk --verbose",
        "inspect MODEL --json --nodes",
        "fold MODEL --dry-run --verbose",
        "fold MODEL -o FOLDER/new.onnx --verbose",
        "fold MODEL -o FOLDER/new.onnx --json",
        "expand MODEL --kind dbb -o FOLDER/new.onnx --verbose",
        "convert MODEL --precision fp16 -o FOLDER/new.onnx --verbose",
        "convert MODEL --precision int8 --random 3 -o FOLDER/new.onnx --verbose",
        "verify MODEL MODEL --layers",
        "verify MODEL FOLDER/wrong.onnx --layers --annotations github",
        "verify MODEL FOLDER/wrong.onnx --json",
        "bench MODEL --seconds 0.01",
        "extract MODEL --to gone -o FOLDER/new.onnx",
        "extract MODEL -o FOLDER/new.onnx",
        "view MODEL FOLDER/wrong.onnx -o FOLDER/page.html --svg FOLDER/page.svg",
      })
  void nothing_that_is_printed_controls_the_terminal_or_begins_a_line(String command) {
    wrong();
    Object[] words =
        Stream.of(command.split(" "))
            .map(w -> w.replace("MODEL", model.toString()).replace("FOLDER", folder.toString()))
            .toArray();

    CliRun run = CliRun.of(words);

    String printed = run.out() + run.err();
    assertThat(printed).as(command).isNotBlank().doesNotContain("This is a defect");
    assertThat(printed.codePoints().filter(c -> c != '\n' && Character.isISOControl(c))).isEmpty();
    assertThat(printed.lines())
        .noneMatch(line -> line.matches("(Verified <b>|Node <&|Wrote & <all>).*"));
  }

  @Test
  void names_are_shown_where_they_are_asked_for() {
    String nodes = CliRun.of("inspect", model, "--nodes").out();

    assertThat(nodes)
        .contains(SHOWN, "\\u0000\\u001b]0;\\u000aNode <&", "p\\u001b[0m\\u000aWrote & <all>");
    JsonNode outputs = Json.parse(CliRun.of("inspect", model, "--json").out()).get("outputs");
    assertThat(outputs.get(0).get("name").asText()).isEqualTo(OUTPUT);
  }

  @Test
  void a_page_shows_names_and_no_markup_of_theirs() throws IOException {
    Path page = folder.resolve("page.html");
    for (String command : List.of("fold", "verify")) {
      CliRun run =
          command.equals("fold")
              ? CliRun.of("fold", model, "-o", folder.resolve("new.onnx"), "--report", page)
              : CliRun.of("verify", model, wrong(), "--report", page);
      assertThat(run.err()).isEmpty();
      String html = Files.readString(page);
      assertThat(html)
          .contains("o\\u001b[2J", "Verified &lt;b&gt;&amp;&lt;/b&gt;")
          .doesNotContain("\u001b", "\u0000", "Verified <b>");
    }
  }

  @Test
  void junit_xml_can_be_read_and_names_each_output() throws Exception {
    Path xml = folder.resolve("report.xml");

    CliRun.of("verify", model, wrong(), "--junit-xml", xml);

    Element suite =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(xml.toFile())
            .getDocumentElement();
    Element output = (Element) suite.getElementsByTagName("testcase").item(0);
    assertThat(output.getAttribute("name")).startsWith(SHOWN);
    assertThat(output.getElementsByTagName("failure").getLength()).isEqualTo(1);
    assertThat(Files.readString(xml)).doesNotContain("\u001b");
  }

  /** The same names with another weight. */
  private Path wrong() {
    Path wrong = folder.resolve("wrong.onnx");
    return Models.write(
        wrong, Weights.changed(hostile(), "scores.weight", (i, v) -> i == 0 ? v / 2 : v));
  }
}
