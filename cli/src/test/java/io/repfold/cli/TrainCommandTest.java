package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.onnx.OnnxModel;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Trains once, and then does all that can be done with a run. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrainCommandTest {
  private static final int SIZE = 32;

  @TempDir private static Path folder;

  private Path config;
  private Path run;
  private CliRun trained;

  @BeforeAll
  void train() throws IOException {
    config = write(folder);
    run = folder.resolve("run");
    trained = CliRun.of("train", "-c", config, "--run", run, "--set", "trainer.epochs=4");
  }

  /** Scenes with a red and a green square, and a small network with Rep blocks. */
  static Path write(Path folder) throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    split(data, "train", 8, 1);
    split(data, "val", 4, 2);
    String loader =
        """
        {"type": "ListFile", "args": {"data_dir": "%s", "split": "%s", "batch_size": 2,
         "crop_size": 32, "num_classes": 3, "class_names": ["ground", "red", "green"], %s}}""";
    return Files.writeString(
        folder.resolve("config.json"),
        """
        // Small enough for a test.
        {"name": "tiny", "threads": 1,
         "arch": {"type": "RepLite", "args": {"repconv": "dbb"}},
         "train_loader": %s,
         "val_loader": %s,
         "optimizer": {"type": "AdamW", "args": {"lr": 0.01}},
         "trainer": {"save_dir": "%s"}}
        """
            .formatted(
                loader.formatted(data, "train", "\"augment\": true, \"shuffle\": true"),
                loader.formatted(data, "val", "\"val\": true"),
                folder.resolve("saved")));
  }

  private static void split(Path data, String name, int count, long seed) throws IOException {
    Random random = new Random(seed);
    Color[] colors = {Color.DARK_GRAY, Color.RED, Color.GREEN};
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
      BufferedImage labels = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
      Graphics2D graphics = image.createGraphics();
      for (int c = 0; c < 3; c++) {
        int x = c == 0 ? 0 : random.nextInt(16);
        int y = c == 0 ? 0 : random.nextInt(16);
        int side = c == 0 ? SIZE : 16;
        graphics.setColor(colors[c]);
        graphics.fillRect(x, y, side, side);
        for (int p = 0; p < side * side; p++) {
          labels.getRaster().setSample(x + p % side, y + p / side, 0, c);
        }
      }
      graphics.dispose();
      ImageIO.write(image, "png", data.resolve(name + i + ".png").toFile());
      ImageIO.write(labels, "png", data.resolve(name + i + "_labels.png").toFile());
      lines.add("%s%d.png %s%d_labels.png".formatted(name, i, name, i));
    }
    Files.write(data.resolve(name + ".txt"), lines);
  }

  @Test
  void each_epoch_and_validation_is_told() {
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out())
        .contains("8 images to learn from, 4 to validate on", "Epoch 1: loss ", "Epoch 4: loss ")
        .contains("waiting for data", "validation: loss ", "mIoU ", "IoU: ground ", "red ")
        .endsWith("Wrote " + run + "\n");
    try (Stream<Path> files = Files.list(run)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .contains("best.onnx", "last.onnx", "last.state", "metrics.csv", "config.json")
          .anyMatch(name -> name.startsWith("events.out.tfevents."));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "logits, nchw",
    "logits, nhwc",
    "softmax, nchw",
    "softmax, nhwc",
    "argmax, nchw",
    "argmax, nhwc"
  })
  void every_deploy_form_measures_as_the_trained_one(String head, String layout) {
    Path deployed = folder.resolve("deploy-%s-%s.onnx".formatted(head, layout));
    JsonNode expected = Json.parse(CliRun.of("eval", run, "--json").out());

    CliRun exported = CliRun.of("export", run, "-o", deployed, "--head", head, "--layout", layout);
    Path page = folder.resolve("measured.html");
    CliRun measured = CliRun.of("eval", deployed, "-c", config, "--json", "--report", page);
    assertThat(page).content().contains("<h2>Confusion</h2>", "<td>mean</td>", "mIoU ");

    assertThat(exported.code()).as(exported.err() + exported.out()).isZero();
    assertThat(exported.out()).contains("Verified: ", "Wrote " + deployed);
    assertThat(measured.code()).as(measured.err()).isZero();
    JsonNode found = Json.parse(measured.out());
    assertThat(found.get("images").asInt()).isEqualTo(4);
    assertThat(found.get("meanIou").asDouble())
        .isCloseTo(expected.get("meanIou").asDouble(), org.assertj.core.data.Offset.offset(2e-3));
    Graph graph = OnnxModel.read(deployed).graph();
    assertThat(graph.nodes())
        .noneMatch(n -> n.op() instanceof Op.BatchNormalization || n.op() instanceof Op.Dropout);
    assertThat(graph.outputs()).hasSize(1);
    assertThat(OnnxModel.read(deployed).metadata())
        .containsEntry("repfold.head", head)
        .containsEntry("repfold.layout", layout)
        .containsEntry("repfold.class_names", "ground\nred\ngreen")
        .containsKeys("repfold.mean", "repfold.std", "repfold.fold");
  }

  @Test
  void the_training_form_keeps_its_branches() {
    Path form = folder.resolve("train-form.onnx");

    CliRun exported =
        CliRun.of("export", run, "-o", form, "--form", "train", "--checkpoint", "last", "--json");

    assertThat(exported.code()).as(exported.err()).isZero();
    assertThat(Json.parse(exported.out()).get("form").asText()).isEqualTo("train");
    assertThat(OnnxModel.read(form).graph().nodes())
        .anyMatch(n -> n.op() instanceof Op.BatchNormalization);
    assertThat(CliRun.of("inspect", form, "--check").code()).isEqualTo(3);
  }

  @Test
  void a_checkpoint_whose_weights_are_inputs_too_is_folded_where_they_are_constants() {
    OnnxModel trained = OnnxModel.read(run.resolve("last.onnx"));
    Path listed = folder.resolve("listed.onnx");
    trained.withGraph(Models.withWeightsAsInputs(trained.graph())).write(listed);
    Path deployed = folder.resolve("constant.onnx");

    CliRun exported = CliRun.of("export", listed, "-o", deployed, "--constant-weights");

    assertThat(exported.code()).as(exported.err() + exported.out()).isZero();
    assertThat(OnnxModel.read(deployed).graph().nodes())
        .noneMatch(n -> n.op() instanceof Op.BatchNormalization);
    assertThat(OnnxModel.read(deployed).graph().optionalInputs()).isEmpty();
  }

  @Test
  void whole_images_and_other_splits_can_be_measured() {
    CliRun whole = CliRun.of("eval", run, "--whole", "--split", "train");

    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(whole.out()).contains("class", "ground", "mean", "on 8 images");
  }

  @Test
  void a_run_that_is_done_goes_on_to_no_more() {
    CliRun resumed = CliRun.of("train", "--resume", run, "--json");

    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(Json.parse(resumed.out()).get("epochs").asInt()).isEqualTo(4);
    assertThat(resumed.err()).contains("the run has ended before");
  }

  @Test
  void a_model_is_trained_further() {
    Path further = folder.resolve("further");

    CliRun run2 =
        CliRun.of(
            "train",
            run.resolve("best.onnx"),
            "-c",
            config,
            "--run",
            further,
            "--set",
            "trainer.epochs=1");

    assertThat(run2.code()).as(run2.err()).isZero();
    assertThat(OnnxModel.read(further.resolve("last.onnx")).graph().nodes())
        .isEqualTo(OnnxModel.read(run.resolve("best.onnx")).graph().nodes());
  }

  @Test
  void mistakes_in_a_configuration_are_told_line_by_line() {
    CliRun bad =
        CliRun.of("train", "-c", config, "--set", "trainer.epoch=3", "--set", "optimizer.type=Adm");

    assertThat(bad.code()).isEqualTo(2);
    assertThat(bad.err())
        .hasLineCount(2)
        .contains("config.json: trainer.epoch: is not known here; did you mean 'epochs'?")
        .contains("config.json: optimizer.type: there is no 'Adm'");
    assertThat(bad.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train_loader.args.data_dir=nowhere",
        "train_loader.args.split=nothing",
        "train_loader.args.num_classes=2",
        "arch.args.repconv=abc",
        "val_loader.args.mean=[0, 0, 0]"
      })
  void what_stands_in_the_way_is_told_before_the_first_step(String override) {
    Path never = folder.resolve("never");

    CliRun bad = CliRun.of("train", "-c", config, "--run", never, "--set", override);

    assertThat(bad.code()).as(bad.err()).isEqualTo(2);
    assertThat(bad.err()).contains(override.substring(0, override.indexOf('.')));
    assertThat(never).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train",
        "train --resume RUN -c CONFIG",
        "eval RUN/best.onnx",
        "export RUN",
        "export RUN -o nowhere/x.onnx",
        "export RUN -o x.onnx --head probabilities",
        "eval RUN --threads 0"
      })
  void bad_usage_is_refused(String line) {
    Object[] words =
        line.replace("RUN", run.toString()).replace("CONFIG", config.toString()).split(" ");

    CliRun bad = CliRun.of(words);

    assertThat(bad.code()).as(bad.err()).isEqualTo(2);
    assertThat(bad.err()).startsWith("repfold: error: ");
  }

  @Test
  void a_folder_without_a_run_is_named() {
    CliRun resumed = CliRun.of("train", "--resume", folder.resolve("data"));

    assertThat(resumed.code()).isEqualTo(1);
    assertThat(resumed.err()).contains("no folder of a run").hasLineCount(1);
  }
}
