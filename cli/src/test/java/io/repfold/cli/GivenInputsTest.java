package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --input NAME=NUMBER} of {@code fold} and {@code verify}. */
class GivenInputsTest {
  @TempDir private Path folder;
  private Path model;
  private Path folded;

  /** A convolution times a rate, which folds once the rate is known. */
  @BeforeEach
  void write() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    String scaled = b.conv(b.input("x", 1, 2, 6, 7), 4, Kernel.of(3), 1);
    b.output(scaled);
    Graph net = b.build();
    Graph graph =
        net.toBuilder()
            .replaceOutputs(List.of(Value.float32("y", 1, 4, 6, 7)))
            .input(Value.of("sr", ElementType.INT64, Shape.of()))
            .node(new Op.Cast(ElementType.FLOAT), List.of("sr"), "rate")
            .node(new Op.Binary(Op.Binary.Function.MUL), List.of(scaled, "rate"), "y")
            .build();
    model = Models.write(folder.resolve("speech.onnx"), graph);
    folded = folder.resolve("folded.onnx");
  }

  @Test
  void the_result_has_no_such_input_and_computes_what_the_model_does_with_it() throws IOException {
    Path page = folder.resolve("report.html");
    Path report = folder.resolve("report.json");

    CliRun run =
        CliRun.of(
            "fold",
            model,
            "-o",
            folded,
            "--input",
            "sr=16000",
            "--report",
            page,
            "--report",
            report);

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains("Given, and no input of the result: sr = 16000", "Verified", ", sr = 16000");
    Graph graph = OnnxModel.read(folded).graph();
    assertThat(graph.inputs()).extracting(Value::name).containsExactly("x");
    assertThat(graph.nodes()).singleElement().extracting(n -> n.op().type()).isEqualTo("Conv");
    JsonNode json = Json.parse(Files.readString(report));
    assertThat(json.at("/options/inputs/sr").asDouble()).isEqualTo(16000);
    assertThat(Files.readString(page)).contains("no input of the result: sr");
  }

  @Test
  void verify_feeds_it_to_each_model_that_has_it() {
    CliRun.of("fold", model, "-o", folded, "--input", "sr=16000");

    for (Path[] pair : new Path[][] {{model, folded}, {folded, model}, {model, model}}) {
      CliRun run = CliRun.of("verify", pair[0], pair[1], "--input", "sr=16000", "--layers");
      assertThat(run.code()).as(run.out() + run.err()).isZero();
      assertThat(run.out()).contains(", sr = 16000");
    }
    CliRun other = CliRun.of("verify", model, folded, "--input", "sr=8000");
    assertThat(other.code()).as(other.out() + other.err()).isEqualTo(3);
  }

  @Test
  void a_wrong_result_is_not_written() {
    CliRun without = CliRun.of("verify", model, folded, "--input", "sr=16000");
    assertThat(without.code()).as("there is no such file yet").isEqualTo(1);
    CliRun.of("fold", model, "-o", folded, "--input", "sr=8000");

    CliRun run = CliRun.of("verify", model, folded, "--input", "sr=16000");

    assertThat(run.code()).isEqualTo(3);
  }

  @Test
  void files_and_values_go_together() throws IOException {
    CliRun.of("fold", model, "-o", folded, "--input", "sr=16000");
    Path images = Files.createDirectory(folder.resolve("scale=5"));
    CliRun empty =
        CliRun.of("verify", model, folded, "--input", "sr=16000", "--input", images + "/");
    assertThat(empty.err()).contains("holds no file that ends in");
    CliRun value = CliRun.of("verify", model, folded, "--input", "sr=16000", "--input", images);
    assertThat(value.code()).isEqualTo(2);
    assertThat(value.err()).contains("have no input", "scale'", "[x, sr]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sr=16k", "sr=", "16000", "sr=0x10", "=5", "sr=1e999"})
  void what_is_no_value_is_refused(String text) {
    CliRun run = CliRun.of("fold", model, "-o", folded, "--input", text);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--input", text);
    assertThat(folded).doesNotExist();
  }

  @Test
  void verify_tells_a_misspelt_value_from_a_missing_file() {
    CliRun run = CliRun.of("verify", model, model, "--input", "sr=16k");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("neither a file nor a value", "NAME=NUMBER");
  }

  @Test
  void errors_name_the_input_its_shape_and_the_option() {
    CliRun missing = CliRun.of("fold", model, "-o", folded, "--input", "rate=16000");
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("--input", "no input 'rate'", "[x, sr]");

    CliRun large = CliRun.of("fold", model, "-o", folded, "--input", "x=1");
    assertThat(large.code()).isEqualTo(2);
    assertThat(large.err()).contains("--input", "'x' is x: FLOAT[1, 2, 6, 7]", "one element");

    CliRun broken = CliRun.of("fold", model, "-o", folded, "--input", "sr=0.5");
    assertThat(broken.code()).isEqualTo(2);
    assertThat(broken.err()).contains("'sr'", "INT64[]", "0.5");

    CliRun twice = CliRun.of("fold", model, "-o", folded, "--input", "sr=1", "--input", "sr=2");
    assertThat(twice.code()).isEqualTo(2);
    assertThat(twice.err()).contains("'sr' two values");
  }
}
