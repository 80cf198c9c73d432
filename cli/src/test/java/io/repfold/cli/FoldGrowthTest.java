package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.graph.Window;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code fold --allow-growth} lets through, and what not. */
class FoldGrowthTest {
  @TempDir private Path folder;

  /**
   * Two pointwise convolutions with one channel between them: {@code 4 + out} multiply-adds a
   * position, and {@code 4 * out} as one.
   */
  private Path narrow(int out) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    String middle = b.conv(b.input("x", 1, 4, 6, 7), 1, Kernel.of(1), 1);
    b.output(b.conv(middle, out, Kernel.of(1), 1));
    return Models.write(folder.resolve("narrow.onnx"), b.build());
  }

  private static long convolutions(Path model) {
    Graph graph = OnnxModel.read(model).graph();
    return graph.nodes().stream().filter(n -> n.op() instanceof Op.Conv).count();
  }

  @ParameterizedTest
  @CsvSource({"4, 2, 1", "4, 1.99, 2", "5, 2, 2", "5, 2.25, 1", "4, 1, 2"})
  void a_model_grows_by_the_factor_that_is_allowed_and_no_more(int out, String growth, int left) {
    Path folded = folder.resolve("folded.onnx");

    CliRun run = CliRun.of("fold", narrow(out), "-o", folded, "--allow-growth", growth);

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(convolutions(folded)).isEqualTo(left);
  }

  @Test
  void without_the_option_nothing_grows() {
    Path folded = folder.resolve("folded.onnx");

    CliRun run = CliRun.of("fold", narrow(4), "-o", folded);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(convolutions(folded)).isEqualTo(2);
    assertThat(run.out()).contains("16 multiply-adds", "instead of 8");
  }

  @Test
  void a_dry_run_allows_the_same_and_the_report_says_what_was_allowed() throws IOException {
    Path report = folder.resolve("plan.json");

    CliRun run = CliRun.of("fold", narrow(4), "--dry-run", "--allow-growth", 2, "--report", report);

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode plan = Json.parse(Files.readString(report));
    assertThat(plan.at("/options/allowGrowth").asDouble()).isEqualTo(2);
    assertThat(plan.at("/folded/0/multiplyAddsBefore").asDouble()).isEqualTo(8);
    assertThat(plan.at("/folded/0/multiplyAddsAfter").asDouble()).isEqualTo(16);
    CliRun.of("fold", narrow(4), "--dry-run", "--report", report);
    assertThat(Json.parse(Files.readString(report)).get("folded")).isEmpty();
  }

  @Test
  void weights_that_were_made_at_run_time_are_stored_and_that_is_said() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    String x = b.input("x", 1, 4, 6, 7);
    String size = b.initializer("size", Tensor.ofLongs(new long[] {8, 4, 3, 3}, 4));
    Tensor half = Tensor.ofFloats(new float[] {0.5f}, 1);
    String weight = b.op("weight", new Op.ConstantOfShape(half), List.of(size), 8);
    String conv = b.op("conv", new Op.Conv(Window.DEFAULT, 1), List.of(x, weight), 8);
    b.output(b.batchNorm(conv));
    Path folded = folder.resolve("folded.onnx");

    CliRun run =
        CliRun.of("fold", Models.write(folder.resolve("made.onnx"), b.build()), "-o", folded);
    CliRun usual = CliRun.of("fold", Models.trained(folder), "-o", folded);

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains(
            "The weights take 1,184 bytes in the result and 160 in the original; it stores what"
                + " ConstantOfShape made at run time");
    assertThat(usual.out()).doesNotContain("The weights take");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.99", "-1", "1000.1", "Infinity"})
  void a_factor_that_is_none_is_refused(String growth) {
    Path folded = folder.resolve("folded.onnx");

    CliRun run = CliRun.of("fold", narrow(4), "-o", folded, "--allow-growth", growth);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--allow-growth", "between 1", "1000");
    assertThat(folded).doesNotExist();
  }
}
