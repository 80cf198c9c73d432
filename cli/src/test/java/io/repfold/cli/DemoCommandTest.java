package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DemoCommandTest {
  private static final String SAMPLES = "repfold.samples";

  @TempDir private Path folder;

  @BeforeEach
  void setSamples() {
    System.setProperty(SAMPLES, "../samples");
  }

  @AfterEach
  void clearSamples() {
    System.clearProperty(SAMPLES);
  }

  private CliRun demo(String... more) {
    List<Object> words = new ArrayList<>(List.of("demo", "--folder", folder, "--seconds", 0));
    List<String> small =
        List.of("trainer.epochs=1", "arch.args.width=4", "train_loader.args.val_split=0.75");
    small.forEach(value -> words.addAll(List.of("--set", value)));
    words.addAll(List.of(more));
    return CliRun.of(words.toArray());
  }

  @Test
  void the_demo_trains_folds_verifies_times_and_shows() throws IOException {
    CliRun run = demo();

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains("Epoch 1: loss", "6 regions", "Verified", "optimizer off", "optimizer on")
        .contains("images that it was not trained on: mIoU", "times as fast");
    assertThat(CliRun.of("inspect", folder.resolve("folded.onnx"), "--check").code()).isZero();
    String page = Files.readString(folder.resolve("report.html"));
    assertThat(page).contains("src=\"data:image/png;base64,", "Before and after", "<polyline");
    BufferedImage masks = ImageIO.read(folder.resolve("masks.png").toFile());
    assertThat(masks.getWidth()).isEqualTo(8 + 4 * (2 * 96 + 8));
    assertThat(masks.getHeight()).isEqualTo(8 + 6 * (2 * 96 + 8));
  }

  @Test
  void a_second_demo_takes_the_place_of_the_first() {
    assertThat(demo().code()).isZero();
    CliRun second = demo("--set", "arch.args.repconv=acb");

    assertThat(second.code()).as(second.out() + second.err()).isZero();
  }

  @Test
  void without_the_samples_it_says_where_to_start() {
    System.setProperty(SAMPLES, folder.toString());

    CliRun run = demo();

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("there is no garments.json", "repfold's own folder");
  }
}
