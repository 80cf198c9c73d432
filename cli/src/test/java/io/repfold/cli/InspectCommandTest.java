package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
  @TempDir private Path folder;

  @Test
  void what_is_in_a_model_and_what_folds() {
    CliRun run = CliRun.of("inspect", Models.trained(folder));

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains(
            "input          x: FLOAT[1, 3, 8, 10]",
            "opset 17, IR 8",
            "4 BatchNormalization",
            "2 regions can still be folded",
            "Conv 4 -> 4, 3x3 kernel");
  }

  @Test
  void a_check_fails_until_the_model_is_folded() {
    Path model = Models.trained(folder);
    Path folded = folder.resolve("folded.onnx");
    CliRun.of("fold", model, "-o", folded);

    assertThat(CliRun.of("inspect", model, "--check").code()).isEqualTo(3);
    CliRun run = CliRun.of("inspect", folded, "--check");
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("Nothing is left to fold", "folded by", "\"regions\":2");
  }

  @Test
  void multiply_adds_follow_from_the_shape() {
    Path model = Models.dynamic(folder);

    assertThat(CliRun.of("inspect", model).out()).contains("give it with --shape");
    JsonNode json = Json.parse(CliRun.of("inspect", model, "--shape", "1x3x4x5", "--json").out());
    // 3x3x3x4 for the stem, 3x3x4x4 and 4x4 for the block, 4x5 for the scores, on 20 pixels.
    assertThat(json.get("multiplyAdds").asLong()).isEqualTo(20 * (108 + 144 + 16 + 20));
    assertThat(json.at("/inputs/0/shape").asText()).isEqualTo("[1, 3, 4, 5]");
    assertThat(json.at("/fold/folded")).hasSize(2);
  }

  @Test
  void nodes_and_listing() {
    Path model = Models.trained(folder);

    assertThat(CliRun.of("inspect", model, "--nodes").out()).contains("op ", "scores: FLOAT[1, 5");
    assertThat(CliRun.of("inspect", model, "--listing").out())
        .startsWith("graph net (opset 17)")
        .contains("= Conv(");
    assertThat(Json.parse(CliRun.of("inspect", model, "--nodes", "--json").out()).get("nodes"))
        .isNotEmpty();
  }

  @Test
  void what_stands_in_the_way_is_grouped() throws IOException {
    CliRun run = CliRun.of("inspect", Models.sample(folder, "ch_ppocr_mobile_v2.0_cls_infer"));

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("Folded no further: ", "is also read by", " more");
  }

  @Test
  void the_risk_of_narrow_numbers_is_said_before_the_fold() {
    Path model = Models.trained(folder);
    CliRun run = CliRun.of("inspect", model, "--risk");

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("Forecast for narrow numbers", "3x3 + 1x1 + identity")
        .containsPattern("\\d blocks? of 2 may need a remedy");
    JsonNode risk = Json.parse(CliRun.of("inspect", model, "--risk", "--json").out()).get("risk");
    assertThat(risk).hasSize(2);
    assertThat(risk.findValuesAsText("kernel")).contains("3x3", "1x1", "identity");
    assertThat(risk.get(1).get("foldedDecibels").asDouble()).isBetween(10.0, 60.0);
    assertThat(risk.get(1).get("measured").isNull()).isTrue();
    assertThat(run.out()).contains("ranks no block by its cost", "--data FOLDER measures both");
    assertThat(Json.parse(CliRun.of("inspect", model, "--json").out()).get("risk")).isNull();
  }

  @Test
  void the_cost_of_int8_is_measured_on_samples() {
    Path model = Models.trained(folder);
    CliRun run = CliRun.of("inspect", model, "--risk", "--random", 4, "--seed", 2);

    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("and int8 on 4 random inputs, seed 2", "forecast dB", "own dB", "alone dB")
        .containsPattern("\\d blocks? of 2 may need a remedy");
    JsonNode risk =
        Json.parse(CliRun.of("inspect", model, "--risk", "--random", 4, "--json").out())
            .get("risk");
    for (JsonNode block : risk) {
      JsonNode measured = block.get("measured");
      assertThat(measured.get("own").asDouble()).isBetween(10.0, 60.0);
      assertThat(measured.get("alone").asDouble()).isBetween(10.0, 60.0);
      assertThat(measured.get("share").asDouble()).isBetween(0.0, 1.0);
      assertThat(block.get("remedies").toString().contains("keep-in-int8"))
          .isEqualTo(measured.get("costly").asBoolean());
    }
  }

  @Test
  void samples_need_a_question() {
    CliRun run = CliRun.of("inspect", Models.trained(folder), "--random", 1);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--data and --random go with --risk");
  }
}
