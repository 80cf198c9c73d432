package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Photos;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is told before the first step. */
class SetupTest {
  @TempDir private Path folder;

  private List<String> warnings(String... overrides) {
    List<String> warnings = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void warning(String text) {
            warnings.add(text);
          }
        };
    TrainConfig config = TinyRun.config(folder, overrides);
    Trainer.begin(config, Optional.of(folder.resolve("run")), listener).close();
    return warnings;
  }

  /** A model that repfold has not written. */
  private String stranger() {
    GraphBuilder b = new GraphBuilder("theirs", WeightSource.he(1));
    b.output(b.conv(b.input("x", 1, 3, 32, 32), TinyRun.CLASSES, Kernel.of(3), 1));
    Path file = folder.resolve("theirs.onnx");
    OnnxModel.of(b.build()).write(file);
    return "start_from=" + file;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "start_from=null & arch={\"type\": \"RepLite\", \"args\": {\"in_channels\": 1}} | arch.args.in_channels: must be 3, red, green and blue, which gray images are read as too; found 1",
        "val_loader.args.ignore_index=254 | val_loader: 'ignore_index' must be that of train_loader: 255, found 254; set it once, at the top",
        "train_loader.args.pad_label=3 | train_loader: loader arguments: 'pad_label' must be a class (0 to 2) or the ignored label 255, found 3",
      })
  void what_stands_in_the_way_is_named_before_there_is_a_folder(String overrides, String problem) {
    assertThatThrownBy(() -> warnings(overrides.split(" & ", -1)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(folder.resolve("config.json") + ": " + problem);
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void all_that_differs_between_the_loaders_is_told() {
    assertThatThrownBy(
            () ->
                warnings("val_loader.args.ignore_index=254", "val_loader.args.mean=[0.5, 0.5, 0]"))
        .hasMessageContaining("'ignore_index' must be")
        .hasMessageContaining("'mean' and 'std' must be");
  }

  @Test
  void an_ignored_label_at_the_top_is_that_of_both_loaders() {
    assertThat(warnings("ignore_index=254")).isEmpty();
  }

  @Test
  void images_that_are_turned_without_their_labels_are_told() throws IOException {
    Path photo = folder.resolve("data/train0.png");
    TinyRun.write(folder);
    Files.write(photo, Photos.turned(Files.readAllBytes(photo), 3));

    assertThat(warnings())
        .containsExactly(
            "train_loader: 1 of 10 images are turned upright as their EXIF orientation says, their labels are not; see that these fit the upright images");
  }

  @Test
  void gpus_are_asked_for_in_vain() {
    assertThat(warnings("n_gpu=1"))
        .containsExactly("n_gpu is 1, and has no effect: this version trains on the CPU");
  }

  @Test
  void a_backbone_that_is_to_be_frozen_must_be_there() {
    String stranger = stranger();

    assertThatThrownBy(() -> warnings(stranger, "arch.args.freeze_backbone=true"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("start_from: ")
        .hasMessageContaining(
            "theirs.onnx: names no backbone to freeze, as neither deployed files do nor those that")
        .hasMessageContaining("--set arch.args.freeze_backbone=null");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void a_slower_backbone_that_is_not_there_is_told() {
    assertThat(warnings(stranger(), "optimizer.differential_lr=true"))
        .containsExactly(
            "optimizer.differential_lr has no effect: the network names no backbone, so all of it learns at one rate");
  }

  @Test
  void arguments_of_the_network_that_a_file_stands_for_are_told() {
    assertThat(
            warnings("arch={\"type\": \"RepLite\", \"args\": {\"width\": 8, \"freeze_bn\": true}}"))
        .containsExactly("start_from takes the place of arch: of arch.args, width has no effect");
  }
}
