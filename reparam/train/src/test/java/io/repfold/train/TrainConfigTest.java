package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainConfigTest {
  /** The recipe of pytorch-segmentation for PSPNet on VOC, as its users write it. */
  private static final String SAMPLE =
      """
      {
          "name": "PSPNet",
          "n_gpu": 1,
          "use_synch_bn": true,

          "arch": {
              "type": "PSPNet", // Name of the segmentation network
              "args": {
                  "backbone": "resnet50",
                  "freeze_bn": false,
                  "freeze_backbone": false
              }
          },

          "train_loader": {
              "type": "VOC",
              "args":{
                  "data_dir": "data/",
                  "batch_size": 32,
                  "base_size": 400,
                  "crop_size": 380,
                  "augment": true,
                  "shuffle": true,
                  "scale": true,
                  "flip": true,
                  "rotate": true,
                  "blur": false,
                  "split": "train_aug",
                  "num_workers": 8
              }
          },

          "val_loader": {
              "type": "VOC",
              "args":{
                  "data_dir": "data/",
                  "batch_size": 32,
                  "crop_size": 480,
                  "val": true,
                  "split": "val",
                  "num_workers": 4
              }
          },

          "optimizer": {
              "type": "SGD",
              "differential_lr": true,
              "args":{ "lr": 0.01, "weight_decay": 1e-4, "momentum": 0.9 }
          },

          "loss": "CrossEntropyLoss2d", /* see the losses */
          "ignore_index": 255,
          "lr_scheduler": { "type": "Poly", "args": {} },

          "trainer": {
              "epochs": 80,
              "save_dir": "saved/",
              "save_period": 10,

              "monitor": "max Mean_IoU",
              "early_stop": 10,

              "tensorboard": true,
              "log_dir": "saved/runs",
              "log_per_iter": 20,

              "val": true,
              "val_per_epochs": 5
          }
      }
      """;

  private static TrainConfig sample(String... overrides) {
    return ConfigReader.parse("config.json", SAMPLE, List.of(overrides));
  }

  private static List<String> problems(String... overrides) {
    return catchThrowableOfType(ConfigException.class, () -> sample(overrides)).problems();
  }

  @Test
  void the_recipe_is_read_as_it_is() {
    TrainConfig config = sample();

    assertThat(config.architecture().orElseThrow().type()).isEqualTo("PSPNet");
    assertThat(config.architecture().orElseThrow().args()).containsEntry("backbone", "resnet50");
    assertThat(config.training().args())
        .containsEntry("batch_size", 32)
        .containsEntry("crop_size", 380)
        .containsEntry("split", "train_aug");
    assertThat(config.validation().orElseThrow().args()).containsEntry("crop_size", 480);
    assertThat(config.optimizer().rate()).isEqualTo(0.01);
    assertThat(config.optimizer().differential()).isTrue();
    assertThat(config.optimizer().args()).containsEntry("weight_decay", 1e-4);
    assertThat(config.loop().monitor()).isEqualTo(new Monitor(Monitor.Goal.MAX, "Mean_IoU"));
    assertThat(config.loop().validateEvery()).isEqualTo(5);
    assertThat(config.auxiliaryWeight()).isEqualTo(0.4);
  }

  @Test
  void what_is_written_reads_the_same_and_names_what_was_left_out() {
    TrainConfig config = sample("seed=7", "start_from=trained.onnx", "loss_args.smooth=0.5");

    String json = config.toJson();

    assertThat(ConfigReader.parse("config.json", json, List.of())).isEqualTo(config);
    assertThat(json).contains("\"save_per_iter\" : 0", "\"aux_weight\" : 0.4", "\"seed\" : 7");
  }

  @Test
  void overrides_are_json_or_text_and_the_last_one_counts() {
    TrainConfig config =
        sample(
            "trainer.epochs=3",
            "trainer.epochs=4",
            "optimizer.type=AdamW",
            "optimizer.args.momentum=null",
            "arch.args.repconv=acb",
            "arch.args.pyramid=[1, 2]",
            "train_loader.args.flip=false",
            "trainer.log_dir=null",
            "name=x-y");

    assertThat(config.loop().epochs()).isEqualTo(4);
    assertThat(config.optimizer().type()).isEqualTo("AdamW");
    assertThat(config.architecture().orElseThrow().args())
        .containsEntry("repconv", "acb")
        .containsEntry("pyramid", List.of(1, 2))
        .containsEntry("backbone", "resnet50");
    assertThat(config.training().args()).containsEntry("flip", false);
    assertThat(config.loop().logDir()).isEmpty();
    assertThat(config.name()).isEqualTo("x-y");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trainer.epoch=3 | trainer.epoch: is not known here; did you mean 'epochs'?",
        "epochs=3 | epochs: is not known here; did you mean 'trainer.epochs'?",
        "optimiser.type=SGD | optimiser: is not known here; did you mean 'optimizer'?",
        "train_loader.args.bach_size=2 | train_loader.args: loader arguments: there is no 'bach_size'; did you mean 'batch_size'?",
        "optimizer.args.lr=fast | optimizer.args.lr: must be a number of at least 0, found \"fast\"",
        "optimizer.args.momentum=1.5 | optimizer.args of SGD: 'momentum' must be a number from 0 to 1, found 1.5",
        "optimizer.args.nesterov=1 | optimizer.args of SGD: 'nesterov' must be true or false, found 1",
        "optimizer.args.betas=[0.9, 0.9] | optimizer.args.betas: is not an argument of SGD; take it out, on the command line by --set optimizer.args.betas=null",
        "optimizer.type=AdamW | optimizer.args.momentum: is not an argument of AdamW; take it out, on the command line by --set optimizer.args.momentum=null",
        "lr_scheduler.args.min_rate=0.1 | lr_scheduler.args of Poly: 'min_rate' must be at most optimizer.args.lr, which is 0.01, found 0.1",
        "trainer.epochs=0 | trainer.epochs: must be a whole number of at least 1, found 0",
        "trainer.epochs=2.5 | trainer.epochs: must be a whole number of at least 1, found 2.5",
        "trainer.val=yes | trainer.val: must be true or false, found \"yes\"",
        "trainer=5 | trainer: must be an object in braces, found 5",
        "optimizer.type=SDG | optimizer.type: there is no 'SDG'; did you mean 'SGD'?",
        "arch=null | arch.type: is missing; name the network to build",
        "train_loader.args.data_dir=null | train_loader.args: loader arguments: 'data_dir' is missing; it must be a text",
        "ignore_index=-1 | ignore_index: must be a whole number from 0 to 65535, found -1",
        "arch.type=PSPnet | arch.type: there is no 'PSPnet'; did you mean 'PSPNet'?",
        "loss=CrossEntropyLos2d | loss: there is no 'CrossEntropyLos2d'; did you mean 'CrossEntropyLoss2d'?",
        "lr_scheduler.args.pwer=1 | lr_scheduler.args of Poly: there is no 'pwer'; did you mean 'power'?",
        "train_loader.type=VOCC | train_loader.type: there is no 'VOCC'; did you mean 'VOC'?",
        "name=a/b | name: must be fit for a folder: letters, digits, '_', '-', '+', '.' and spaces, the first no '.'; found 'a/b'",
        "trainer.epochs | --set trainer.epochs: must be key=value, such as trainer.epochs=3",
        "trainer.epochs.x=1 | --set trainer.epochs.x: 'trainer.epochs' is 80, which has no keys",
        "trainer.monitor=max IoU | trainer.monitor: must be 'off', or 'max' or 'min' and one of Mean_IoU, Pixel_Accuracy, val_loss, found 'max IoU'",
      })
  void a_mistake_is_named_with_its_place(String override, String problem) {
    assertThat(problems(override)).containsExactly(problem);
  }

  @Test
  void all_mistakes_are_told_at_once() {
    assertThat(problems("trainer.epoch=3", "seed=x", "optimizer.args.lr=-1", "loss=1"))
        .hasSize(4)
        .anyMatch(p -> p.startsWith("seed: "))
        .anyMatch(p -> p.startsWith("loss: "));
  }

  @Test
  void what_depends_on_a_mistake_is_not_told_as_another() {
    assertThat(problems("optimizer.args.lr=0", "lr_scheduler.args.min_rate=1"))
        .containsExactly("optimizer.args.lr: must be a number above 0, found 0");
    assertThat(problems("optimizer.type=Adm", "optimizer.args.eps=1e-3"))
        .containsExactly("optimizer.type: there is no 'Adm'; did you mean 'Adam'?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "optimizer.args.momentum=null & lr_scheduler.type=OneCycle | lr_scheduler.type: OneCycle moves the momentum, and that of SGD is 0; set optimizer.args.momentum, or lr_scheduler.args.cycle_momentum to false",
        "optimizer={\"type\": \"AdamW\", \"args\": {\"betas\": [0, 0.9]}} & lr_scheduler.type=OneCycle | lr_scheduler.type: OneCycle moves the momentum, and that of AdamW is 0; set the first of optimizer.args.betas above 0, or lr_scheduler.args.cycle_momentum to false",
        "optimizer={\"type\": \"Adam\"} & lr_scheduler={\"type\": \"OneCycle\", \"args\": {\"max_momentum\": 1}} | lr_scheduler.args.max_momentum: must be below 1 with Adam, whose first beta it is; found 1",
        "lr_scheduler.type=Plateau & trainer.monitor=off | lr_scheduler.type: Plateau lowers the rate by the figure of trainer.monitor, which is 'off'; name a figure, such as 'max Mean_IoU', or take another schedule",
        "lr_scheduler.type=Plateau & trainer.val=false | lr_scheduler.type: Plateau lowers the rate by the figure of trainer.monitor, and trainer.val is false, so there is none; set it to true, or take another schedule",
        "lr_scheduler.type=Plateau & val_loader=null | lr_scheduler.type: Plateau lowers the rate by the figure of trainer.monitor, and there are no data to validate on; name a val_loader, set train_loader.args.val_split, or take another schedule",
      })
  void what_cannot_be_together_is_named(String overrides, String problem) {
    assertThat(problems(overrides.split(" & ", -1))).containsExactly(problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lr_scheduler.type=OneCycle",
        "optimizer={\"type\": \"AdamW\"} & lr_scheduler.type=OneCycle",
        "optimizer.args.momentum=null & lr_scheduler={\"type\": \"OneCycle\", \"args\": {\"cycle_momentum\": false}}",
        "lr_scheduler.type=Plateau",
        "lr_scheduler.type=Plateau & val_loader=null & train_loader.args.val_split=0.1"
      })
  void what_can_be_together_is_taken(String overrides) {
    assertThat(sample(overrides.split(" & ", -1)).name()).isEqualTo("PSPNet");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "arch.args.freeze_bm=true | arch.args: there is no 'freeze_bm' with start_from; did you mean 'freeze_bn'?",
        "arch.args.freeze_bn=yes | arch.args: 'freeze_bn' must be true or false, found \"yes\"",
        "arch={\"args\": {\"repconv\": \"acb\"}} | arch.args: there is no 'repconv' with start_from; there is freeze_bn, freeze_backbone",
      })
  void what_a_file_to_start_from_would_not_heed_is_named(String override, String problem) {
    assertThat(problems("start_from=x.onnx", override)).containsExactly(problem);
  }

  @Test
  void a_new_head_is_one_of_a_file_and_of_real_weights() {
    TrainConfig config = sample("start_from=x.onnx", "head=new");

    assertThat(config.learning().newHead()).isTrue();
    assertThat(ConfigReader.parse("config.json", config.toJson(), List.of())).isEqualTo(config);
    assertThat(problems("head=new"))
        .singleElement()
        .asString()
        .startsWith("head: there is no start_from whose layers could start anew");
    assertThat(problems("start_from=x.onnx", "head=new", "train.quantize=int8"))
        .singleElement()
        .asString()
        .startsWith("head: weights that start anew cannot be quantized before they are trained");
    assertThat(problems("start_from=x.onnx", "head=mew"))
        .singleElement()
        .asString()
        .startsWith("head: ")
        .contains("new");
  }

  @Test
  void freezing_a_file_to_start_from_takes_no_type() {
    TrainConfig config = sample("start_from=x.onnx", "arch={\"args\": {\"freeze_bn\": true}}");

    assertThat(FurtherTraining.freezing(config.architecture().orElseThrow().args()).batchNorms())
        .isTrue();
    assertThat(ConfigReader.parse("config.json", config.toJson(), List.of())).isEqualTo(config);
  }

  @Test
  void a_network_to_start_from_needs_no_architecture() {
    TrainConfig config = sample("arch=null", "start_from=\"x.onnx\"");

    assertThat(config.architecture()).isEmpty();
    assertThat(config.startFrom()).contains(Path.of("x.onnx"));
  }

  /** As some editors save UTF-8. */
  @Test
  void a_byte_order_mark_is_no_text() {
    assertThatThrownBy(() -> ConfigReader.parse("c.json", "\ufeff[]", List.of()))
        .hasMessageContaining("must be a JSON object");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | must be a JSON object",
        "{\"name\": } | is not valid JSON at line 1, column",
        "{\"name\": \"a\", \"name\": \"b\"} | Duplicate field 'name'",
        "{} {} | is not valid JSON",
        "{ | expected close marker for Object (start marker at line: 1, column: 1)",
      })
  void what_is_no_json_is_named_with_its_place(String text, String problem) {
    assertThatThrownBy(() -> ConfigReader.parse("c.json", text, List.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("c.json: ")
        .hasMessageContaining(problem);
  }

  @Test
  void a_file_that_is_missing_or_huge_is_named(@TempDir Path folder) throws IOException {
    Path missing = folder.resolve("missing.json");
    Path huge = Files.write(folder.resolve("huge.json"), new byte[(1 << 20) + 1]);

    assertThatThrownBy(() -> TrainConfig.read(missing, List.of()))
        .hasMessageContaining(missing.toString())
        .hasMessageContaining("there is no such file");
    assertThatThrownBy(() -> TrainConfig.read(huge, List.of())).hasMessageContaining("at most");
  }
}
