package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.fold.Folder;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.nets.NetworkMetadata;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that start from a file with other classes. */
class NewHeadRunTest {
  /** Two classes, in a data set that labels three: the last two count as one. */
  private static final String[] TWO_CLASSES = {
    "train_loader.args.num_classes=2",
    "train_loader.args.class_names=[\"ground\", \"thing\"]",
    "train_loader.args.label_map={\"0\": 0, \"1\": 1, \"2\": 1}",
    "val_loader.args.num_classes=2",
    "val_loader.args.class_names=[\"ground\", \"thing\"]",
    "val_loader.args.label_map={\"0\": 0, \"1\": 1, \"2\": 1}"
  };

  @TempDir private Path folder;

  private static final class Recorder implements TrainingListener {
    private final List<String> messages = new ArrayList<>();
    private int steps;
    private int stopAfter = Integer.MAX_VALUE;

    @Override
    public void message(String text) {
      messages.add(text);
    }

    @Override
    public void stepped(Step step) {
      if (++steps == stopAfter) {
        throw new IllegalStateException("stopped by the test");
      }
    }
  }

  private Recorder train(String run, int stopAfter, List<String> overrides) {
    TrainConfig config = TinyRun.config(folder, overrides.toArray(new String[0]));
    Recorder recorder = new Recorder();
    recorder.stopAfter = stopAfter;
    try (Trainer trainer = Trainer.begin(config, Optional.of(folder.resolve(run)), recorder)) {
      trainer.run();
    }
    return recorder;
  }

  private Recorder train(String run, List<String> overrides) {
    return train(run, Integer.MAX_VALUE, overrides);
  }

  private static List<String> with(String[] some, String... others) {
    List<String> all = new ArrayList<>(List.of(others));
    all.addAll(List.of(some));
    return all;
  }

  private Map<String, Tensor> weights(String file) {
    return OnnxModel.read(folder.resolve(file)).graph().initializers();
  }

  @Test
  void three_stages_of_one_network() {
    train("one", List.of("trainer.epochs=2"));
    Recorder second =
        train(
            "two",
            with(
                TWO_CLASSES,
                "head=new",
                "trainer.epochs=4",
                "start_from=" + folder.resolve("one/best.onnx")));
    train("three", with(TWO_CLASSES, "start_from=" + folder.resolve("two/best.onnx")));

    assertThat(second.messages)
        .contains(
            "Starts anew, for 2 classes in place of 3: logits.weight [2, 8, 1, 1], logits.bias [2], auxiliary.weight [2, 8, 1, 1], auxiliary.bias [2]");
    OnnxModel best = OnnxModel.read(folder.resolve("two/best.onnx"));
    NetworkMetadata traits = NetworkMetadata.fromMetadata(best.metadata()).orElseThrow();
    assertThat(traits.classes()).isEqualTo(2);
    assertThat(traits.auxiliaryOutput()).contains("auxiliary");
    assertThat(best.metadata()).containsEntry("repfold.class_names", "ground\nthing");
    for (Value output : best.graph().outputs()) {
      assertThat(output.shape().map(shape -> shape.dim(1))).contains(Dim.of(2));
    }
    List<String> figures = figures("three");
    assertThat(figures).as("mean IoU of the last validation").isNotEmpty();
    assertThat(Double.parseDouble(figures.get(figures.size() - 1))).isGreaterThan(0.6);
  }

  /** The mean IoU of each validation. */
  private List<String> figures(String run) {
    try {
      List<String> lines = Files.readAllLines(folder.resolve(run).resolve("metrics.csv"));
      int column = List.of(lines.get(0).split(",")).indexOf("Mean_IoU");
      return lines.stream()
          .skip(1)
          .map(line -> line.split(",", -1)[column])
          .filter(cell -> !cell.isEmpty())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Before its first step, the body has the file's weights, and the head those of the seed. */
  @Test
  void all_but_the_head_begins_as_it_was() {
    assertThatThrownBy(() -> train("run", 1, List.of("head=new")))
        .hasMessage("stopped by the test");
    Map<String, Tensor> before = TinyRun.network().graph().initializers();
    Map<String, Tensor> first = weights("run/last.onnx");
    assertThat(first.keySet()).isEqualTo(before.keySet());
    first.forEach(
        (name, tensor) -> {
          boolean anew = name.matches("(logits|auxiliary)\\.weight");
          assertThat(tensor.equals(before.get(name))).as(name).isEqualTo(!anew);
        });
  }

  @Test
  void a_run_that_was_stopped_goes_on_with_the_head_that_it_has() {
    List<String> options = with(TWO_CLASSES, "head=new", "trainer.save_per_iter=2");
    train("whole", options);
    assertThatThrownBy(() -> train("stopped", 7, options)).hasMessage("stopped by the test");
    Recorder resumed = new Recorder();
    try (Trainer trainer = Trainer.resume(folder.resolve("stopped"), resumed)) {
      trainer.run();
    }
    assertThat(resumed.messages).noneMatch(message -> message.startsWith("Starts anew"));
    for (String file : List.of("last.onnx", "best.onnx", "last.state", "metrics.csv")) {
      assertThat(folder.resolve("stopped").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("whole").resolve(file));
    }
  }

  @Test
  void a_folded_network_gets_a_new_head_as_well() {
    TinyRun.write(folder);
    OnnxModel net = OnnxModel.read(folder.resolve("net.onnx"));
    Graph folded = Folder.fold(net.graph()).graph();
    assertThat(folded.nodes()).noneMatch(node -> node.op().type().equals("BatchNormalization"));
    net.withGraph(folded).write(folder.resolve("folded.onnx"));

    Recorder told =
        train("run", with(TWO_CLASSES, "head=new", "start_from=" + folder.resolve("folded.onnx")));

    assertThat(told.messages)
        .anyMatch(message -> message.startsWith("Starts anew, for 2 classes in place of 3: "));
    Graph trained = OnnxModel.read(folder.resolve("run/best.onnx")).graph();
    assertThat(trained.outputs().get(0).shape().map(Shape::dims).map(dims -> dims.get(1)))
        .contains(Dim.of(2));
  }

  @Test
  void a_head_that_is_frozen_with_the_backbone_is_refused() {
    TinyRun.write(folder);
    OnnxModel net = OnnxModel.read(folder.resolve("net.onnx"));
    net.withMetadata("repfold.backbone_prefix", "logits").write(folder.resolve("odd.onnx"));
    assertThatThrownBy(
            () ->
                train(
                    "run",
                    List.of(
                        "head=new",
                        "start_from=" + folder.resolve("odd.onnx"),
                        "arch={\"args\": {\"freeze_backbone\": true}}")))
        .hasMessageContaining("'logits.weight' starts anew, and arch.args.freeze_backbone keeps");
  }
}
