package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.onnx.OnnxModel;
import io.repfold.onnx.Sha256;
import io.repfold.pipeline.fold.Certificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldCommandTest {
  @TempDir private Path folder;

  @Test
  void branches_become_one_convolution_and_the_result_is_verified() throws IOException {
    Path folded = folder.resolve("folded.onnx");

    CliRun run = CliRun.of("fold", Models.trained(folder), "-o", folded);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("2 regions", "Verified", "1x3x8x10", "Wrote " + folded);
    Graph graph = OnnxModel.read(folded).graph();
    assertThat(graph.nodes()).filteredOn(n -> n.op() instanceof Op.Conv).hasSize(3);
    assertThat(graph.nodes()).noneMatch(n -> n.op() instanceof Op.BatchNormalization);
    assertThat(names(folder)).containsExactly("folded.onnx", "trained.onnx");
  }

  @Test
  void the_same_fold_gives_the_same_bytes() throws IOException {
    Path model = Models.trained(folder);
    Path first = folder.resolve("first.onnx");
    Path second = folder.resolve("second.onnx");

    CliRun.of("fold", model, "-o", first, "--report", folder.resolve("1.json"));
    CliRun.of("fold", model, "-o", second, "--no-verify", "--report", folder.resolve("2.json"));

    assertThat(second).hasSameBinaryContentAs(first);
    assertThat(folder.resolve("2.json")).hasSameBinaryContentAs(folder.resolve("1.json"));
  }

  @Test
  void the_certificate_names_the_source_and_the_report() throws IOException {
    Path model = Models.trained(folder);
    Path folded = folder.resolve("folded.onnx");
    Path report = folder.resolve("report.json");

    CliRun.of("fold", model, "-o", folded, "--report", report);

    JsonNode certificate = Json.parse(OnnxModel.read(folded).metadata().get(Certificate.KEY));
    assertThat(certificate.get("source").asText()).isEqualTo(Sha256.of(Files.readAllBytes(model)));
    assertThat(certificate.get("report").asText()).isEqualTo(Sha256.of(Files.readAllBytes(report)));
    assertThat(certificate.get("regions").asInt()).isEqualTo(2);
    assertThat(certificate.get("largestErrorBound").asDouble()).isPositive();
  }

  @Test
  void a_model_may_be_folded_in_place() {
    Path model = Models.trained(folder);

    assertThat(CliRun.of("fold", model, "-o", model).code()).isZero();
    assertThat(CliRun.of("inspect", model, "--check").code()).isZero();
  }

  @Test
  void nothing_to_fold_is_said_and_the_same_model_is_written() throws IOException {
    Path once = folder.resolve("once.onnx");
    Path twice = folder.resolve("twice.onnx");
    CliRun.of("fold", Models.trained(folder), "-o", once);

    CliRun run = CliRun.of("fold", once, "-o", twice);

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("there is nothing to fold");
    assertThat(twice).hasSameBinaryContentAs(once);
  }

  @Test
  void what_cannot_be_verified_is_not_written() throws IOException {
    Path model = Models.trained(folder);
    Path folded = folder.resolve("folded.onnx");
    Path report = folder.resolve("report.html");

    CliRun run =
        CliRun.of(
            "fold", model, "-o", folded, "--report", report, "--tolerance", "0", "--absolute", 0);

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out()).contains("NOT the same", "DIFFERENT", "Nothing was written");
    assertThat(names(folder)).containsExactly("trained.onnx");
  }

  @Test
  void a_failed_verification_leaves_what_was_there() throws IOException {
    Path model = Models.trained(folder);
    byte[] before = Files.readAllBytes(model);

    CliRun run = CliRun.of("fold", model, "-o", model, "--tolerance", "0", "--absolute", 0);

    assertThat(run.code()).isEqualTo(3);
    assertThat(model).hasBinaryContent(before);
  }

  @Test
  void a_dry_run_writes_nothing_but_reports() throws IOException {
    Path report = folder.resolve("plan.json");

    CliRun run = CliRun.of("fold", Models.trained(folder), "--dry-run", "--report", report);

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("2 regions", "becomes");
    JsonNode plan = Json.parse(Files.readString(report));
    assertThat(plan.get("folded").get(0).get("largestWeight").isNull()).isTrue();
    assertThat(names(folder)).containsExactly("plan.json", "trained.onnx");
  }

  @Test
  void a_shape_is_fixed_in_the_result() {
    Path folded = folder.resolve("folded.onnx");

    CliRun run = CliRun.of("fold", Models.dynamic(folder), "-o", folded, "--shape", "2x3x9x7");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("2x3x9x7");
    assertThat(OnnxModel.read(folded).graph().inputs().get(0).shape().orElseThrow().dims())
        .containsExactly(Dim.of(2), Dim.of(3), Dim.of(9), Dim.of(7));
  }

  @Test
  void an_open_shape_stays_open_and_the_size_of_the_test_is_said() {
    Path folded = folder.resolve("folded.onnx");

    CliRun run = CliRun.of("fold", Models.dynamic(folder), "-o", folded);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("x 1x3x64x96", "--shape sets others");
    assertThat(OnnxModel.read(folded).graph().inputs().get(0).shape().orElseThrow().dim(2))
        .isEqualTo(new Dim.Symbol("H"));
  }

  @Test
  void json_holds_the_report_the_certificate_and_the_verification() {
    CliRun run =
        CliRun.of("fold", Models.trained(folder), "-o", folder.resolve("folded.onnx"), "--json");

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode json = Json.parse(run.out());
    assertThat(json.at("/report/folded")).hasSize(2);
    assertThat(json.at("/report/before/batchNormalizations").asInt()).isEqualTo(4);
    assertThat(json.at("/certificate/regions").asInt()).isEqualTo(2);
    assertThat(json.at("/verification/holds").asBoolean()).isTrue();
    assertThat(json.at("/verification/runs")).hasSize(2);
  }

  @Test
  void a_folder_is_no_output() {
    CliRun run = CliRun.of("fold", Models.trained(folder), "-o", folder);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(folder.toString(), "is a folder");
  }

  @Test
  void a_shape_that_contradicts_the_model_is_refused_with_the_file_and_the_input() {
    Path model = Models.trained(folder);

    CliRun run = CliRun.of("fold", model, "-o", folder.resolve("y.onnx"), "--shape", "1x4x8x10");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(model.toString(), "input 'x'", "1x4x8x10");
    assertThat(folder.resolve("y.onnx")).doesNotExist();
  }

  @Test
  void a_trained_detector_folds_and_is_compared_inside_too() throws IOException {
    Path model = Models.sample(folder, "ch_PP-OCRv3_det_infer");
    Path page = folder.resolve("report.html");

    CliRun run =
        CliRun.of(
            "fold",
            model,
            "-o",
            folder.resolve("folded.onnx"),
            "--report",
            page,
            "--samples",
            1,
            "--budget",
            0);

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("too small to prove much", "common tensors are the same");
    assertThat(Files.readString(page)).contains("Before and after", "Left alone", "Certificate");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }
}
