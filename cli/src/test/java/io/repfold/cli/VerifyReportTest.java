package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.check.OutputReport;
import io.repfold.check.SampleResult;
import io.repfold.check.Tolerance;
import io.repfold.check.Verdict;
import io.repfold.check.VerificationReport;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Value;
import io.repfold.kit.Nets;
import io.repfold.kit.Weights;
import io.repfold.onnx.Sha256;
import io.repfold.pipeline.compare.Verification;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyReportTest {
  private static final int HEIGHT = 40;
  private static final int WIDTH = 50;
  private static final String HOSTILE = "<script>alert('x')</script>\u001b[31m\u202e\"{{title}}";

  @TempDir private Path folder;
  private Path image;
  private Path page;

  @BeforeEach
  void paint() throws IOException {
    page = folder.resolve("report.html");
    image = folder.resolve("photo.png");
    BufferedImage noise = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(1);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      noise.setRGB(i % WIDTH, i / WIDTH, random.nextInt(1 << 24));
    }
    assertThat(ImageIO.write(noise, "png", image.toFile())).isTrue();
  }

  @Test
  void a_page_says_what_was_compared_and_each_sample_that_differs() throws IOException {
    Path model = Models.trained(folder);
    Path wrong = Models.wrong(folder);
    Path json = folder.resolve("report.json");

    CliRun run = CliRun.of("verify", model, wrong, "--report", page, "--report", json, "--layers");

    assertThat(run.code()).as(run.err()).isEqualTo(3);
    String html = Files.readString(page);
    assertThat(html)
        .contains(
            "class=\"bad\"",
            model.toString(),
            wrong.toString(),
            Sha256.of(model),
            Sha256.of(wrong),
            "ONNX Runtime",
            "2 random inputs",
            "<h2>Samples that differ</h2>",
            "sample 1",
            "values 10 times as large",
            "the largest error is",
            "<h2>Layers</h2>")
        .doesNotContain("<h2>Segmentation</h2>", "http://", "https://");
    String printed = CliRun.of("verify", model, wrong, "--layers", "--json").out();
    assertThat(Json.parse(Files.readString(json)).get("layers"))
        .isEqualTo(Json.parse(printed).get("layers"));
  }

  @Test
  void a_page_is_written_where_nothing_differs_and_of_a_replay() throws IOException {
    Path model = Models.trained(folder);
    Path golden = folder.resolve("golden");
    assertThat(CliRun.of("verify", model, model, "--budget", 1e-9, "--report", page).code())
        .isZero();
    assertThat(Files.readString(page))
        .contains("class=\"good\"", "no time for ")
        .doesNotContain("Samples that differ", "class=\"bad\"");

    CliRun.of("verify", model, "--record", golden);
    assertThat(CliRun.of("verify", model, "--replay", golden, "--report", page).code()).isZero();

    assertThat(Files.readString(page))
        .contains(golden.toString(), Sha256.of(golden.resolve("golden.json")));
  }

  @Test
  void names_from_a_model_become_neither_markup_nor_controls() {
    Verdict verdict = new Verdict.Different(List.of(HOSTILE));
    OutputReport output =
        new OutputReport(
            HOSTILE,
            List.of(new SampleResult(0, HOSTILE, Optional.empty(), verdict)),
            Optional.empty());
    VerificationReport report =
        new VerificationReport(HOSTILE, HOSTILE, 1, Tolerance.NETWORK, List.of(output));
    Path model = Models.trained(folder);

    String html =
        VerifyPage.of(
            new VerifyOutcome(
                model,
                model,
                false,
                new Verification(
                    List.of(new Verification.Run(HOSTILE, report)),
                    HOSTILE,
                    false,
                    List.of(HOSTILE)),
                Optional.empty(),
                List.of(HOSTILE)));

    assertThat(html)
        .contains("&lt;script&gt;alert(", "\\u001b[31m", "\\u202e", "{{title}}")
        .contains("default-src 'none'")
        .doesNotContain("<script", "alert('x')", "\u001b", "\u202e");
  }

  @Test
  void masks_of_equal_models_are_equal() {
    Path model = Models.write(folder.resolve("model.onnx"), Nets.pointwise(3));

    CliRun run = verify(model, model);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("mean IoU", "1.000000", "0 of 2,000", "The IoU of every class is 1.");
  }

  @Test
  void masks_of_another_model_are_compared_in_text_json_and_pictures() throws IOException {
    Path model = Models.write(folder.resolve("model.onnx"), Nets.pointwise(3));
    Path other = Models.write(folder.resolve("other.onnx"), changed(Nets.pointwise(3)));
    Path json = folder.resolve("report.json");

    CliRun run = verify(model, other, "--report", page, "--report", json);

    assertThat(run.code()).as(run.err()).isEqualTo(3);
    assertThat(run.out()).contains("beyond margin", "class  ", "The IoU of the other classes");
    JsonNode total = Json.parse(Files.readString(json)).at("/runs/0/segmentations/0/total");
    long pixels = total.at("/nearBorders/pixels").asLong() + total.at("/elsewhere/pixels").asLong();
    long changed =
        total.at("/nearBorders/changed").asLong() + total.at("/elsewhere/changed").asLong();
    JsonNode best =
        Json.parse(Files.readString(json)).at("/runs/0/outputs/0/comparison/bestChannel");
    assertThat(pixels).isEqualTo(HEIGHT * WIDTH);
    assertThat(changed).isPositive().isEqualTo(best.get("disagreements").asLong());
    assertThat(total.get("beyondMargin")).isEqualTo(best.get("beyondMargin"));
    assertThat(total.get("largestComponent").asLong()).isBetween(1L, changed);
    assertThat(total.get("classes").size()).isBetween(2, 3);
    List<BufferedImage> pictures = pictures();
    assertThat(pictures).hasSize(6);
    assertThat(pictures)
        .allSatisfy(
            picture -> {
              assertThat(picture.getWidth()).isEqualTo(WIDTH);
              assertThat(picture.getHeight()).isEqualTo(HEIGHT);
            });
    assertThat(painted(pictures.get(2))).isEqualTo(changed);
  }

  @Test
  void labels_are_compared_in_place_of_the_scores_behind_them() throws IOException {
    Path model = Models.write(folder.resolve("model.onnx"), best(Nets.pointwise(3)));
    Path other = Models.write(folder.resolve("other.onnx"), best(changed(Nets.pointwise(3))));
    Path json = folder.resolve("report.json");

    CliRun run = verify(model, other, "--report", json);

    assertThat(run.code()).as(run.err()).isEqualTo(3);
    JsonNode outputs = Json.parse(Files.readString(json)).at("/runs/0/segmentations");
    assertThat(outputs.size()).isEqualTo(1);
    assertThat(outputs.at("/0/output").asText()).isEqualTo("best");
    assertThat(outputs.at("/0/total/beyondMargin").asLong()).isPositive();
  }

  @Test
  void what_segments_nothing_is_refused() {
    Path model = Models.write(folder.resolve("model.onnx"), Nets.pointwise(1));

    CliRun run = verify(model, model);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--segmentation: ", "has no output of scores of images");
    assertThat(CliRun.of("verify", model, model, "--report", folder.resolve("x.pdf")).err())
        .contains("a report's name ends in .json or .html");
    assertThat(CliRun.of("verify", model, "--record", folder, "--report", page).err())
        .contains("--record takes no --report");
    assertThat(CliRun.of("verify", model, "--replay", folder, "--segmentation").err())
        .contains("--replay takes no --segmentation");
  }

  private CliRun verify(Path model, Path other, Object... more) {
    Object[] line = {
      "verify", model, other, "--input", image, "--shape", "1x3x40x50", "--segmentation"
    };
    Object[] all = Arrays.copyOf(line, line.length + more.length);
    System.arraycopy(more, 0, all, line.length, more.length);
    return CliRun.of(all);
  }

  private static Graph changed(Graph graph) {
    return Weights.changed(graph, "scores.weight", (i, v) -> i == 0 ? v + 0.2 : v);
  }

  private static Graph best(Graph graph) {
    return graph.toBuilder()
        .node(new Op.ArgMax(1, false, false), List.of(graph.outputs().get(0).name()), "best")
        .replaceOutputs(
            List.of(new Value("best", Optional.of(ElementType.INT64), Optional.empty())))
        .build();
  }

  private List<BufferedImage> pictures() throws IOException {
    Matcher matcher =
        Pattern.compile("data:image/png;base64,([^\"]+)\"").matcher(Files.readString(page));
    List<BufferedImage> found = new ArrayList<>();
    while (matcher.find()) {
      String text = matcher.group(1).replace("&#x3D;", "=");
      found.add(ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(text))));
    }
    return found;
  }

  /** Pixels that are not as the first color of the palette of changes. */
  private static long painted(BufferedImage picture) {
    long count = 0;
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
      count += (picture.getRGB(i % WIDTH, i / WIDTH) & 0xffffff) == 0xeceff2 ? 0 : 1;
    }
    return count;
  }
}
