package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.Dim;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.WeightSource;
import io.repfold.graph.Window;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.fold.Certificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fold and inspect say of branches whose output grids agree at one size only. */
class OneSizeTest {
  private static final String DECLARED =
      "Holds for inputs of 1x3x8x10 only, the size that the file declares: add";
  private static final String GIVEN =
      "Holds for inputs of 1x3x8x10 only, the size that --shape gives; the result takes no other:"
          + " add";

  @TempDir private Path folder;

  /** A block of stride 2 as tf2onnx writes it: auto_pad in each branch. */
  private Path block(Dim height, Dim width) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(1));
    String x = b.input("x", new Shape(List.of(Dim.of(1), Dim.of(3), height, width)));
    b.output(b.add(List.of(b.batchNorm(conv(b, x, 3)), b.batchNorm(conv(b, x, 1)))));
    return Models.write(folder.resolve("block.onnx"), b.build());
  }

  private static String conv(GraphBuilder b, String x, int kernel) {
    Window same = new Window(Window.AutoPad.SAME_UPPER, List.of(2, 2), List.of(), List.of());
    String weight = b.parameter("w", WeightSource.Role.KERNEL, 3, 3, kernel, kernel);
    return b.op("conv", new Op.Conv(same, 1), List.of(x, weight), 3);
  }

  @Test
  void a_declared_size_is_said_in_every_report() throws IOException {
    Path model = block(Dim.of(8), Dim.of(10));
    Path folded = folder.resolve("folded.onnx");
    Path json = folder.resolve("report.json");
    Path page = folder.resolve("report.html");

    CliRun run = CliRun.of("fold", model, "-o", folded, "--report", json, "--report", page);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains(DECLARED);
    assertThat(Files.readString(page))
        .contains("holds for inputs of 1x3x8x10 only, the size that the file declares");
    JsonNode region = Json.parse(Files.readString(json)).at("/folded/0/holdsFor");
    assertThat(region.get("x").asText()).isEqualTo("1x3x8x10");
    JsonNode certificate = Json.parse(OnnxModel.read(folded).metadata().get(Certificate.KEY));
    assertThat(certificate.at("/holdsFor/x").asText()).isEqualTo("1x3x8x10");
    assertThat(CliRun.of("inspect", model).out()).contains(DECLARED);
  }

  @Test
  void a_size_that_was_given_is_the_only_one_that_the_result_takes() {
    Path model = block(new Dim.Symbol("H"), new Dim.Symbol("W"));
    Path folded = folder.resolve("folded.onnx");

    CliRun run = CliRun.of("fold", model, "-o", folded, "--shape", "1x3x8x10");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains(GIVEN);
    assertThat(OnnxModel.read(folded).graph().inputs().get(0).shape())
        .contains(Shape.of(1, 3, 8, 10));
    assertThat(CliRun.of("inspect", model, "--shape", "1x3x8x10").out()).contains(GIVEN);
  }

  @Test
  void nothing_is_said_of_a_fold_that_holds_at_every_size() {
    CliRun run = CliRun.of("fold", Models.trained(folder), "-o", folder.resolve("f.onnx"));
    assertThat(run.code()).isZero();
    assertThat(run.out()).doesNotContain("Holds for");
  }
}
