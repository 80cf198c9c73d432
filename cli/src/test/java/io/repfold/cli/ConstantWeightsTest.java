package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights that are listed as inputs too, so that callers may override them. */
class ConstantWeightsTest {
  private static final String REMEDY =
      " weights, which are graph inputs too, and nothing of these folds; --constant-weights takes"
          + " them as constants";

  @TempDir private Path folder;

  @Test
  void nothing_folds_and_the_first_line_says_why_and_what_to_do() {
    Path model = Models.overridable(folder);
    int weights = OnnxModel.read(model).graph().initializers().size();
    String line = "%s: callers may override %d of %d".formatted(model, weights, weights) + REMEDY;

    CliRun inspected = CliRun.of("inspect", model);
    CliRun folded = CliRun.of("fold", model, "-o", folder.resolve("folded.onnx"));

    assertThat(inspected.out().lines().findFirst()).contains(line);
    assertThat(inspected.out())
        .contains("Nothing can be folded while callers may override weights.")
        .doesNotContain("Nothing is left to fold");
    assertThat(folded.code()).as(folded.err()).isZero();
    assertThat(folded.out().lines().findFirst()).contains(line);
    assertThat(OnnxModel.read(folder.resolve("folded.onnx")).graph().inputs())
        .isEqualTo(OnnxModel.read(model).graph().inputs());
  }

  @Test
  void a_check_does_not_pass_over_them() {
    Path model = Models.overridable(folder);
    Path folded = folder.resolve("folded.onnx");

    assertThat(CliRun.of("inspect", model, "--check").code()).isEqualTo(3);
    assertThat(CliRun.of("inspect", model, "--check", "--constant-weights").code()).isEqualTo(3);
    CliRun.of("fold", model, "-o", folded, "--constant-weights");
    CliRun checked = CliRun.of("inspect", folded, "--check");
    assertThat(checked.code()).as(checked.out()).isZero();
    assertThat(checked.out()).startsWith("file ");
  }

  @Test
  void as_constants_they_fold_and_are_no_inputs_any_more() {
    Path model = Models.overridable(folder);
    Path folded = folder.resolve("folded.onnx");
    Path plain = folder.resolve("plain.onnx");

    CliRun run = CliRun.of("fold", model, "-o", folded, "--constant-weights");
    CliRun.of("fold", Models.trained(folder), "-o", plain);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).doesNotContain("override").contains("2 regions", "Verified");
    Graph graph = OnnxModel.read(folded).graph();
    assertThat(graph).isEqualTo(OnnxModel.read(plain).graph());
    assertThat(graph.inputs()).extracting(Value::name).containsExactly("x");
  }

  @Test
  void the_original_is_compared_with_its_weights_as_inputs() {
    Path model = Models.overridable(folder);
    Path folded = folder.resolve("folded.onnx");
    CliRun.of("fold", model, "-o", folded, "--constant-weights", "--no-verify");

    CliRun same = CliRun.of("verify", model, folded, "--layers");
    CliRun wrong = CliRun.of("verify", model, Models.wrong(folder));

    assertThat(same.code()).as(same.out() + same.err()).isZero();
    assertThat(same.out()).contains("Verified");
    assertThat(wrong.code()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fold", "inspect", "expand"})
  void json_tells_how_many_there_are(String command) {
    Path model = Models.overridable(folder);
    int weights = OnnxModel.read(model).graph().initializers().size();

    JsonNode kept = Json.parse(json(command, model, List.of()).out());
    JsonNode taken = Json.parse(json(command, model, List.of("--constant-weights")).out());

    assertThat(kept.get("overridableWeights").asInt()).isEqualTo(weights);
    assertThat(taken.get("overridableWeights").asInt()).isZero();
    if (command.equals("fold")) {
      assertThat(kept.at("/report/options/constantWeights").asBoolean(true)).isFalse();
      assertThat(taken.at("/report/options/constantWeights").asBoolean(false)).isTrue();
    }
  }

  private CliRun json(String command, Path model, List<String> more) {
    List<Object> words = new ArrayList<>(List.of(command, model, "--json"));
    if (!command.equals("inspect")) {
      words.addAll(List.of("-o", folder.resolve("out.onnx")));
    }
    if (command.equals("expand")) {
      words.addAll(List.of("--kind", "acb"));
    }
    words.addAll(more);
    CliRun run = CliRun.of(words.toArray());
    assertThat(run.code()).as(run.err() + run.out()).isZero();
    return run;
  }

  @ParameterizedTest
  @ValueSource(strings = {"fp16", "bf16", "int8"})
  void nothing_is_converted_while_callers_may_override_weights(String precision) {
    Path model = Models.overridable(folder);
    Path target = folder.resolve("narrow.onnx");
    List<Object> words =
        List.of("convert", model, "-o", target, "--precision", precision, "--random", "2");

    CliRun refused = CliRun.of(words.toArray());

    assertThat(refused.code()).as(refused.out()).isEqualTo(2);
    assertThat(refused.err())
        .contains(model + ": callers may override ", "would stay float32", "no smaller")
        .contains("--constant-weights takes them as constants");
    assertThat(target).doesNotExist();
  }

  @Test
  void an_input_with_a_default_that_is_no_weight_is_converted() {
    Graph graph = Models.withDefault();
    Path model = Models.write(folder.resolve("default.onnx"), graph);
    Path half = folder.resolve("half.onnx");

    CliRun run = CliRun.of("convert", model, "-o", half, "--precision", "fp16");

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(OnnxModel.read(half).graph().optionalInputs()).isEqualTo(graph.optionalInputs());
  }

  @Test
  void what_is_converted_was_folded_first() {
    Path half = folder.resolve("half.onnx");

    CliRun run =
        CliRun.of(
            "convert",
            Models.overridable(folder),
            "-o",
            half,
            "--precision",
            "fp16",
            "--random",
            "2",
            "--constant-weights");

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    Graph graph = OnnxModel.read(half).graph();
    assertThat(graph.nodes()).noneMatch(n -> n.op() instanceof Op.BatchNormalization);
    assertThat(graph.optionalInputs()).isEmpty();
    String certificate = OnnxModel.read(half).metadata().get("repfold.precision");
    assertThat(Json.parse(certificate).get("constantWeights").asBoolean()).isTrue();
  }

  @Test
  void what_is_expanded_has_blocks_of_them() {
    Path model = Models.overridable(folder);
    Path kept = folder.resolve("kept.onnx");
    Path taken = folder.resolve("taken.onnx");

    CliRun.of("expand", model, "-o", kept, "--kind", "acb");
    CliRun run = CliRun.of("expand", model, "-o", taken, "--kind", "acb", "--constant-weights");

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(OnnxModel.read(taken).graph().nodes())
        .hasSizeGreaterThan(OnnxModel.read(model).graph().nodes().size());
    assertThat(OnnxModel.read(kept).graph().nodes())
        .hasSameSizeAs(OnnxModel.read(model).graph().nodes());
    assertThat(OnnxModel.read(taken).graph().optionalInputs()).isEmpty();
  }
}
