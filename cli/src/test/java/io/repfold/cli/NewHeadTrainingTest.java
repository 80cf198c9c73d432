package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.repfold.graph.Dim;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code repfold train MODEL --head new}, on networks as PyTorch exports them. */
class NewHeadTrainingTest {
  private static final int CLASSES = 5;

  @TempDir private Path folder;

  private static Path data() {
    try {
      return Path.of(
              Objects.requireNonNull(NewHeadTrainingTest.class.getResource("/train/losses.json"))
                  .toURI())
          .getParent();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private Path config(String network) throws IOException {
    JsonNode networks =
        new ObjectMapper().readTree(Files.readString(data().resolve("losses.json")));
    return Files.writeString(
        folder.resolve("config.json"),
        """
        {"name": "foreign", "threads": 1,
         "train_loader": {"type": "ListFile", "args": {"data_dir": "%s", "split": "%s",
           "batch_size": 4, "num_workers": 0, "num_classes": %d, "mean": 0.5, "std": 0.25}},
         "optimizer": {"type": "SGD", "args": {"lr": 0.01}},
         "trainer": {"epochs": 2, "save_period": 0, "monitor": "off", "tensorboard": false,
           "val": false}}
        """
            .formatted(data(), networks.get(network).get("split").asText(), CLASSES));
  }

  /** The run compares what it trains with what ONNX Runtime makes of the file. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "deeplab | head.1.weight [5, 8, 1, 1], head.1.bias [5]",
        "lraspp | of_low.weight [5, 8, 1, 1], of_low.bias [5], of_high.weight [5, 8, 1, 1], of_high.bias [5]",
        "squeezenet | head.weight [5, 16, 1, 1], head.bias [5]",
        "googlenet | head.weight [5, 12], head.bias [5]",
        "swin | head.weight [5, 12], head.bias [5]",
        "efficientdet | head.weight [5, 8, 1, 1], head.bias [5]",
        "newer | head.weight [5, 8, 1, 1], head.bias [5]",
        "merged | head.weight [5, 8, 1, 1], head.bias [5]",
      })
  void a_strangers_network_is_trained_on_other_classes(String network, String anew)
      throws IOException {
    Path model = data().resolve(network + ".onnx");
    Path run = folder.resolve("run");

    CliRun refused = CliRun.of("train", model, "-c", config(network), "--run", run);
    CliRun trained =
        CliRun.of("train", model, "-c", config(network), "--run", run, "--head", "new");

    assertThat(refused.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(refused.err()).contains("tells 3 classes apart, and the data have 5", "--head new");
    assertThat(trained.code()).as(trained.out() + trained.err()).isZero();
    assertThat(trained.out())
        .contains("Starts anew, for 5 classes in place of 3: " + anew + System.lineSeparator());
    Value scores = OnnxModel.read(run.resolve("best.onnx")).graph().outputs().get(0);
    assertThat(scores.shape().map(shape -> shape.dim(1))).contains(Dim.of(CLASSES));
  }

  @Test
  void going_on_takes_no_other_head() {
    CliRun run = CliRun.of("train", "--resume", folder, "--head", "new");

    assertThat(run.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(run.err()).contains("--resume takes everything from the run", "--head");
  }
}
