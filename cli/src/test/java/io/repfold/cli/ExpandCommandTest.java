package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.Op;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpandCommandTest {
  @TempDir private Path folder;

  private Path plain() {
    Path plain = folder.resolve("plain.onnx");
    CliRun.of("fold", Models.trained(folder), "-o", plain);
    return plain;
  }

  private static long convolutions(Path file) {
    return OnnxModel.read(file).graph().nodes().stream()
        .filter(n -> n.op() instanceof Op.Conv)
        .count();
  }

  @Test
  void a_block_stands_for_each_convolution_and_folds_into_one_again() throws IOException {
    Path plain = plain();
    Path expanded = folder.resolve("expanded.onnx");
    Path again = folder.resolve("again.onnx");

    CliRun run = CliRun.of("expand", plain, "--kind", "dbb", "-o", expanded);

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains("2 convolutions as dbb", "kxk + pointwise + sequence + average")
        .contains("Left alone: 1 node", "it is 1x1", "Verified", "Wrote " + expanded);
    assertThat(convolutions(expanded)).isEqualTo(11);
    assertThat(CliRun.of("fold", expanded, "-o", again).code()).isZero();
    assertThat(convolutions(again)).isEqualTo(convolutions(plain));
    assertThat(CliRun.of("verify", plain, again).code()).isZero();
    assertThat(names())
        .containsExactly("again.onnx", "expanded.onnx", "plain.onnx", "trained.onnx");
  }

  @Test
  void a_pattern_a_kind_and_1x1_can_be_chosen() {
    Path plain = plain();
    Path expanded = folder.resolve("expanded.onnx");

    CliRun run =
        CliRun.of(
            "expand",
            plain,
            "--kind",
            "MobileOne",
            "--match",
            "sc?res*",
            "--pointwise",
            "-o",
            expanded);

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("1 convolution as mobileone", "kxk0 + kxk1 + kxk2 + kxk3");
    assertThat(convolutions(expanded)).isEqualTo(convolutions(plain) + 3);
  }

  @Test
  void the_same_seed_gives_the_same_bytes_and_another_gives_others() throws IOException {
    Path plain = plain();
    Path first = folder.resolve("first.onnx");
    Path second = folder.resolve("second.onnx");
    Path third = folder.resolve("third.onnx");
    CliRun.of("expand", plain, "--kind", "acb", "-o", first, "--seed", 1, "--no-verify");
    CliRun.of("expand", plain, "--kind", "acb", "-o", second, "--seed", 1);
    CliRun.of("expand", plain, "--kind", "acb", "-o", third, "--seed", 2);

    assertThat(second).hasSameBinaryContentAs(first);
    assertThat(Files.mismatch(third, first)).isNotEqualTo(-1);
  }

  @Test
  void a_dry_run_writes_nothing_but_a_report() throws IOException {
    Path plain = plain();
    Path report = folder.resolve("plan.json");

    CliRun run = CliRun.of("expand", plain, "--kind", "acb", "--dry-run", "--report", report);

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode plan = Json.parse(Files.readString(report));
    assertThat(plan.get("expanded")).hasSize(2);
    assertThat(plan.at("/leftAlone/0/reasons/0").asText()).contains("1x1");
    assertThat(plan.at("/expanded/0/error").asDouble()).isLessThan(1e-6);
    assertThat(names()).containsExactly("plain.onnx", "plan.json", "trained.onnx");
  }

  @Test
  void json_holds_the_report_and_the_verification() {
    CliRun run =
        CliRun.of("expand", plain(), "--kind", "repvgg", "-o", folder.resolve("e.onnx"), "--json");

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode json = Json.parse(run.out());
    assertThat(json.at("/report/expanded")).hasSize(2);
    assertThat(json.at("/verification/runs")).hasSize(2);
  }

  @Test
  void what_cannot_be_verified_is_not_written() throws IOException {
    Path plain = plain();

    CliRun run =
        CliRun.of(
            "expand",
            plain,
            "--kind",
            "dbb",
            "-o",
            folder.resolve("e.onnx"),
            "--report",
            folder.resolve("e.json"),
            "--tolerance",
            0,
            "--absolute",
            0);

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out()).contains("NOT the same", "Nothing was written");
    assertThat(names()).containsExactly("plain.onnx", "trained.onnx");
  }

  @Test
  void bad_usage_is_explained() {
    Path plain = plain();

    assertThat(CliRun.of("expand", plain, "--kind", "dbp", "--dry-run").err())
        .contains("did you mean 'dbb'");
    assertThat(CliRun.of("expand", plain, "--kind", "dbb", "--scale", 0, "--dry-run").err())
        .contains("Scale must be above 0");
    CliRun unmatched = CliRun.of("expand", plain, "--kind", "dbb", "--match", "zz*", "--dry-run");
    assertThat(unmatched.code()).isEqualTo(2);
    assertThat(unmatched.err()).contains("zz*", "names no convolution");
    assertThat(CliRun.of("expand", plain, "--dry-run").code()).isEqualTo(2);
  }

  @Test
  void a_trained_classifier_becomes_as_many_convolutions_again() throws IOException {
    Path model = Models.sample(folder, "ch_ppocr_mobile_v2.0_cls_infer");
    Path expanded = folder.resolve("expanded.onnx");
    Path again = folder.resolve("again.onnx");
    Path folded = folder.resolve("folded.onnx");

    CliRun run =
        CliRun.of("expand", model, "--kind", "dbb", "-o", expanded, "--shape", "1x3x48x192");

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("as dbb", "it is 1x1");
    assertThat(convolutions(expanded)).isGreaterThan(convolutions(model) + 20);
    CliRun.of("fold", expanded, "-o", again, "--no-verify");
    CliRun.of("fold", model, "-o", folded, "--no-verify", "--shape", "1x3x48x192");
    assertThat(convolutions(again)).isEqualTo(convolutions(folded));
    CliRun same = CliRun.of("verify", model, again, "--shape", "1x3x48x192");
    assertThat(same.code()).as(same.out() + same.err()).isZero();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }
}
