package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.bench.BenchOptions;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.WeightSource;
import io.repfold.pipeline.fold.FoldFile;
import io.repfold.pipeline.fold.FoldOutcome;
import io.repfold.pipeline.fold.MeasurementRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fold --measure}. */
class FoldMeasureTest {
  private static final int WIDE = 128;

  @TempDir private Path folder;

  /** One channel between 128 and 128: made one convolution, it multiplies 64 times as much. */
  private Path narrow() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    String middle = b.conv(b.input("x", 1, WIDE, 48, 48), 1, Kernel.of(1), 1);
    b.output(b.conv(middle, WIDE, Kernel.of(1), 1));
    return Models.write(folder.resolve("narrow.onnx"), b.build());
  }

  private FoldFile fold(Path model, boolean slowerAllowed) {
    BenchOptions few = new BenchOptions(1, 5, Duration.ZERO);
    return FoldFile.of(model)
        .withGrowth(1000)
        .withMeasurement(new MeasurementRequest(few, slowerAllowed));
  }

  @Test
  void what_is_slower_is_not_written_and_both_times_are_told() throws IOException {
    Path folded = folder.resolve("folded.onnx");
    Path page = folder.resolve("report.html");

    CliRun run =
        CliRun.of(
            "fold", narrow(), "-o", folded, "--measure", "--allow-growth", 1000, "--report", page);

    assertThat(run.code()).as(run.out() + run.err()).isEqualTo(3);
    assertThat(run.out())
        .contains("Verified", "SLOWER on this machine", "--allow-slower", "original", "folded")
        .contains("Nothing was written.");
    assertThat(folded).doesNotExist();
    assertThat(Files.readString(page)).contains("<h2>Speed</h2>", "SLOWER on this machine");
  }

  @Test
  void it_is_written_where_that_is_allowed() {
    Path folded = folder.resolve("folded.onnx");

    FoldOutcome refused = fold(narrow(), false).to(folded);
    assertThat(refused.holds()).isFalse();
    assertThat(refused.comparison().holds()).isTrue();
    assertThat(folded).doesNotExist();

    FoldOutcome outcome = fold(narrow(), true).to(folded);
    assertThat(outcome.holds()).isTrue();
    assertThat(folded).exists();
    JsonNode measurement = new FoldText(outcome).json().get("measurement");
    assertThat(measurement.get("pace").asText()).isEqualTo("slower");
    assertThat(measurement.get("holds").asBoolean()).isTrue();
    assertThat(measurement.at("/benchmarks/0/timings/1/label").asText()).isEqualTo("folded");
    assertThat(measurement.at("/benchmarks/0/timings/1/speedup/median").asDouble()).isLessThan(1);
    assertThat(new FoldText(outcome).text(false))
        .contains("SLOWER")
        .doesNotContain("--allow-slower");
  }

  @Test
  void what_is_as_fast_is_written_with_the_figures() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    String x = b.input("x", 1, 32, 48, 48);
    String sum = b.add(List.of(b.conv(x, 32, Kernel.of(3), 1), b.conv(x, 32, Kernel.of(5), 1)));
    b.output(b.add(List.of(sum, b.conv(x, 32, Kernel.of(5), 1))));
    Path folded = folder.resolve("folded.onnx");

    FoldOutcome outcome =
        fold(Models.write(folder.resolve("branches.onnx"), b.build()), true).to(folded);

    assertThat(outcome.holds()).as(new FoldText(outcome).text(false)).isTrue();
    assertThat(new FoldText(outcome).text(false))
        .contains("times the speed of the original (quartiles", "median ms");
    assertThat(folded).exists();
  }

  @Test
  void a_model_that_did_not_change_is_not_timed() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    b.output(b.conv(b.input("x", 1, 2, 6, 7), 4, Kernel.of(3), 1));
    Path model = Models.write(folder.resolve("one.onnx"), b.build());

    FoldOutcome outcome = fold(model, false).to(folder.resolve("folded.onnx"));

    assertThat(outcome.measurement()).isEqualTo(Optional.empty());
    assertThat(outcome.holds()).isTrue();
  }

  @Test
  void options_that_contradict_each_other_are_refused() {
    Path model = Models.trained(folder);

    CliRun dry = CliRun.of("fold", model, "--dry-run", "--measure");
    CliRun alone = CliRun.of("fold", model, "-o", folder.resolve("folded.onnx"), "--allow-slower");

    assertThat(dry.code()).isEqualTo(2);
    assertThat(dry.err()).contains("--measure", "--dry-run writes nothing");
    assertThat(alone.code()).isEqualTo(2);
    assertThat(alone.err()).contains("--allow-slower goes with --measure");
  }
}
