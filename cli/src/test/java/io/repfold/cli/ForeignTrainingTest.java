package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks as PyTorch initializes and exports them learn here as they do there. */
class ForeignTrainingTest {
  private static final double CLOSE = 1e-4;

  @TempDir private Path folder;

  private static Path data() {
    try {
      return Path.of(
              Objects.requireNonNull(ForeignTrainingTest.class.getResource("/train/losses.json"))
                  .toURI())
          .getParent();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static JsonNode losses() throws IOException {
    return new ObjectMapper().readTree(Files.readString(data().resolve("losses.json")));
  }

  static Stream<String> networks() throws IOException {
    return losses().properties().stream().map(java.util.Map.Entry::getKey);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void ten_steps_have_the_losses_of_pytorch(String network) throws IOException {
    JsonNode expected = losses().get(network);
    double[] wanted =
        StreamSupport.stream(expected.get("losses").spliterator(), false)
            .mapToDouble(JsonNode::asDouble)
            .toArray();
    Path run = folder.resolve("run");
    CliRun trained =
        CliRun.of("train", data().resolve(network + ".onnx"), "-c", config(expected), "--run", run);
    assertThat(trained.code()).as(trained.out() + trained.err()).isZero();
    assertThat(trained.out() + trained.err()).doesNotContain("Warning");
    double[] found = found(run).stream().mapToDouble(Double::doubleValue).toArray();
    assertThat(found).hasSameSizeAs(wanted);
    for (int i = 0; i < wanted.length; i++) {
      assertThat(found[i])
          .as("loss of step %d", i + 1)
          .isCloseTo(wanted[i], org.assertj.core.data.Offset.offset(CLOSE));
    }
    Path deployed = folder.resolve("deployed.onnx");
    CliRun exported = CliRun.of("export", run, "-o", deployed);
    assertThat(exported.code()).as(exported.out() + exported.err()).isZero();
  }

  /** One epoch is one step, on the same images each time. */
  private Path config(JsonNode expected) throws IOException {
    return Files.writeString(
        folder.resolve("config.json"),
        """
        {"name": "foreign", "threads": 1, "loss": "CrossEntropyLoss2d",
         "train_loader": {"type": "ListFile", "args": {"data_dir": "%s", "split": "%s",
           "batch_size": 4, "num_workers": 0, "num_classes": 3, "mean": 0.5, "std": 0.25}},
         "optimizer": {"type": "SGD", "args": {"lr": %s}}, "lr_scheduler": {"type": "Constant"},
         "trainer": {"epochs": %d, "save_period": 0, "monitor": "off", "log_per_iter": 1,
           "tensorboard": false, "val": false}}
        """
            .formatted(
                data(),
                expected.get("split").asText(),
                expected.get("rate").asText(),
                expected.get("losses").size()));
  }

  private static List<Double> found(Path run) throws IOException {
    List<String> lines = Files.readAllLines(run.resolve("metrics.csv"));
    int column = List.of(lines.get(0).split(",", -1)).indexOf("loss");
    List<Double> found = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String cell = line.split(",", -1)[column];
      if (!cell.isEmpty()) {
        found.add(Double.parseDouble(cell));
      }
    }
    return found;
  }
}
